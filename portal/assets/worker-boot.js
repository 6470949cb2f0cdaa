// The worker: loads its program and starts it. What the page says meanwhile is kept in order and
// handed over, because a message without a listener would be lost.

const early = [];
const keep = (event) => early.push(event.data);
addEventListener("message", keep);

// What the program itself starts or fetches, by the names of this release.
globalThis.satchel = {
  stretch: "{{asset:stretch-boot.js}}",
  "words-en": "{{asset:words-en.txt}}",
  "words-es": "{{asset:words-es.txt}}",
};

try {
  const { default: start } = await import("{{asset:worker.js}}");
  await start({ module_or_path: "{{asset:worker.wasm}}" });
} catch (error) {
  // The page hears of an error only outside of what is awaited here.
  setTimeout(() => {
    throw error;
  });
}

removeEventListener("message", keep);
for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
