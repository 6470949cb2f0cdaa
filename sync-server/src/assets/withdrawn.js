// Takes the place of the service worker when the clinic withdraws the stored portal: it drops every
// stored release and itself, and asks nobody. Drafts and unsent items lie elsewhere and stay.

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(withdraw()));

async function withdraw() {
  const names = (await caches.keys()).filter((name) => name.startsWith("satchel-"));
  for (const name of names) await caches.delete(name);
  await self.registration.unregister();
}
