// Keyboard, screen readers, contrast and narrow screens.
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
  violations,
  write,
} from './support.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const PANELS = ['Bundle', 'AWS', 'Diagram', 'Changes', 'Manifests'];
/** Opens a pane of a narrow window. */
const switchTo = (page, pane) =>
  page
    .getByRole('navigation', { name: 'Panes' })
    .getByRole('button', { name: new RegExp(`^${pane}`) })
    .click();

/** @type {[string, import('playwright-core').BrowserContextOptions][]} */
const WINDOWS = [
  ['on a desktop', {}],
  ['in dark', { colorScheme: 'dark' }],
  ['with a contrast theme', { forcedColors: 'active' }],
  ['at 1024 px', { viewport: { width: 1024, height: 768 } }],
  ['at a zoom of 200 %', { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }],
  ['on a phone', PHONE],
  ['on a dark phone', { ...PHONE, colorScheme: 'dark' }],
];

for (const [where, options] of WINDOWS) {
  test(`no panel has accessibility violations ${where}`, async (t) => {
    const page = await open(t, options);
    const isNarrow = (options.viewport?.width ?? 1440) < 800;
    await write(page, service('shop', '    min_container: 2\n    healthcheck_path: x\n'));
    if (isNarrow) {
      assert.deepEqual(await violations(page, 'Text'), []);
      await switchTo(page, 'Problems');
    }
    await region(page, 'Problems').getByText('2 problems').waitFor();
    assert.deepEqual(await violations(page, 'Problems'), []);
    if (isNarrow) await switchTo(page, 'Results');
    for (const name of PANELS) {
      await tab(page, name).click();
      assert.deepEqual(await violations(page, name), []);
    }
    await assertFits(page);
  });

  test(`no dialog has accessibility violations ${where}`, async (t) => {
    const page = await open(t, options);
    await button(page, 'Menu').click();
    await dialog(page, 'Menu').waitFor();
    assert.deepEqual(await violations(page, 'Menu'), []);
    for (const [command, name] of [
      ['Choose rendering options', 'Options'],
      ['Share link', 'Share'],
      ['Open history', 'History'],
      ['Open an example', 'Examples'],
      ['Show shortcuts', 'Shortcuts'],
      ['Show commands', 'Commands'],
    ]) {
      if ((await dialog(page, 'Menu').count()) === 0) await button(page, 'Menu').click();
      await dialog(page, 'Menu').getByRole('button', { name: command }).click();
      await dialog(page, name).waitFor();
      assert.deepEqual(await violations(page, name), []);
      await page.keyboard.press('Escape');
      await dialog(page, name).waitFor({ state: 'detached' });
    }
  });
}

test('form, inputs and all color schemes have no violations, at 320 px too', async (t) => {
  const narrow = { viewport: { width: 320, height: 700 }, hasTouch: true, colorScheme: 'dark' };
  for (const options of [{}, narrow]) {
    const page = await open(t, options);
    await button(page, 'Form').click();
    await region(page, 'Form').waitFor();
    assert.deepEqual(await violations(page, 'Form'), []);
    await assertFits(page);
    await tab(page, 'Inputs').click();
    assert.deepEqual(await violations(page, 'Inputs'), []);
    for (let scheme = 0; scheme < 3; scheme += 1) {
      await page.keyboard.press('ControlOrMeta+k');
      await page.keyboard.type('colors');
      await page.keyboard.press('Enter');
      await dialog(page, 'Commands').waitFor({ state: 'detached' });
      assert.deepEqual(await violations(page, `color scheme ${scheme}`), []);
    }
    await page.context().close();
  }
});

test('dialogs open and close by keys and have no violations', async (t) => {
  const page = await open(t);
  const isAccessible = async (name) => {
    await dialog(page, name).waitFor();
    assert.deepEqual(await violations(page, name), []);
  };
  await page.keyboard.press('ControlOrMeta+k');
  await dialog(page, 'Commands').waitFor();
  await page.keyboard.type('shortc');
  await isAccessible('Commands');
  await page.keyboard.press('Enter');
  await isAccessible('Shortcuts');
  await page.keyboard.press('Escape');
  await dialog(page, 'Shortcuts').waitFor({ state: 'detached' });
  await button(page, 'Form').focus();
  await page.keyboard.press('?');
  await dialog(page, 'Shortcuts').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+h');
  await isAccessible('History');
  await page.keyboard.press('Escape');
  for (const name of ['Examples', 'Share']) {
    await button(page, name).click();
    await isAccessible(name);
    await dialog(page, name).getByRole('button', { name: 'Close', exact: true }).click();
    await dialog(page, name).waitFor({ state: 'detached' });
  }
});
