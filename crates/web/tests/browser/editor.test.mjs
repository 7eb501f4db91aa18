// The text editor: search, hover, hidden characters, wrapping; and the divider beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, open, region, service, text, violations, write, eventually } from './support.mjs';

test('the search panel counts matches, in light and dark', async (t) => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, { colorScheme });
    await write(page, service('shop', '    env_vars: {A: api, B: api}\n'));
    const panel = page.locator('.cm-search');
    await page.keyboard.press('ControlOrMeta+f');
    await panel.locator('input[name="search"]:focus').waitFor();
    await page.keyboard.type('api');
    await panel.getByText('4 matches').waitFor();
    await page.keyboard.press('Enter');
    await panel.getByText('1 of 4').waitFor();
    assert.deepEqual(await violations(page, `search, ${colorScheme}`), []);
    await page.keyboard.type('xyz');
    await panel.getByText('No matches').waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.context().close();
  }
});

test('the search panel has a row for the options and one for the replacement', async (t) => {
  const page = await open(t);
  await text(page).focus();
  await page.keyboard.press('ControlOrMeta+f');
  const panel = page.locator('.cm-search');
  await panel.getByText('Match case').waitFor();
  const top = async (found) => Math.round((await found.boundingBox()).y);
  const options = await Promise.all(
    ['Match case', 'Regular expression', 'Whole words'].map((name) => top(panel.getByText(name))),
  );
  assert.equal(new Set(options).size, 1, `${options}`);
  const replace = panel.getByRole('textbox', { name: 'Replace' });
  assert.ok((await top(replace)) > options[0]);
  const buttons = ['replace', 'Replace all'].map((name) =>
    panel.getByRole('button', { name, exact: name !== 'replace' }),
  );
  assert.equal(await top(buttons[0].first()), await top(buttons[1]));
});

test('hover shows the error before the documentation, with a link', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 9\n'));
  await region(page, 'Problems').getByText('1 problem').waitFor();
  await text(page).getByText('9', { exact: true }).hover();
  const tooltip = page.locator('.cm-tooltip-hover').filter({ hasText: 'Minimum number' });
  await tooltip.waitFor();
  const shown = await tooltip.innerText();
  assert.ok(shown.indexOf('min_containers is') < shown.indexOf('Minimum number'), shown);
  const link = tooltip.getByRole('link').first();
  assert.match(await link.getAttribute('href'), /^https:/);
  assert.equal(await link.getAttribute('target'), '_blank');
});

test('hidden characters are visible', async (t) => {
  const page = await open(t);
  await write(page, `name: shop\u00a0x\n# a\tb\u200bc\n`);
  await page.locator('.cm-specialChar').first().waitFor();
  await eventually(async () => assert.equal(await page.locator('.cm-specialChar').count(), 2));
  await eventually(async () => assert.equal(await page.locator('.cm-tab').count(), 1));
});

test('long lines wrap by a command, also after a reload', async (t) => {
  const page = await open(t);
  await text(page).focus();
  await page.keyboard.press('Alt+z');
  await page.locator('.cm-lineWrapping').first().waitFor();
  await page.reload();
  await page.locator('.cm-lineWrapping').first().waitFor();
});

test('the divider moves with keys and a pointer, and stays there', async (t) => {
  const page = await open(t);
  const divider = page.getByRole('separator', { name: 'Width of the text' });
  const width = async () => (await text(page).boundingBox()).width;
  const before = await width();
  await divider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await eventually(async () => assert.equal(await divider.getAttribute('aria-valuenow'), '50'));
  assert.ok((await width()) > before + 40);
  const { x, y } = await divider.boundingBox();
  await page.mouse.move(x, y + 100);
  await page.mouse.down();
  await page.mouse.move(432, y + 100, { steps: 4 });
  await page.mouse.up();
  await eventually(async () => assert.equal(await divider.getAttribute('aria-valuenow'), '30'));
  await page.reload();
  await text(page).waitFor();
  assert.equal(await divider.getAttribute('aria-valuenow'), '30');
});

test('a filter hides objects', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  const objects = page.getByRole('group', { name: 'Objects' });
  await page.getByRole('searchbox', { name: 'Filter objects' }).fill('pod autoscaler');
  await button(page, 'Deployment shop-api-k8s-service').waitFor({ state: 'hidden' });
  await eventually(async () => assert.equal(await objects.getByRole('button').count(), 2));
});

test('typing does not move the page, and errors mark the manifests after a moment', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  const places = () =>
    page.evaluate(() => {
      const found = [
        ...document.querySelectorAll('.tab, .text, .problems, .output .code, .switch'),
      ];
      return found
        .filter((element) => element.checkVisibility())
        .map((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return `${element.className}: ${x} ${y} ${width} ${height}`;
        });
    });
  await region(page, 'Manifests').getByText('shop-api-k8s-service').first().waitFor();
  const before = await places();
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    min_con');
  await region(page, 'Problems').getByText('1 problem').waitFor();
  assert.deepEqual(await places(), before);
  await page.locator('.output.stale').waitFor();
  assert.deepEqual(await places(), before);
});
