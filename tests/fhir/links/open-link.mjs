// Opens a SMART Health Link with a library that nobody here wrote, and says in one line of JSON what it
// found. Run by `cargo xtask test --only ehr`: open-link.mjs LINK [PASSCODE]

import { SHL, decryptSHLFile } from "kill-the-clipboard";

const RECIPIENT = "Checker";

const [link, passcode] = process.argv.slice(2);
const shl = SHL.parse(/shlink:\/[\w-]+/.exec(link)[0]);
const { content, contentType } = await decryptSHLFile({ jwe: await file(), key: shl.key });
const { type, entry } = JSON.parse(content);
const first = entry[0].resource.resourceType;
console.log(JSON.stringify({ flag: shl.flag, cty: contentType, type, first }));

// A link without a passcode is the file itself; any other names it in a manifest.
async function file() {
  if (shl.isDirectFile) return text(`${shl.url}?recipient=${RECIPIENT}`);
  const body = JSON.stringify({ recipient: RECIPIENT, passcode });
  const headers = { "content-type": "application/json" };
  const { files } = JSON.parse(await text(shl.url, { method: "POST", headers, body }));
  return files[0].embedded ?? text(files[0].location);
}

async function text(url, request) {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${response.status} of ${request?.method ?? "GET"}`);
  return (await response.text()).trim();
}
