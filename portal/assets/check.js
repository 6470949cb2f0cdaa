// Decides whether this browser can run Satchel, and says so when it cannot. Written for old browsers:
// anything newer than 2015 in this file would hide the very message it is for.
(function () {
  var root = document.documentElement;

  function stored(key) {
    try {
      return window.localStorage.getItem(key);
    } catch (error) {
      return null; // Storage is switched off; the defaults will do.
    }
  }

  function show(id) {
    root.setAttribute("data-boot", id);
    document.getElementById("boot-loading").hidden = true;
    document.getElementById(id).hidden = false;
  }

  // Without the script that opens the portal nothing else could say so. Errors of files do not bubble.
  window.addEventListener(
    "error",
    function (event) {
      if (event.target && event.target.tagName === "SCRIPT") show("boot-dropped");
    },
    true,
  );

  // The person's own choices, before the first paint with them.
  var theme = stored("satchel.theme");
  var text = stored("satchel.text");
  if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  if (text === "large" || text === "largest") root.setAttribute("data-text", text);

  // Chrome 123, Safari 17.5 and Firefox 121 are the first to have all of these.
  var recent =
    typeof WebAssembly === "object" &&
    typeof WebAssembly.instantiate === "function" &&
    typeof TransformStream === "function" &&
    typeof HTMLDialogElement === "function" &&
    window.CSS &&
    CSS.supports("color", "light-dark(#000, #fff)") &&
    CSS.supports("color", "oklch(0.5 0.1 180)") &&
    CSS.supports("selector(:has(a))");

  if (window.isSecureContext === false) {
    var link = document.getElementById("boot-secure");
    link.href = "https://" + window.location.host + "/";
    link.textContent = link.href;
    show("boot-insecure");
  } else if (!recent) {
    show("boot-old");
  }
})();
