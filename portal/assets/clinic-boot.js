// Starts the clinic's program, or says that it could not.

try {
  const glue = await import("{{asset:clinic.js}}");
  await glue.default({ module_or_path: "{{asset:clinic.wasm}}" });
  document.getElementById("boot").remove();
} catch (error) {
  console.warn("start failed:", error.message);
  document.getElementById("boot-loading").hidden = true;
  document.getElementById("boot-dropped").hidden = false;
}
