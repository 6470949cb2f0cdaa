// Loads the page again when there is another build. Only in the development portal.
const look = () => fetch("/service-worker.js", { cache: "no-store" }).then((answer) => answer.text());

async function forget() {
  const registrations = await navigator.serviceWorker.getRegistrations();
  await Promise.all(registrations.map((registration) => registration.unregister()));
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

let first = null;
setInterval(async () => {
  try {
    const now = await look();
    first ??= now;
    if (now === first) return;
    await forget();
    location.reload();
  } catch {
    // The server starts again; the next look will find it.
  }
}, 500);
