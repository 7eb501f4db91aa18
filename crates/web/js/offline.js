// The service worker. After the first visit, the page works without a network. Each release has its
// own worker and its own cache: scripts/offline.mjs replaces VERSION and FILES.
//
// The page always comes from the cache, so a slow network cannot block it. The browser checks for a
// new worker at each visit, and the next visit shows the new release. Open tabs keep the files of
// their own release.
const worker = /** @type {any} */ (self);
const VERSION = '__VERSION__';
/** @type {string[]} */
const FILES = JSON.parse('__FILES__');

/** The folder of the page, with a slash at the end. Other sites may share the origin. */
const SCOPE = new URL('./', location.href).href;
/** The start of the names of our caches. Other sites under this origin have other ones. */
const PREFIX = `optakit ${SCOPE} `;
const CACHE = PREFIX + VERSION;
const PAGE = new URL('./', SCOPE).href;
/** The Web Lock of a release, which its tabs hold while they are open. */
const IN_USE = 'optakit.release ';

/**
 * Fetches a file. An HTTP cache may only answer after it asked the server.
 *
 * @param {string} file
 */
async function fetchFile(file) {
  const url = new URL(file, SCOPE).href;
  const response = await fetch(url, { cache: 'no-cache', redirect: 'error' });
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return { url, response };
}

/**
 * Checks that the page names only files of this release. During a deployment, a server can send the
 * page of another release.
 *
 * @param {string} html
 */
function checkPage(html) {
  for (const [, name] of html.matchAll(/(?:src|href|data-js|data-wasm)="(?:\.\/)?([^"/:#?]+)"/g)) {
    if (!FILES.includes(name)) throw new Error(`the page needs ${name} of another release`);
  }
}

worker.addEventListener('install', (/** @type {any} */ event) => {
  const store = async () => {
    const files = await Promise.all(FILES.map(fetchFile));
    const page = files.find(({ url }) => url === PAGE);
    checkPage((await page?.response.clone().text()) ?? '');
    const cache = await caches.open(CACHE);
    await Promise.all(files.map(({ url, response }) => cache.put(url, response)));
    await worker.skipWaiting();
  };
  event.waitUntil(store());
});

worker.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(worker.clients.claim());
});

/** Returns our caches, that of this release first. */
async function ownCaches() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  return [CACHE, ...names];
}

/** @param {string} url */
async function fromCaches(url) {
  for (const name of await ownCaches()) {
    const found = await (await caches.open(name)).match(url);
    if (found) return found;
  }
  return undefined;
}

/** Deletes the caches of earlier releases that no open tab uses. */
async function clean() {
  if (!navigator.locks) return;
  const { held = [], pending = [] } = await navigator.locks.query();
  const used = [...held, ...pending]
    .map(({ name = '' }) => name)
    .filter((name) => name.startsWith(IN_USE))
    .map((name) => name.slice(IN_USE.length));
  for (const name of await ownCaches()) {
    const cache = await caches.open(name);
    const matches = await Promise.all(used.map((url) => cache.match(url)));
    if (name !== CACHE && !matches.some(Boolean)) await caches.delete(name);
  }
}

/** @param {string} url */
async function answerPage(url) {
  const cache = await caches.open(CACHE);
  return (await cache.match(PAGE)) ?? fetch(url);
}

/**
 * Returns a file of the page. The names of files contain a hash, so every cache has the right one.
 *
 * @param {Request} request
 */
async function answerFile(request) {
  const stored = await fromCaches(request.url);
  if (stored) return stored;
  const response = await fetch(request);
  // Store the certificates of a region after their first use.
  if (response.ok && request.url.startsWith(`${SCOPE}rds-ca/`)) {
    await (await caches.open(CACHE)).put(request.url, response.clone());
  }
  return response;
}

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  /** @type {Request} */
  const request = event.request;
  if (request.method !== 'GET' || !request.url.startsWith(SCOPE)) return;
  const [path] = request.url.slice(SCOPE.length).split(/[?#]/);
  if (request.mode === 'navigate') {
    // Other pages below this folder are not ours.
    if (path !== '' && path !== 'index.html') return;
    event.respondWith(answerPage(request.url));
    // The tabs of earlier releases have their locks by now.
    event.waitUntil(clean());
  } else if (!path.includes('/') || path.startsWith('rds-ca/')) {
    // A check for a new release must reach the server.
    if (request.cache === 'no-store') return;
    event.respondWith(answerFile(request));
  }
});
