// The worker: loads its program and starts it. What is said to it meanwhile is kept in order and
// handed over, because a message without a listener would be lost. The same script starts a worker that
// lives for one passphrase; that one is given the compiled program and fetches none.

const early = [];
let given;
let port;
const compiled = new Promise((resolve) => (given = resolve));
const keep = (event) => {
  if (event.data instanceof WebAssembly.Module) {
    port = event.ports[0];
    // Whoever waits at its other end would wait for good.
    addEventListener("error", () => port.postMessage(null));
    given(event.data);
  } else early.push(event.data);
};
addEventListener("message", keep);
// As it is on the device, or packed as it comes from the server: against the page's program, which the
// browser has by now.
async function program() {
  const response = await fetch("{{asset:worker.wasm}}");
  if (isProgram(response)) return response;
  await import("{{asset:unpack.js}}");
  const page = await fetch("{{asset:page.wasm}}");
  const before = isProgram(page) ? page : unpacked(page);
  return unpacked(response, new Uint8Array(await before.arrayBuffer()));
}
const isProgram = (response) => response.headers.get("content-type") === "application/wasm";
if (self.name !== "stretch") given(WebAssembly.compileStreaming(program()));

try {
  const { default: start } = await import("{{asset:worker.js}}");
  // What the program itself starts or fetches, by the names of this release.
  globalThis.satchel = {
    boot: import.meta.url,
    program: await compiled,
    port,
    "words-en": "{{asset:words-en.txt}}",
    "words-es": "{{asset:words-es.txt}}",
  };
  await start({ module_or_path: satchel.program });
} catch (error) {
  // Whoever started this worker hears of an error only outside of what is awaited here.
  setTimeout(() => {
    throw error;
  });
}

removeEventListener("message", keep);
for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
