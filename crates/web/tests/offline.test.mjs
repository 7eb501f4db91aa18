// The service worker (crates/web/js/offline.js) with caches, a network and locks that a test can
// see. releases.test.mjs and network.test.mjs run it in a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const SITE = 'https://site.example/app/';
const FILES = ['./', 'boot-1.js', 'program-1.wasm', 'style-1.css'];
const PAGE = `<link href="./style-1.css"><script src="./boot-1.js" data-wasm="program-1.wasm">`;
const OWN = `optakit ${SITE} 2`;
const OLD = `optakit ${SITE} 1`;
const OTHERS = ['optakit https://site.example/other/ 1', 'unrelated'];
const LOCK = 'optakit.release ';
const source = readFileSync(new URL('../js/offline.js', import.meta.url), 'utf8')
  .replace('__VERSION__', '2')
  .replace('__FILES__', JSON.stringify(FILES));

const url = (path) => new URL(path, SITE).href;

/** The worker in a site. `network` maps paths to texts or responses. */
class Site {
  constructor(network = {}) {
    this.network = { './': PAGE, 'boot-1.js': 'boot', 'program-1.wasm': 'program', ...network };
    this.network['style-1.css'] ??= 'style';
    /** @type {Map<string, Map<string, any>>} */
    this.stored = new Map();
    this.fetched = [];
    this.calls = [];
    /** @type {any} */
    this.locks = { held: [], pending: [] };
    this.listeners = {};
    const worker = {
      addEventListener: (type, listener) => (this.listeners[type] = listener),
      skipWaiting: async () => this.calls.push('skipWaiting'),
      clients: { claim: async () => this.calls.push('claim') },
    };
    this.navigator = { locks: { query: async () => this.locks } };
    const globals = { self: worker, location: { href: url('offline.js') }, URL, Promise, JSON };
    const fetch = (request, options) => this.fetch(request, options);
    const caches = { keys: async () => [...this.stored.keys()], open: this.open.bind(this) };
    const remove = async (name) => this.stored.delete(name);
    Object.assign(globals, { caches: { ...caches, delete: remove }, fetch, Error });
    Object.assign(globals, { navigator: this.navigator });
    vm.runInNewContext(source, globals);
  }

  async fetch(request, options) {
    const address = request.url ?? request;
    this.fetched.push({ address, ...options });
    const answer = this.network[address === SITE ? './' : address.slice(SITE.length)];
    if (answer === undefined) throw new TypeError('no network');
    return typeof answer === 'string' ? new Response(answer) : answer.clone();
  }

  async open(name) {
    if (!this.stored.has(name)) this.stored.set(name, new Map());
    const cache = this.stored.get(name);
    return {
      match: async (address) => cache.get(address)?.clone(),
      put: async (address, response) => void cache.set(address, response),
    };
  }

  /** Stores texts in a cache. */
  store(name, texts) {
    const responses = Object.entries(texts).map(([path, text]) => [url(path), new Response(text)]);
    this.stored.set(name, new Map(/** @type {[string, any][]} */ (responses)));
    return this;
  }

  /** Sends an event and waits for its work. Returns the answer; none if the browser answers. */
  async send(type, request) {
    let answer;
    const work = [];
    const event = {
      request,
      respondWith: (promise) => (answer = promise),
      waitUntil: (promise) => work.push(promise),
    };
    this.listeners[type](event);
    await Promise.all(work);
    return (await answer)?.text();
  }

  visit(path, more = {}) {
    return this.send('fetch', { url: url(path), method: 'GET', mode: 'navigate', ...more });
  }

  load(path, more = {}) {
    return this.send('fetch', { url: url(path), method: 'GET', mode: 'no-cors', ...more });
  }

  /** Returns the paths and texts of a cache. */
  async contents(name) {
    const found = await Promise.all(
      [...(this.stored.get(name) ?? [])].map(async ([address, response]) => [
        address.slice(SITE.length),
        await response.clone().text(),
      ]),
    );
    return Object.fromEntries(found);
  }
}

test('an installation stores every file, and asks the server for each', async () => {
  const site = new Site();
  await site.send('install');
  assert.deepEqual([...site.stored.keys()], [OWN]);
  assert.deepEqual(await site.contents(OWN), {
    '': PAGE,
    'boot-1.js': 'boot',
    'program-1.wasm': 'program',
    'style-1.css': 'style',
  });
  for (const { address, cache, redirect } of site.fetched) {
    assert.deepEqual([cache, redirect], ['no-cache', 'error'], address);
  }
  assert.deepEqual(site.calls, ['skipWaiting']);
  await site.send('activate');
  assert.deepEqual(site.calls, ['skipWaiting', 'claim']);
});

