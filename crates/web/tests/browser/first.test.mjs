// What is seen before the program of the page is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FILE, firstOf } from '../../../../scripts/first.mjs';
import { address, breakable, hold, region, root, service, text, unopened, write } from './support.mjs';

const PROGRAM = '**/optakit-web-*_bg.wasm';
const loading = (page) => page.getByRole('status').getByText('Loading the editor');

/** A page that was not opened yet; the test fails on what the browser complains of. */
async function flawless(t) {
  const page = await unopened(t);
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  t.after(() => assert.deepEqual(faults, []));
  return page;
}

for (const [where, viewport] of [['a desk', { width: 1440, height: 900 }], ['a phone', { width: 390, height: 844 }]]) {
  test(`who comes for the first time, at ${where}, sees the manifests before the program is there, and cannot press what does nothing yet`, async (t) => {
    const page = await flawless(t);
    await page.setViewportSize(viewport);
    const bring = await hold(page, PROGRAM, 'continue');
    await page.goto(address, { waitUntil: 'commit' });
    const manifests = region(page, 'Manifests');
    await manifests.getByText('kind: Deployment').first().waitFor();
    await page.getByText('image: ghcr.io/acme/shop-api:1.4.2').first().waitFor();
    for (let press = 0; press < 5; press += 1) {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.matches('button, select, input')), false);
    }
    assert.equal(await text(page).count(), 0);
    const before = await manifests.boundingBox();
    bring();
    await text(page).waitFor();
    assert.equal(await page.locator('#loading').count(), 0);
    assert.deepEqual(await manifests.boundingBox(), before);
  });
}

test('that is what the program itself shows first', async (t) => {
  const page = await flawless(t);
  assert.equal(readFileSync(`${root}${FILE}`, 'utf8'), await firstOf(page, address), '`make bless` writes it anew');
});

test('who has work of their own, or follows a link, never sees that of the example', async (t) => {
  const page = await breakable(t);
  await write(page, service('own'));
  await region(page, 'Manifests').getByText('own-api-k8s-service').first().waitFor();
  const bring = await hold(page, PROGRAM, 'continue');
  await page.reload({ waitUntil: 'commit' });
  await loading(page).waitFor();
  assert.equal(await region(page, 'Manifests').count(), 0);
  bring();
  await region(page, 'Manifests').getByText('own-api-k8s-service').first().waitFor();

  const other = await flawless(t);
  await hold(other, PROGRAM, 'continue');
  await other.goto(`${address}#o1:x`, { waitUntil: 'commit' });
  await loading(other).waitFor();
  assert.equal(await region(other, 'Manifests').count(), 0);
});

test('a program that cannot be fetched is told of, in the place of what was shown', async (t) => {
  const page = await unopened(t);
  await page.route(PROGRAM, (route) => route.abort());
  await page.goto(address);
  await page.getByText('The editor did not start').waitFor();
  assert.equal(await region(page, 'Manifests').count(), 0);
});
