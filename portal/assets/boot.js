// Starts the page's program and registers the service worker.
const page = await import("{{asset:page.js}}");
await page.default({ module_or_path: "{{asset:page.wasm}}" });
navigator.serviceWorker?.register("/service-worker.js", { updateViaCache: "none" });
