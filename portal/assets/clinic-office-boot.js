// Starts the office's program, or says that it could not.

async function read(address) {
  const words = await fetch(address);
  if (!words.ok) throw new Error(`the words answered ${words.status}`);
  return words.text();
}

try {
  // Nobody types a passphrase where others could read it.
  if (!isSecureContext) throw new Error("this address is not secure");
  const [glue, words, ofStaff] = await Promise.all([
    import("{{asset:clinic-office.js}}"),
    read("{{asset:messages.txt}}"),
    read("{{asset:clinic-messages.txt}}"),
    import("{{asset:passkey.js}}"),
  ]);
  window.satchelWords = words + ofStaff;
  await glue.default({ module_or_path: "{{asset:clinic-office.wasm}}" });
  document.getElementById("boot").remove();
} catch (error) {
  console.warn("start failed:", error.message);
  document.getElementById("boot-loading").hidden = true;
  const reason = typeof WebAssembly === "object" ? "boot-dropped" : "boot-old";
  document.getElementById(isSecureContext ? reason : "boot-insecure").hidden = false;
}
