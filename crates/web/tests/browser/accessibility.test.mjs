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
  text,
  violations,
  write,
} from './support.mjs';

test('no panel has accessibility violations, on desktop and phone, light and dark', async (t) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
  for (const options of [{}, { colorScheme: 'dark' }, phone]) {
    const page = await open(t, options);
    await write(page, service('shop', '    min_container: 2\n    healthcheck_path: x\n'));
    await region(page, 'Problems').getByText('2 problems').waitFor();
    for (const name of ['Bundle', 'AWS', 'Diagram', 'Changes', 'Manifests']) {
      await tab(page, name).click();
      assert.deepEqual(await violations(page, name), []);
    }
    await assertFits(page);
    await page.context().close();
  }
});

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
      assert.deepEqual(await violations(page, `color scheme ${scheme}`), []);
    }
    await page.context().close();
  }
});

test('arrow keys move between tabs', async (t) => {
  const page = await open(t);
  await tab(page, 'Manifests').focus();
  await page.keyboard.press('ArrowRight');
  await region(page, 'AWS').waitFor();
  await page.keyboard.press('ArrowRight');
  await region(page, 'Bundle').waitFor();
  await tab(page, 'opta.yml').focus();
  await page.keyboard.press('ArrowRight');
  await text(page, 'Environment file').waitFor();
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

test('an example opened at the bottom of a phone screen scrolls to the text', async (t) => {
  const page = await open(t, { viewport: { width: 390, height: 844 } });
  await button(page, 'Examples').click();
  assert.ok((await page.evaluate(() => scrollY)) > 0);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Misspelled/ })
    .click();
  await region(page, 'Problems').getByText('unknown key').first().waitFor();
  const { y } = await text(page).boundingBox();
  assert.ok(y > 0 && y < 844, `the text begins at ${y}`);
});
