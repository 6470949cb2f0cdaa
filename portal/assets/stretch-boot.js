// A worker that lives for one passphrase: loads the program that stretches it and starts it.

const { default: start } = await import("{{asset:stretch.js}}");
await start({ module_or_path: "{{asset:stretch.wasm}}" });
