// A worker that lives for one passphrase: loads the program that stretches it and starts it. Whoever
// started this worker hears of an error only outside of what is awaited here.

try {
  const { default: start } = await import("{{asset:stretch.js}}");
  await start({ module_or_path: "{{asset:stretch.wasm}}" });
} catch (error) {
  setTimeout(() => {
    throw error;
  });
}
