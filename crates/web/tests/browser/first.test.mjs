// What the page shows before its program is loaded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FILE, firstOf } from '../../../../scripts/first.mjs';
import {
  address,
  breakable,
  hold,
  region,
  root,
  service,
  shows,
  text,
  unopened,
  write,
  eventually,
} from './support.mjs';

const PROGRAM = '**/optakit-web-*_bg.wasm';
const loading = (page) => page.getByRole('status').getByText('Loading the editor');

/** Creates a browser tab. The test fails on errors in the console. */
async function flawless(t) {
  const page = await unopened(t);
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  t.after(() => assert.deepEqual(faults, []));
  return page;
}

for (const [device, viewport] of [
  ['desktop', { width: 1440, height: 900 }],
  ['phone', { width: 390, height: 844 }],
]) {
  test(`on a ${device}, the first visit shows the example without controls at once`, async (t) => {
    const page = await flawless(t);
    await page.setViewportSize(viewport);
    const release = await hold(page, PROGRAM, 'continue');
    await page.goto(address, { waitUntil: 'commit' });
    // A phone shows one pane at a time, first the text.
    const shown =
      device === 'phone' ? page.getByRole('tabpanel').first() : region(page, 'Manifests');
    if (device === 'desktop') await shown.getByText('kind: Deployment').first().waitFor();
    await page.getByText('image: ghcr.io/acme/shop-api:1.4.2').first().waitFor();
    const hasControl = () => document.activeElement.matches('button, select, input');
    for (let press = 0; press < 5; press += 1) {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(hasControl), false);
    }
    assert.equal(await text(page).count(), 0);
    // The end of the page: until it has arrived, the manifests grow.
    await page.locator('.app > .status').waitFor({ state: 'attached' });
    const before = await shown.boundingBox();
    release();
    await text(page).waitFor();
    await eventually(async () => assert.equal(await page.locator('#loading').count(), 0));
    // On a phone, the introduction appears above the text.
    const { x, y, width, height } = await shown.boundingBox();
    if (device === 'desktop') assert.deepEqual({ x, y, width, height }, before);
    else assert.deepEqual({ x, width }, { x: before.x, width: before.width });
  });
}

test('first.html equals what the program shows first', async (t) => {
  const page = await flawless(t);
  const expected = await firstOf(page, address);
  assert.equal(readFileSync(`${root}${FILE}`, 'utf8'), expected, 'run `make bless` to update it');
});

test('the example is not shown to a user with saved work or with a link', async (t) => {
  const page = await breakable(t);
  await write(page, service('own'));
  await shows(page, 'own');
  const release = await hold(page, PROGRAM, 'continue');
  await page.reload({ waitUntil: 'commit' });
  await loading(page).waitFor();
  assert.equal(await region(page, 'Manifests').count(), 0);
  release();
  await shows(page, 'own');

  const other = await flawless(t);
  await hold(other, PROGRAM, 'continue');
  await other.goto(`${address}#o1:x`, { waitUntil: 'commit' });
  await loading(other).waitFor();
  assert.equal(await region(other, 'Manifests').count(), 0);
});

test('a program that cannot be fetched is reported', async (t) => {
  const page = await unopened(t);
  await page.route(PROGRAM, (route) => route.abort());
  await page.goto(address);
  await page.getByText('The editor did not start').waitFor();
  assert.equal(await region(page, 'Manifests').count(), 0);
});
