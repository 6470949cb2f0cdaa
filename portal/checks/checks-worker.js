// Starts the checks' program.
import "/faults.js";
import start from "/checks.js";
await start({ module_or_path: "/checks.wasm" });
