// The fragments of share links (crates/web/js/links.js), and what `optakit edit` stores encrypted
// (vault.js, drafts.js), in a browser without the program of the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { modules } from './modules.mjs';

const profile = await modules(`
  import * as links from './links.js';
  import { vault } from './vault.js';
  globalThis.here = { ...links, vault };`);

/** The functions of the modules: a variable of the browser. @type {any} */
const here = undefined;
const LIMIT = 100_000;

async function start(t) {
  const { tab } = await profile(t);
  return tab();
}

const pack = (page, text) => page.evaluate((given) => here.pack(given), text);
/** Returns the text of a fragment, or the reason of the error. */
const unpack = (page, fragment) =>
  page.evaluate(
    async ([given, limit]) => {
      try {
        return { text: await here.unpack(given, limit) };
      } catch (error) {
        return { reason: error.message };
      }
    },
    [fragment, LIMIT],
  );
/** Packs bytes as another program could. */
const packed = (bytes) => `#o1:${deflateRawSync(bytes).toString('base64url')}`;

test('a fragment has the whole text, and only characters that URLs allow', async (t) => {
  const page = await start(t);
  // Compressed data of many lengths has all characters of base64, with and without padding.
  for (let length = 0; length < 60; length += 1) {
    const text = Array.from({ length }, (_, index) =>
      String.fromCharCode(33 + ((index * index * 31 + length * 7) % 90)),
    ).join('');
    const fragment = await pack(page, text);
    assert.match(fragment, /^#o1:[\w-]*$/);
    assert.deepEqual(await unpack(page, fragment), { text }, fragment);
    const bytes = Buffer.from(fragment.slice(4), 'base64url');
    assert.equal(String(inflateRawSync(bytes)), text);
  }
  const text = 'ä 🐙 \u0000 \r\n\uFEFF';
  assert.deepEqual(await unpack(page, await pack(page, text)), { text });
});

test('a fragment that is not valid has a reason', async (t) => {
  const page = await start(t);
  const good = await pack(page, 'a: 1\n'.repeat(20));
  assert.equal((await unpack(page, packed('a'.repeat(LIMIT)))).text?.length, LIMIT);
  for (const [fragment, reason] of [
    [packed('a'.repeat(LIMIT + 1)), 'it is too large'],
    [packed(Buffer.alloc(50 * 1024 * 1024)), 'it is too large'],
    [good.replace('#o1:', '#o2:'), 'it was created by another version of Optakit'],
    [good.slice(4), 'it was created by another version of Optakit'],
    ['#o1:', 'it is damaged'],
    ['#o1:!', 'it is damaged'],
    [good.slice(0, -4), 'it is damaged'],
    [packed(Buffer.from([0x61, 0xff])), 'it is damaged'],
  ]) {
    assert.deepEqual(await unpack(page, fragment), { reason }, fragment.slice(0, 40));
  }
});

test('a text is encrypted with a new key stream each time, also without waiting', async (t) => {
  const page = await start(t);
  const text = 'password: hunter2 ä🐙\n'.repeat(50);
  const result = await page.evaluate(async (given) => {
    const key = (byte) => btoa(String.fromCharCode(...Array.from({ length: 32 }, () => byte)));
    const [first, second, other] = [
      await here.vault(key(1)),
      await here.vault(key(1)),
      await here.vault(key(2)),
    ];
    const [one, two] = [first.sealAtOnce(given), second.sealAtOnce(given)];
    const slow = await first.seal(given);
    return {
      again: first.sealAtOnce(given),
      tooLong: other.sealAtOnce('x'.repeat(2 ** 20 + 1)),
      opened: await second.openAtOnce(one),
      foreign: await other.openAtOnce(one),
      slow: await second.open(slow),
      isStrange: await other.open(slow).then(
        () => false,
        () => true,
      ),
      stored: [one, two].map((sealed) => atob(sealed.split('.')[1])),
    };
  }, text);
  const { again, tooLong, opened, foreign, slow, isStrange, stored } = result;
  assert.deepEqual([again, tooLong], [undefined, undefined], 'a key stream is used once');
  assert.deepEqual([opened, slow, isStrange], [text, text, true]);
  assert.doesNotMatch(foreign, /hunter2/);
  assert.notEqual(stored[0], stored[1]);
  assert.ok(stored.every((bytes) => !bytes.includes('hunter2')));
});
