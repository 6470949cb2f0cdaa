// Says so where the script that opens the inbox, the office or a shared link does not come: without
// it nothing else could. Errors of files do not bubble.
addEventListener(
  "error",
  (event) => {
    if (event.target?.tagName !== "SCRIPT") return;
    for (const waits of document.querySelectorAll("[data-waits]")) waits.hidden = true;
    document.getElementById("boot-dropped").hidden = false;
  },
  true,
);
