// The service worker. After the first visit, the page works without a network. Each build has its
// own worker: scripts/offline.mjs replaces VERSION and FILES.
const worker = /** @type {any} */ (self);
const VERSION = '__VERSION__';
/** @type {string[]} */
const FILES = JSON.parse('__FILES__');

worker.addEventListener('install', (/** @type {any} */ event) => {
  const store = async () => {
    await (await caches.open(VERSION)).addAll(FILES);
    await worker.skipWaiting();
  };
  event.waitUntil(store());
});

// Deletes the files of earlier builds. File names contain hashes, so builds do not mix.
worker.addEventListener('activate', (/** @type {any} */ event) => {
  const clean = async () => {
    const old = (await caches.keys()).filter((name) => name !== VERSION);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(clean());
});

/** @param {Request} request */
async function fromCache(request) {
  const cache = await caches.open(VERSION);
  return cache.match(request, { ignoreSearch: request.mode === 'navigate' });
}

/** @param {Request} request */
async function fromNetwork(request) {
  const response = await fetch(request);
  // Store the certificates of a region after their first use.
  if (response.ok && new URL(request.url).pathname.includes('/rds-ca/')) {
    (await caches.open(VERSION)).put(request, response.clone());
  }
  return response;
}

// Loads the page from the network first, so that people get new builds. Its files never change, so
// they come from the cache first.
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  /** @type {Request} */
  const request = event.request;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  const respond = async () => {
    if (request.mode !== 'navigate') {
      return (await fromCache(request)) ?? fromNetwork(request);
    }
    try {
      return await fromNetwork(request);
    } catch {
      return (await fromCache(request)) ?? Response.error();
    }
  };
  event.respondWith(respond());
});
