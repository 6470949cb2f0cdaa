// Opens a link that shares a record: asks the server for what is sealed, opens it here with the key
// from the link, and shows it as text. Nothing of what the document says ever becomes markup.

// Longer files come by an address of their own, which this page never needs.
const EMBEDDED_LENGTH_MAX = 2_000_000;

const language = navigator.language.startsWith("es") ? "es" : "en";
document.documentElement.lang = language;
for (const other of document.querySelectorAll(".viewer")) {
  if (other.lang === language) other.hidden = false;
  else other.remove();
}
const part = (name) => document.querySelector(`[data-part=${name}]`);
const form = part("form");
const link = read(location.hash);

if (!isSecureContext) {
  // Here the browser opens nothing that is sealed, and a passcode could be read on its way.
  document.getElementById("boot-insecure").hidden = false;
  form.hidden = true;
} else if (link) {
  part("passcode").hidden = !link.flag?.includes("P");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    open(new FormData(form)).catch(() => say("broken"));
  });
} else {
  say("broken");
  form.hidden = true;
}

// What stands in the link, if it is one of this server: no other may be asked from here.
function read(fragment) {
  try {
    const payload = fragment.slice(fragment.indexOf("shlink:/") + "shlink:/".length);
    const read = JSON.parse(text(bytes(payload)));
    return new URL(read.url).origin === location.origin && read.key ? read : undefined;
  } catch {
    return undefined;
  }
}

async function open(typed) {
  say();
  const asked = { recipient: typed.get("recipient"), embeddedLengthMax: EMBEDDED_LENGTH_MAX };
  if (link.flag?.includes("P")) asked.passcode = typed.get("passcode");
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(asked), credentials: "omit" };
  const response = await fetch(link.url, request).catch(() => undefined);
  if (response?.status === 401) {
    part("left").textContent = (await response.json()).remainingAttempts;
    form.elements.passcode.value = "";
    form.elements.passcode.focus();
    return say("wrong");
  }
  if (response?.status === 404) return say("over");
  if (response?.status === 429) return say("often");
  if (!response?.ok) return say("offline");
  const { files } = await response.json();
  show(await opened(files[0].embedded));
}

// RFC 7516, compact, with the key itself; the text may be packed.
async function opened(sealed) {
  const [head, , nonce, body, tag] = sealed.split(".");
  const key = await crypto.subtle.importKey("raw", bytes(link.key), "AES-GCM", false, ["decrypt"]);
  const additionalData = new TextEncoder().encode(head);
  const whole = await new Blob([bytes(body), bytes(tag)]).arrayBuffer();
  const algorithm = { name: "AES-GCM", iv: bytes(nonce), additionalData };
  const plain = new Blob([await crypto.subtle.decrypt(algorithm, key, whole)]);
  if (JSON.parse(text(bytes(head))).zip !== "DEF") return plain.text();
  return new Response(plain.stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
}

function show(json) {
  const entries = JSON.parse(json).entry.map((entry) => entry.resource);
  const composition = entries.find((one) => one.resourceType === "Composition");
  const patient = entries.find((one) => one.resourceType === "Patient");
  const [name] = patient.name ?? [];
  const parts = [...(name?.given ?? []), name?.family ?? ""];
  part("name").textContent = name?.text ?? parts.join(" ");
  part("born").textContent = patient.birthDate ?? "";
  part("made").textContent = new Date(composition.date).toLocaleString(language);
  part("sections").replaceChildren(...composition.section.flatMap(section));
  const file = new Blob([json], { type: "application/fhir+json" });
  part("document").querySelector("a").href = URL.createObjectURL(file);
  form.hidden = true;
  part("document").hidden = false;
  // The key stays neither in the address bar nor in what the browser remembers of this page.
  history.replaceState(null, "", location.pathname);
}

function section({ title, text: narrative }) {
  const heading = document.createElement("h2");
  heading.textContent = title;
  const list = document.createElement("ul");
  for (const words of lines(narrative.div)) {
    const item = document.createElement("li");
    item.textContent = words;
    list.append(item);
  }
  return [heading, list];
}

// The lines of a narrative as our documents write them, without its marks.
function lines(div) {
  const plain = (line) => line.replace(/<[^>]*>/g, "").trim();
  const named = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  const words = div.split(/<\/(?:li|p)>/).map(plain).filter(Boolean);
  return words.map((line) => line.replace(/&(?:lt|gt|amp);/g, (mark) => named[mark]));
}

function say(what) {
  for (const name of ["wrong", "over", "often", "offline", "broken"]) {
    part(name).hidden = name !== what;
  }
}

// Base64url (RFC 7515, section 2).
function bytes(base64) {
  const plain = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(utf8) {
  return new TextDecoder().decode(utf8);
}
