// Starts the checks' program.
import start from "/checks.js";
await start({ module_or_path: "/checks.wasm" });
