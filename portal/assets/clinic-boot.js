// Starts the clinic's program.
import start from "{{asset:clinic.js}}";
await start({ module_or_path: "{{asset:clinic.wasm}}" });
