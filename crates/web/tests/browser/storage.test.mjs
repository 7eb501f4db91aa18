// Drafts and history (crates/web/js/drafts.js, history.js) in a browser, without the program of the
// page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loaded, modules } from './modules.mjs';

const MAX_ENTRIES = 300;

const start = await modules(`
  import * as drafts from './drafts.js';
  import * as history from './history.js';
  import { database } from './database.js';
  const stored = async () => (await database()).getAll('drafts');
  globalThis.here = { ...drafts, ...history, stored };`);

/** Returns a profile of a browser; `tab` opens a tab and returns the work that it continues. */
async function profile(t) {
  const { context, tab: open } = await start(t);
  const tab = async () => {
    const page = await open();
    return { page, work: await claim(page) };
  };
  return { context, tab };
}

/** The functions of the modules: a variable of the browser. @type {any} */
const here = undefined;
const claim = (page) => page.evaluate(() => here.claim());
const keep = (page, text) => page.evaluate((given) => here.keep(() => given), text);
const texts = async (page) =>
  (await page.evaluate(() => here.stored())).map(({ text }) => text).sort();
const leftovers = (page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('unwritten')));
async function reload(page) {
  await page.reload();
  await loaded(page);
  return claim(page);
}

test('a tab continues its own draft after a reload', async (t) => {
  const { tab } = await profile(t);
  const first = await tab();
  assert.equal(first.work, null);
  await keep(first.page, 'one');
  const second = await tab();
  assert.equal(second.work, 'one', 'a new tab starts with a copy');
  await keep(second.page, 'two');
  assert.deepEqual(await texts(first.page), ['one', 'two'], 'each tab has its own draft');
  assert.equal(await reload(first.page), 'one');
  await keep(first.page, 'one again');
  assert.equal(await reload(second.page), 'two');
  assert.deepEqual(await texts(first.page), ['one again', 'two']);
  const third = await tab();
  await keep(third.page, 'three');
  await third.page.close();
  assert.equal(await reload(first.page), 'one again', 'a newer draft of a closed tab is not used');
});

test('a new tab continues the newest draft that no tab has open', async (t) => {
  const { tab } = await profile(t);
  const open = await tab();
  const [old, newer] = [await tab(), await tab()];
  await keep(old.page, 'old');
  await keep(newer.page, 'newer');
  await keep(open.page, 'open');
  await old.page.close();
  await newer.page.close();
  const next = await tab();
  assert.equal(next.work, 'newer');
  await keep(next.page, 'continued');
  assert.deepEqual(await texts(next.page), ['continued', 'old', 'open']);
  assert.equal((await tab()).work, 'old');
  assert.equal((await tab()).work, 'continued', 'all are open: a copy of the newest');
});

test('the last text is kept when the page closes before it is saved', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  await keep(page, 'saved');
  await page.evaluate(() => {
    // The database gets no time for this text.
    IDBObjectStore.prototype.put = () => {
      throw new Error('the page is gone');
    };
    here.keep(() => 'last letters').catch(() => {});
    dispatchEvent(new Event('pagehide'));
    location.reload();
  });
  await page.waitForLoadState('load');
  await loaded(page);
  assert.equal(await claim(page), 'last letters');
  await keep(page, 'later');
  assert.deepEqual(await leftovers(page), []);
  assert.equal(await page.evaluate(() => localStorage.getItem('optakit.kept')), '');
  assert.equal(await reload(page), 'later');
});

test('the newest of several texts is saved', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  await page.evaluate(async () => {
    const first = here.keep(() => 'first');
    here.keep(() => 'second');
    here.keep(() => 'third');
    await first;
  });
  assert.deepEqual(await texts(page), ['third']);
  await page.evaluate(() =>
    here.keep(() => {
      // While the first text is being written, a person types the second one.
      queueMicrotask(() => here.keep(() => 'during the write'));
      return 'before';
    }),
  );
  assert.deepEqual(await texts(page), ['during the write']);
  await keep(page, 'fourth');
  assert.deepEqual(await texts(page), ['fourth']);
  await page.evaluate(async () => {
    await here
      .keep(() => {
        throw new Error('the text cannot be read');
      })
      .catch(() => {});
  });
  await keep(page, 'fifth');
  assert.deepEqual(await texts(page), ['fifth'], 'a failure does not block the next text');
});

