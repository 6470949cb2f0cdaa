// Starts the page program: shows how much of it has come, then runs it. Then looks after the service
// worker and the browser's offer to install. Talks with the program by events on `window` and data
// attributes on <html>, because the program may start before or after any of them.

const root = document.documentElement;
const UPDATE_CHECK_MS = 60 * 60 * 1000; // A phone left open overnight hears of a release by noon.
const ACTIVATION_POLL_MS = 200; // For browsers in which neither statechange nor controllerchange fires.

function tell(name, value) {
  root.dataset[name] = value;
  window.dispatchEvent(new Event(`satchel:${name}`));
}

// A link of a clinic that is opened in a tab where the portal is already: only its fragment is new.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#activate=")) location.reload();
});

// --- The program ---

function showProgress(seen, whole) {
  const bar = document.getElementById("boot-progress");
  const kilobytes = (bytes) => Math.ceil(bytes / 1024).toLocaleString();
  bar.value = (100 * seen) / whole;
  document.getElementById("boot-count").textContent = `${kilobytes(seen)} / ${kilobytes(whole)} KB`;
}

async function program(cache) {
  const path = "{{asset:page.wasm}}";
  const response = await fetch(path, { cache });
  if (!response.ok) throw new Error(`the program answered ${response.status}`);
  const isPacked = response.headers.get("content-type") !== "application/wasm";
  // The device keeps it unpacked, and there is nothing to wait for.
  if (!isPacked && path.endsWith(".packed")) return response;
  const whole = Number(document.getElementById("boot-progress").dataset.bytes);
  let seen = 0;
  const counter = new TransformStream({
    transform(chunk, out) {
      seen += chunk.byteLength;
      showProgress(seen, whole);
      out.enqueue(chunk);
    },
  });
  const headers = { "content-type": "application/wasm" };
  const counted = new Response(response.body.pipeThrough(counter), { headers });
  if (!isPacked) return counted;
  await import("{{asset:unpack.js}}");
  return unpacked(counted);
}

function styles() {
  return new Promise((resolve, reject) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.media = "not all"; // Until the screens are there it would only move what is painted.
    sheet.href = "{{asset:portal.css}}";
    sheet.onload = () => resolve(sheet);
    sheet.onerror = () => reject(new Error("the style sheet did not come"));
    document.head.append(sheet);
  });
}

async function words(cache) {
  const response = await fetch("{{asset:messages.txt}}", { cache });
  if (!response.ok) throw new Error(`the words answered ${response.status}`);
  return response.text();
}

function parts(cache) {
  return Promise.all([
    import("{{asset:page.js}}"),
    import("{{asset:passkey.js}}"),
    words(cache),
    styles(),
    WebAssembly.compileStreaming(program(cache)),
  ]);
}

async function start() {
  try {
    // What the browser kept may be damaged, so once more past its own cache.
    const come = await parts("default").catch(() => parts("reload"));
    const [glue, , said, sheet, compiled] = come;
    sheet.media = "all";
    window.satchelWords = said;
    await glue.default({ module_or_path: compiled });
    document.getElementById("boot").remove();
    root.dataset.boot = "running";
  } catch (error) {
    console.warn("start failed:", error.message);
    document.getElementById("boot-loading").hidden = true;
    const part = isFault(error) ? "boot-broken" : "boot-dropped";
    document.getElementById(part).hidden = false;
  }
}

// A program of ours that panics ends in a trap, wherever the browser called it from.
const isFault = (error) => error instanceof WebAssembly.RuntimeError;
function hear(error) {
  if (isFault(error)) document.getElementById("boot-broken").hidden = false;
}
window.addEventListener("error", (event) => hear(event.error));
window.addEventListener("unhandledrejection", (event) => hear(event.reason));

// A release that stops cannot offer the next one itself.
document.getElementById("boot-again").addEventListener("click", async () => {
  // Where nothing may be kept, there is none and asking fails.
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  activate(registration ?? {});
});

// --- The service worker ---

