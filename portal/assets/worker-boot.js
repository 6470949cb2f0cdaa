// The worker: loads its program and starts it. What the page says meanwhile is kept in order and
// handed over, because a message without a listener would be lost.

const early = [];
const keep = (event) => early.push(event.data);
addEventListener("message", keep);

const { default: start } = await import("{{asset:worker.js}}");
await start({ module_or_path: "{{asset:worker.wasm}}" });

removeEventListener("message", keep);
for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
