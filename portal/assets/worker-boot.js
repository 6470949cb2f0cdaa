// Starts the worker's program.
import start from "{{asset:worker.js}}";
await start({ module_or_path: "{{asset:worker.wasm}}" });
