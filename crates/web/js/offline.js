// The service worker: after the first visit the page works without a network. Each build has a worker of its own, with
// the names of its files and a version made of their bytes (scripts/offline.mjs writes both in).
const VERSION = '__VERSION__';
const FILES = __FILES__;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

// The files of earlier builds go when no page of theirs is open any more; names hold hashes, so that both can be served.
self.addEventListener('activate', (event) => {
  const old = async () => Promise.all((await caches.keys()).filter((name) => name !== VERSION).map((name) => caches.delete(name)));
  event.waitUntil(old().then(() => self.clients.claim()));
});

// The page itself is asked of the network first, so that a new build is seen; its files never change under their names.
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  const kept = async () => (await caches.open(VERSION)).match(request, { ignoreSearch: request.mode === 'navigate' });
  const fetched = async () => {
    const answer = await fetch(request);
    // Certificates of a region are kept once they were needed.
    if (answer.ok && new URL(request.url).pathname.includes('/rds-ca/')) (await caches.open(VERSION)).put(request, answer.clone());
    return answer;
  };
  event.respondWith(
    request.mode === 'navigate'
      ? fetched().catch(async () => (await kept()) ?? Response.error())
      : kept().then((answer) => answer ?? fetched()),
  );
});