/** Limits the storage of a page to a number of bytes; undefined removes the limit. */
async function limitStorage(page, quotaSize) {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
}

test('the reason why a text is not saved is known, and the text stays', async (t) => {
  const { context, tab } = await profile(t);
  const { page } = await tab();
  await limitStorage(page, 500_000);
  assert.equal(await keep(page, 'first'), undefined);
  const long = 'long '.repeat(200_000);
  assert.equal(await keep(page, long), 'full');
  assert.equal(await reload(page), long, 'the local storage has the text');
  await limitStorage(page, undefined);
  assert.equal(await keep(page, 'later'), undefined);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('optakit', 2);
        request.onsuccess = resolve;
        request.onerror = reject;
      }),
  );
  assert.equal(await keep(page, 'latest'), 'outdated', 'a newer release changed the database');
});

test('a first text that is too large for the storage is kept', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  await limitStorage(page, 500_000);
  const long = 'long '.repeat(200_000);
  assert.equal(await keep(page, long), 'full');
  assert.equal(await reload(page), long);
});

test('texts that cannot be saved are not reported as saved', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  const reasons = await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    return Promise.all([here.keep(() => 'one'), here.keep(() => 'two'), here.keep(() => 'three')]);
  });
  assert.deepEqual(reasons, ['blocked', 'blocked', 'blocked']);
});

test('a tab knows whether its work is a copy', async (t) => {
  const { tab } = await profile(t);
  const isCopy = (page) => page.evaluate(() => here.isCopy());
  const first = await tab();
  await keep(first.page, 'one');
  assert.equal(await isCopy(first.page), false);
  const second = await tab();
  assert.equal(await isCopy(second.page), true);
  await keep(second.page, 'two');
  await reload(second.page);
  assert.equal(await isCopy(second.page), false);
});

test('a fork leaves the draft before it as it is', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  await keep(page, 'before');
  assert.equal(await reload(page), 'before');
  await page.evaluate(() => here.fork());
  await keep(page, 'after');
  assert.deepEqual(await texts(page), ['after', 'before']);
  assert.equal(await reload(page), 'after');
  assert.equal((await tab()).work, 'before', 'no tab has the draft before it open');
});

test('the texts of the editors are rescued after a crash', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  const work = { service: 'old', values: 'v', environment_files: { 'a.yml': 'a' }, target: 1 };
  await keep(page, JSON.stringify(work));
  await page.evaluate(() => {
    const files = { 'opta.yml': 'new', 'values.yml': 'w', 'a.yml': '', 'b.yml': 'b', 'c.yml': '' };
    return here.rescue(new Map(Object.entries(files)));
  });
  const expected = {
    ...work,
    service: 'new',
    values: 'w',
    environment_files: { 'a.yml': '', 'b.yml': 'b' },
  };
  assert.deepEqual(JSON.parse(await reload(page)), expected);
});

test('the history has the newest entry first, and no entry twice in a row', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  const entries = () =>
    page.evaluate(async () => (await here.history()).map(({ label, text }) => [label, text]));
  const remember = (...entry) => page.evaluate((given) => here.remember(...given), entry);
  await remember('first', 'one');
  await remember('same', 'one');
  await remember('second', 'two');
  await remember('third', 'one');
  assert.deepEqual(await entries(), [
    ['third', 'one'],
    ['second', 'two'],
    ['first', 'one'],
  ]);
  const [{ time }] = await page.evaluate(() => here.history());
  assert.ok(Math.abs(Date.now() - time) < 600_000, `${time}`);
  await page.evaluate(() => here.clearHistory());
  assert.deepEqual(await entries(), []);
});

test('the history keeps the newest entries', async (t) => {
  const { tab } = await profile(t);
  const { page } = await tab();
  const labels = await page.evaluate(async (count) => {
    for (let index = 1; index <= count; index += 1) await here.remember(`${index}`, `${index}`);
    return (await here.history()).map(({ label }) => label);
  }, MAX_ENTRIES + 2);
  const expected = Array.from({ length: MAX_ENTRIES }, (_, index) => `${MAX_ENTRIES + 2 - index}`);
  assert.deepEqual(labels, expected);
});