function offer(registration) {
  if (registration.waiting && registration.active) tell("update", "ready");
}

function activate(registration) {
  const waiting = registration.waiting;
  // In another tab somebody let it take over already.
  if (!waiting) return location.reload();
  let reloading = false;
  const look = () => {
    const active = waiting.state === "activated" || registration.active === waiting;
    const gone = waiting.state === "redundant"; // A still newer one took its place.
    if (!(active || gone) || reloading) return;
    reloading = true;
    clearInterval(timer);
    location.reload();
  };
  waiting.addEventListener("statechange", look);
  const timer = setInterval(look, ACTIVATION_POLL_MS);
  waiting.postMessage({ type: "activate" });
}

async function serve() {
  if (!navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.register("/service-worker.js", {
    updateViaCache: "none",
  });
  offer(registration);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => offer(registration));
  });
  // The page says this once every draft is on the disk.
  window.addEventListener("satchel:activate", () => activate(registration));

  let checked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - checked < UPDATE_CHECK_MS) return;
    checked = Date.now();
    registration.update().catch(() => {}); // Offline is normal; the next look is soon enough.
  });
}

// --- Installing ---

let invitation = null;

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  invitation = event;
  tell("install", "ready");
});
window.addEventListener("appinstalled", () => tell("install", "done"));
window.addEventListener("satchel:install-now", async () => {
  await invitation?.prompt();
  invitation = null;
});

if (window.matchMedia("(display-mode: standalone)").matches || navigator.standalone === true) {
  root.dataset.install = "done";
} else if (navigator.standalone === false) {
  root.dataset.install = "by-hand"; // iOS and iPadOS: only the Share menu installs.
}

// --- Keeping ---

async function lookAtSpace() {
  const storage = navigator.storage;
  if (!storage?.persisted) return;
  const [kept, { usage }] = await Promise.all([storage.persisted(), storage.estimate()]);
  root.dataset.space = Math.ceil(usage / 1e6);
  tell("kept", kept ? "yes" : "no");
}

window.addEventListener("satchel:look-at-space", lookAtSpace);

// Whether this browser takes a row and a key, gives both back, and deletes them. In a private window or
// where storage is turned off it may not.
async function keepsWhatItTakes() {
  const name = "satchel.probe"; // No slot is called so.
  const done = (asked, well) =>
    new Promise((resolve, reject) => {
      asked[well] = () => resolve(asked.result);
      asked.onerror = asked.onabort = () => reject(asked.error);
    });
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
  const database = await done(opening, "onsuccess");
  const algorithm = { name: "AES-GCM", length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ["encrypt"]);
  const writing = database.transaction("rows", "readwrite", { durability: "strict" });
  writing.objectStore("rows").put(key, "key");
  await done(writing, "oncomplete");
  const back = database.transaction("rows").objectStore("rows").get("key");
  await done(back, "onsuccess");
  database.close();
  await done(indexedDB.deleteDatabase(name), "onsuccess");
  return back.result instanceof CryptoKey;
}

async function lookAtStorage() {
  // One tab after the other: each would wait for the other's database to be closed.
  const keeps = await navigator.locks.request("satchel.probe", keepsWhatItTakes).catch(() => false);
  tell("storage", keeps ? "keeps" : "nothing");
}

window.addEventListener("satchel:look-at-storage", lookAtStorage);

// A session that keeps nothing was ended here. The clinic hears of it even if the page goes at once.
window.addEventListener("satchel:end-brief", () => {
  const headers = { "satchel-slot": root.dataset.brief };
  delete root.dataset.brief;
  const asked = { method: "DELETE", headers, keepalive: true };
  fetch("/api/session", asked).catch(() => {}); // Then it is over in a few minutes.
});

// Only when somebody asks for it: some browsers then ask back.
window.addEventListener("satchel:keep-now", async () => {
  await navigator.storage.persist();
  await lookAtSpace();
});

if (!root.dataset.boot) {
  await start();
  // After the start, because on a slow line the program comes first.
  serve().catch((error) => console.warn("no service worker:", error.message));
}
