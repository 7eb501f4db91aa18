// Makes one mistake at a time in the service worker, and reports those that its test does not
// notice.
//   node scripts/mistakes/offline.mjs
import { report } from './report.mjs';

const ANSWER = 'return (await cache.match(PAGE)) ?? fetch(url);';
const RDS = 'response.ok && request.url.startsWith(`${SCOPE}rds-ca/`)';

/** @type {[mistake: string, before: string, after: string][]} */
const MISTAKES = [
  ['an HTTP cache answers at the installation', "cache: 'no-cache', ", ''],
  ['redirects are followed', ", redirect: 'error'", ''],
  ['responses with an error are stored', 'if (!response.ok) throw', 'if (false) throw'],
  ['a page of another release is stored', 'if (!FILES.includes(name)) throw', 'if (false) throw'],
  ['the page is not read', '(await page?.response.clone().text())', 'undefined'],
  ['data-wasm is not checked', 'data-js|data-wasm', 'data-js'],
  ['data-js is not checked', 'data-js|data-wasm', 'data-wasm'],
  ['href is not checked', 'src|href|', 'src|'],
  ['src is not checked', 'src|href|', 'href|'],
  ['the first file is not stored', 'all(files.map', 'all(files.slice(1).map'],
  ['the last file is not stored', 'all(files.map', 'all(files.slice(0, -1).map'],
  ['the worker waits for old tabs', 'await worker.skipWaiting();', ''],
  [
    'the worker starts before it stored the files',
    'const store = async () => {',
    '$&\n  await worker.skipWaiting();',
  ],
  ['the worker never claims tabs', 'event.waitUntil(worker.clients.claim());', ''],
  ['caches of other sites are used', 'name.startsWith(PREFIX) && name !== CACHE', 'name !== CACHE'],
  ['the cache of the release is not the first', '[CACHE, ...names]', '[...names, CACHE]'],
  ['old caches are not read', '[CACHE, ...names]', '[CACHE]'],
  ['nothing is deleted', 'await caches.delete(name)', 'undefined'],
  ['releases in use are deleted', ' && !matches.some(Boolean)', ''],
  ['the current release is deleted', 'name !== CACHE && !matches', '!matches'],
  ['held locks are ignored', '[...held, ...pending]', '[...pending]'],
  ['pending locks are ignored', '[...held, ...pending]', '[...held]'],
  ['locks of others count', '.filter((name) => name.startsWith(IN_USE))', ''],
  ['a browser without locks fails', 'if (!navigator.locks) return;', ''],
  ['old releases stay', 'event.waitUntil(clean());', ''],
  ['each request deletes', 'const request = event.request;', '$&\n event.waitUntil(clean());'],
  [
    'the network comes before the page',
    ANSWER,
    'return fetch(url).catch(() => cache.match(PAGE));',
  ],
  ['the page comes from any release', ANSWER, 'return (await fromCaches(PAGE)) ?? fetch(url);'],
  ['a missing page is not fetched', ANSWER, 'return cache.match(PAGE);'],
  ['files never come from a cache', 'if (stored) return stored;', ''],
  ['every response is stored', RDS, 'response.ok'],
  ['failed certificates are stored', RDS, RDS.replace('response.ok && ', '')],
  ['certificates are not stored', '.put(request.url, response.clone())', '.match(request.url)'],
  ['a POST is answered', "request.method !== 'GET' || ", ''],
  ['other sites are answered', ' || !request.url.startsWith(SCOPE)', ''],
  ['the query is a part of the path', '.split(/[?#]/)', '.split(/#/)'],
  ['pages in folders are answered', "if (path !== '' && path !== 'index.html') return;", ''],
  ['index.html is not answered', "path !== '' && path !== 'index.html'", "path !== ''"],
  ['files in folders are answered', "!path.includes('/') || path.startsWith('rds-ca/')", 'true'],
  ['certificates are not answered', " || path.startsWith('rds-ca/')", ''],
  ['the check for a release is answered', "if (request.cache === 'no-store') return;", ''],
  ['all sites share a cache', 'optakit ${SCOPE} `', 'optakit `'],
  ['all releases share a cache', 'PREFIX + VERSION', 'PREFIX'],
];

report('crates/web/js/offline.js', MISTAKES, 'crates/web/tests/offline.test.mjs');
