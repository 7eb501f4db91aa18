// Phones, narrow and low windows, and zoom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertFits,
  button,
  dialog,
  open,
  region,
  service,
  tab,
  text,
  write,
  eventually,
} from './support.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const LONG_NAME = 'a-very-long-environment-name-for-the-staging-cluster';
const switchTo = (page, pane) =>
  page
    .getByRole('navigation', { name: 'Panes' })
    .getByRole('button', { name: new RegExp(`^${pane}`) })
    .tap();
const isShown = (page, name) => region(page, name).isVisible();

test('a phone shows one pane at a time, in one screen', async (t) => {
  const page = await open(t, PHONE);
  await write(page, service('shop', '    min_container: 2\n'));
  assert.equal(await isShown(page, 'Manifests'), false);
  await switchTo(page, 'Problems');
  await region(page, 'Problems').getByText('1 problem').waitFor();
  assert.equal(await text(page).isVisible(), false);
  await region(page, 'Problems').getByRole('button', { name: 'Fix: rename' }).tap();
  await region(page, 'Problems').getByText('No problems').waitFor();
  await switchTo(page, 'Results');
  await region(page, 'Manifests').getByText('minReplicas: 2').first().waitFor();
  await switchTo(page, 'Text');
  await text(page).waitFor();
  const { scroll, screen } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollHeight,
    screen: innerHeight,
  }));
  assert.equal(scroll, screen);
});

test('the header of a phone is one row, and Options has the other choices', async (t) => {
  const page = await open(t, PHONE);
  await write(page, service('shop').replace('name: staging', `name: ${LONG_NAME}`));
  const bar = await page.locator('.app > .bar').boundingBox();
  assert.ok(bar.height < 64, `the header is ${bar.height} px high`);
  await button(page, 'Options').tap();
  const options = dialog(page, 'Options');
  await options.getByRole('combobox', { name: 'Expose with' }).selectOption('gateway');
  await options.getByRole('button', { name: 'Close' }).tap();
  await eventually(async () =>
    assert.equal(
      await page.locator('.bar select[aria-label="Expose with"]').inputValue(),
      'gateway',
    ),
  );
  await assertFits(page);
});

test('targets have 44 px and text boxes 16 px on a phone', async (t) => {
  const page = await open(t, PHONE);
  await write(page, service('shop', '    min_container: 2\n'));
  const small = () =>
    page.evaluate(() => {
      const roots = 'button, select, input, textarea, [role=tab], [role=button]';
      const isTooSmall = (element) => {
        const { width, height } = element.getBoundingClientRect();
        const box = element.closest('label')?.getBoundingClientRect() ?? { width, height };
        return Math.max(height, box.height) < 44 || Math.max(width, box.width) < 40;
      };
      const isSmallText = (element) =>
        element.matches('input, select, textarea') &&
        parseFloat(getComputedStyle(element).fontSize) < 16;
      return [...document.querySelectorAll(roots)]
        .filter((element) => element.checkVisibility() && !element.matches('[type=checkbox]'))
        .filter((element) => isTooSmall(element) || isSmallText(element))
        .map((element) => element.outerHTML.slice(0, 120));
    });
  assert.deepEqual(await small(), []);
  await switchTo(page, 'Problems');
  assert.deepEqual(await small(), []);
  await switchTo(page, 'Results');
  assert.deepEqual(await small(), []);
  await switchTo(page, 'Text');
  await button(page, 'Form').tap();
  await region(page, 'Form').waitFor();
  assert.deepEqual(await small(), []);
  await button(page, 'Menu').tap();
  await dialog(page, 'Menu').waitFor();
  assert.deepEqual(await small(), []);
  const size = await page.evaluate(() => {
    const host = document.querySelector('.sheet .text > div');
    return getComputedStyle(host.shadowRoot.querySelector('.cm-content')).fontSize;
  });
  assert.equal(size, '16px');
});

test('a tap explains a manifest line, and a button jumps to its place', async (t) => {
  const page = await open(t, PHONE);
  await write(page, service('shop', '    min_containers: 2\n'));
  await switchTo(page, 'Results');
  const manifests = region(page, 'Manifests');
  await button(page, 'HorizontalPodAutoscaler shop-api-k8s-service').tap();
  await manifests.getByText('minReplicas').tap();
  await page.getByText('Set at opta.yml line 11').waitFor();
  assert.equal(await isShown(page, 'Manifests'), true);
  await page.getByRole('button', { name: 'Go to opta.yml line 11' }).tap();
  await text(page).waitFor();
  await eventually(async () =>
    assert.match(await page.locator('.cm-activeLine').first().innerText(), /min_containers: 2/),
  );
});

test('an example opened from the menu of a phone shows its text', async (t) => {
  const page = await open(t, PHONE);
  await switchTo(page, 'Results');
  await button(page, 'Menu').tap();
  await dialog(page, 'Menu').getByRole('button', { name: 'Open an example' }).tap();
  await dialog(page, 'Examples')
    .getByRole('button', { name: /Misspelled/ })
    .tap();
  await text(page).getByText('name:').first().waitFor();
});

for (const width of [1024, 1150, 1280, 1366, 1440]) {
  test(`the header is one row at ${width} px, with a long name`, async (t) => {
    const page = await open(t, { viewport: { width, height: 800 } });
    await write(page, service('shop').replace('name: staging', `name: ${LONG_NAME}`));
    await page.getByRole('combobox', { name: 'Environment' }).waitFor();
    const bar = await page.locator('.app > .bar').boundingBox();
    assert.ok(bar.height < 64, `the header is ${bar.height} px high`);
    for (const name of ['Menu', 'Share', 'Export bundle']) {
      const { x, width: own } = await button(page, name).boundingBox();
      assert.ok(x + own <= width, `${name} is outside the window`);
    }
    await assertFits(page);
    const kind = await button(page, 'HorizontalPodAutoscaler shop-api-k8s-service').evaluate(
      (element) => element.scrollWidth - element.clientWidth,
    );
    assert.ok(kind <= 0, 'a kind is cut');
  });
}

test('at a zoom of 200 %, the page scrolls and nothing is sticky', async (t) => {
  for (const viewport of [
    { width: 720, height: 450 },
    { width: 640, height: 400 },
  ]) {
    const page = await open(t, { viewport, deviceScaleFactor: 2 });
    await write(page, service('shop', '    min_container: 2\n'));
    await assertFits(page);
    const sticky = await page.evaluate(() =>
      [...document.querySelectorAll('.app *')]
        .filter((element) => element.checkVisibility())
        .filter((element) => ['sticky', 'fixed'].includes(getComputedStyle(element).position))
        .map((element) => element.className),
    );
    assert.deepEqual(sticky, []);
    await page.context().close();
  }
});

test('the selected tab is in view', async (t) => {
  const page = await open(t, { ...PHONE, viewport: { width: 320, height: 700 } });
  await switchTo(page, 'Results');
  await page.keyboard.press('Alt+5');
  await region(page, 'Changes').waitFor();
  const { x, width } = await tab(page, 'Changes').boundingBox();
  assert.ok(x >= 0 && x + width <= 321, `the tab is at ${x} to ${x + width}`);
});