test('a release that is not complete is not stored', async () => {
  for (const path of FILES) {
    for (const status of [404, 500]) {
      const site = new Site({ [path]: new Response('error', { status }) });
      await assert.rejects(site.send('install'), new RegExp(`${status}`), path);
      assert.deepEqual([[...site.stored.keys()], site.calls], [[], []], path);
    }
  }
  const attributes = ['src="./', 'href="', 'data-js="', 'data-wasm="'];
  for (const attribute of attributes) {
    const site = new Site({ './': `${PAGE}<link ${attribute}boot-2.js">` });
    await assert.rejects(site.send('install'), /boot-2\.js of another release/, attribute);
    assert.deepEqual([[...site.stored.keys()], site.calls], [[], []], attribute);
  }
  const site = new Site({ './': `${PAGE}<a href="https://docs.example/"></a><a href="#top"></a>` });
  await site.send('install');
});

test('the page comes from the cache of the current release', async () => {
  const site = new Site({ './': 'new page' });
  site.store(OLD, { './': 'old page' }).store(OWN, { './': 'own page' });
  for (const path of ['', '?token=a/b', '#o1:x/y', 'index.html', 'index.html?x']) {
    assert.equal(await site.visit(path), 'own page', path);
  }
  assert.deepEqual(site.fetched, []);
  // Without it, the network is better than the page of another release.
  site.store(OLD, { './': 'old page' }).store(OWN, {});
  assert.equal(await site.visit(''), 'new page');
});

test('other requests are left to the browser', async () => {
  const site = new Site();
  site.store(OWN, { './': 'page', 'boot-1.js': 'boot', 'docs/a.js': 'a', '../boot-1.js': 'b' });
  for (const path of ['docs/', 'docs.html', '../', '../other/', 'https://other.example/']) {
    assert.equal(await site.visit(path), undefined, path);
  }
  assert.equal(await site.visit('', { method: 'POST' }), undefined);
  for (const path of ['docs/a.js', '../boot-1.js', 'https://other.example/boot-1.js']) {
    assert.equal(await site.load(path), undefined, path);
  }
  assert.equal(await site.load('boot-1.js', { method: 'POST' }), undefined);
  assert.equal(await site.load('boot-1.js', { cache: 'no-store' }), undefined);
});

test('files come from the caches of our releases, the current one first', async () => {
  const site = new Site({ 'later.js': 'later' });
  const old = { 'boot-0.js': 'old boot', 'boot-1.js': 'old copy' };
  site.store(OLD, old).store(OWN, { 'boot-1.js': 'boot' });
  OTHERS.forEach((name) => site.store(name, { 'later.js': 'foreign' }));
  assert.equal(await site.load('boot-1.js'), 'boot');
  assert.equal(await site.load('boot-0.js'), 'old boot');
  assert.deepEqual(site.fetched, []);
  assert.equal(await site.load('later.js'), 'later');
  assert.deepEqual(await site.contents(OWN), { 'boot-1.js': 'boot' });
  await assert.rejects(site.load('missing.js'), /no network/);
  // The query is not a part of the path.
  assert.equal(await new Site({ 'a.js?b/c': 'a' }).load('a.js?b/c'), 'a');
});

test('the certificates of a region are stored after their first use', async () => {
  const site = new Site({ 'rds-ca/us-east-1.pem': 'pem' });
  site.network['rds-ca/eu-west-9.pem'] = new Response('error', { status: 404 });
  site.store(OWN, {});
  assert.equal(await site.load('rds-ca/us-east-1.pem'), 'pem');
  assert.equal(await site.load('rds-ca/eu-west-9.pem'), 'error');
  assert.deepEqual(await site.contents(OWN), { 'rds-ca/us-east-1.pem': 'pem' });
  assert.equal(await site.load('rds-ca/us-east-1.pem'), 'pem');
  assert.equal(site.fetched.length, 2);
});

test('a visit deletes the releases that no open tab uses', async () => {
  const name = url('boot-0.js');
  for (const [locks, kept] of /** @type {[object, boolean][]} */ ([
    [{ held: [{ name: `${LOCK}${name}` }], pending: [] }, true],
    [{ held: [], pending: [{ name: `${LOCK}${name}` }] }, true],
    [{ held: [{ name: `another.release ${name}` }], pending: [{}] }, false],
    [{ held: [{ name: `${LOCK}${url('boot-1.js')}` }] }, false],
    [{}, false],
  ])) {
    const site = new Site();
    site.store(OLD, { 'boot-0.js': 'old' }).store(OWN, { './': 'page' });
    OTHERS.forEach((other) => site.store(other, { 'boot-0.js': 'foreign' }));
    site.locks = locks;
    await site.load('boot-1.js').catch(() => {});
    assert.ok(site.stored.has(OLD), 'only a visit deletes');
    await site.visit('');
    const expected = [...(kept ? [OLD] : []), OWN, ...OTHERS];
    assert.deepEqual([...site.stored.keys()], expected, JSON.stringify(locks));
  }
  const site = new Site().store(OLD, {}).store(OWN, { './': 'page' });
  delete site.navigator.locks;
  assert.equal(await site.visit(''), 'page');
  assert.ok(site.stored.has(OLD), 'without locks, nothing is deleted');
});
