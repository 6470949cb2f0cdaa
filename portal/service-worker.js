// Keeps whole releases of the portal on the device, so that it opens without a network.
//
// A release is installed completely or not at all: every file is checked against its SHA-256 before
// the new worker may wait for its turn. It takes over when the person says so (`activate`), never by
// itself while a page of an older release is open. Answers of the API are never stored.

importScripts("{{asset:unpack.js}}");

const RELEASE = "{{release}}";
// Every file of this release: [path, SHA-256]. Programs travel packed; the hash is of what is unpacked.
const FILES = "{{files}}";

const PREFIX = "satchel-";
const CURRENT = PREFIX + RELEASE;
// Put last, so a cache without it is a half-installed one.
const COMPLETE = "/.complete";
// Taken away when the release takes over: one that still has it was offered and never taken.
const WAITS = "/.waits";
// A page of an older release that is still open must find its files.
const OLDER_RELEASES_KEPT = 2;
// Not ours: each has its own rules, and none may be answered from a cache.
const LEAVE_ALONE = ["/api", "/clinic", "/demo", "/fhir", "/healthz", "/readyz", "/shl"];

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data?.type === "activate") event.waitUntil(self.skipWaiting());
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === self.location.origin && event.request.method === "GET";
  const isOfOthers = (start) => `${url.pathname}/`.startsWith(`${start}/`);
  if (!ours || LEAVE_ALONE.some(isOfOthers)) return;
  if (event.request.mode === "navigate") {
    // The address bar may hold a file's own URL; only patient routes are the page.
    if (!isFile(url.pathname)) event.respondWith(page(event.request));
  } else if (isFile(url.pathname)) {
    event.respondWith(file(event.request, url.pathname));
  }
});

async function install() {
  const cache = await caches.open(CURRENT);
  if (await cache.match(COMPLETE)) return;
  // Of an installation that was cut off, which is no release. Only one worker at a time installs.
  await forget((await others(COMPLETE)).without);
  try {
    await cache.put(WAITS, new Response());
    for (const [path, hash] of FILES) await cache.put(path, await checked(path, hash));
    await cache.put(COMPLETE, new Response(RELEASE));
  } catch (error) {
    await caches.delete(CURRENT);
    throw error;
  }
  // No page runs what this release now waits in place of.
  await forget((await others(WAITS)).holding);
}

// The file with exactly this content: from an older release, else from the network, and once more
// past the browser's own cache, which may hold a damaged or outdated copy. Programs are kept unpacked,
// so that later starts compile them while they are read.
async function checked(path, hash) {
  const tries = [
    () => path.startsWith("/assets/") && stored(path),
    () => fetch(path, { cache: path.startsWith("/assets/") ? "default" : "no-cache" }),
    () => fetch(path, { cache: "reload" }),
  ];
  for (const attempt of tries) {
    const response = await attempt();
    if (!response || !response.ok || response.redirected) continue;
    const file = isPacked(path, response) ? unpacked(response, await before(path)) : response;
    if ((await digest(file)) === hash) return file;
  }
  throw new Error(`${path} is not the file of release ${RELEASE}`);
}

function isPacked(path, response) {
  const type = response.headers.get("content-type");
  return path.endsWith(".packed") && type !== "application/wasm";
}

// The worker is packed against the page's program, which stands before it in the list.
async function before(path) {
  if (!path.startsWith("/assets/worker-")) return undefined;
  const page = FILES.find(([one]) => one.startsWith("/assets/page-") && one.endsWith(".packed"));
  const kept = await (await caches.open(CURRENT)).match(page[0]);
  return new Uint8Array(await kept.arrayBuffer());
}

async function digest(response) {
  // What ends too early or cannot be unpacked is another file.
  const bytes = await response.clone().arrayBuffer().catch(() => new ArrayBuffer(0));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function activate() {
  await (await caches.open(CURRENT)).delete(WAITS);
  await forget((await others(WAITS)).without.slice(0, -OLDER_RELEASES_KEPT));
  await self.clients.claim();
}

// The other releases, with this mark and without it, the oldest first: so the browser lists caches.
async function others(mark) {
  const [holding, without] = [[], []];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CURRENT) continue;
    const holds = await (await caches.open(name)).match(mark);
    (holds ? holding : without).push(name);
  }
  return { holding, without };
}

async function forget(names) {
  for (const name of names) await caches.delete(name);
}

async function page(request) {
  const cache = await caches.open(CURRENT);
  return (await cache.match("/", { ignoreVary: true })) ?? fetch(request);
}

// A file comes from this release, else from an older one, else from the network. What is not there
// is missing; a page in its place would be run as a script or shown as an image.
async function file(request, path) {
  const found = await stored(path);
  if (found) return found;
  const response = await fetch(request);
  const isPage = response.headers.get("content-type")?.startsWith("text/html");
  return isPage ? new Response(null, { status: 404 }) : response;
}

async function stored(path) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  for (const name of [CURRENT, ...names.reverse()]) {
    if (!names.includes(name)) continue;
    const found = await (await caches.open(name)).match(path, { ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

function isFile(path) {
  return path.startsWith("/assets/") || path.slice(path.lastIndexOf("/")).includes(".");
}
