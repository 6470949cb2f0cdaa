// Starts the clinic's program, or says that it could not.

try {
  const [glue, words] = await Promise.all([
    import("{{asset:clinic.js}}"),
    fetch("{{asset:messages.txt}}"),
  ]);
  if (!words.ok) throw new Error(`the words answered ${words.status}`);
  window.satchelWords = await words.text();
  await glue.default({ module_or_path: "{{asset:clinic.wasm}}" });
  document.getElementById("boot").remove();
} catch (error) {
  console.warn("start failed:", error.message);
  document.getElementById("boot-loading").hidden = true;
  document.getElementById("boot-dropped").hidden = false;
}
