// Crashes of the program: the person notices, and the text stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENVIRONMENT,
  address,
  button,
  dialog,
  profile,
  read,
  service,
  shows,
  tab,
  text,
  write,
  eventually,
} from './support.mjs';

/** Opens a page that may log errors. */
async function fragile(t) {
  const context = await profile();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  await text(page).waitFor();
  return page;
}

/** Runs a WebAssembly program that traps, without a handler. */
const trap = (page, way) =>
  page.evaluate((kind) => {
    // A module with one function, `t`, whose body is `unreachable`.
    const bytes = [
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      [1, 4, 1, 0x60, 0, 0],
      [3, 2, 1, 0],
      [7, 5, 1, 1, 0x74, 0, 0],
      [10, 5, 1, 3, 0, 0, 0x0b],
    ].flat();
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    const { t: run } = new WebAssembly.Instance(module).exports;
    if (kind === 'timer') setTimeout(/** @type {() => void} */ (run));
    else Promise.resolve().then(/** @type {() => void} */ (run));
  }, way);

const alertOf = (page) => page.getByRole('alertdialog', { name: 'The editor crashed' });

for (const way of ['timer', 'promise']) {
  test(`a trap in a ${way} is shown with the text, and a reload keeps it`, async (t) => {
    const page = await fragile(t);
    await write(page, service('precious'));
    await shows(page, 'precious');
    await tab(page, 'env.yml').click();
    await write(page, `${ENVIRONMENT}# own\n`, 'Environment file');
    await tab(page, 'opta.yml').click();
    await text(page).press('ControlOrMeta+End');
    await page.keyboard.type('# last letters');
    await trap(page, way);
    const alert = alertOf(page);
    await alert.getByText('Error: unreachable').waitFor();
    const own = alert.getByRole('textbox', { name: 'Your text', exact: true });
    await eventually(async () =>
      assert.equal(await own.inputValue(), `${service('precious')}# last letters`),
    );
    const environment = alert.getByRole('textbox', { name: 'Your text of env.yml' });
    await eventually(async () =>
      assert.equal(await environment.inputValue(), `${ENVIRONMENT}# own\n`),
    );
    // Nothing behind the message can be typed in.
    const isInert = await text(page).evaluate((box) => {
      const host = /** @type {ShadowRoot} */ (box.getRootNode()).host;
      return host.closest('[inert]') !== null;
    });
    assert.ok(isInert);
    await alert.getByText('Your text is saved.').waitFor();
    await button(alert, 'Reload').click();
    await page.getByText('The editor crashed. Your text was restored.').waitFor();
    assert.equal(await read(page), `${service('precious')}# last letters`);
    await tab(page, 'env.yml').click();
    assert.equal(await read(page, 'Environment file'), `${ENVIRONMENT}# own\n`);
  });
}

test('a trap while a letter is typed is noticed', async (t) => {
  const page = await fragile(t);
  await write(page, service('precious'));
  await shows(page, 'precious');
  // CodeMirror catches the errors of the functions that it calls.
  await page.evaluate(() => {
    const broken = () => {
      throw new WebAssembly.RuntimeError('memory access out of bounds');
    };
    Object.defineProperty(TextEncoder.prototype, 'encodeInto', { value: broken });
  });
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('# é');
  await alertOf(page).getByText('memory access out of bounds').waitFor();
});

test('a text that crashes the editor again is in the history', async (t) => {
  const page = await fragile(t);
  await write(page, service('precious'));
  await shows(page, 'precious');
  for (const message of ['Your text was restored', 'Your text is in History']) {
    await trap(page, 'timer');
    await alertOf(page).getByText('Your text is saved.').waitFor();
    await button(alertOf(page), 'Reload').click();
    await page.getByText(`The editor crashed. ${message}.`).waitFor();
    await text(page).waitFor();
  }
  await shows(page, 'shop');
  await button(page, 'History').click();
  const entries = dialog(page, 'History').getByRole('button', { name: /crashed · precious/ });
  await entries.first().click();
  await shows(page, 'precious');
});

test('errors of extensions and of observers do not count as a crash', async (t) => {
  const page = await fragile(t);
  await page.evaluate(() => {
    const error = new Error('extension');
    error.stack = 'Error: extension\n at chrome-extension://abc/content.js:1:1';
    dispatchEvent(new ErrorEvent('error', { error, message: 'extension' }));
    dispatchEvent(new ErrorEvent('error', { message: 'ResizeObserver loop limit exceeded' }));
    Promise.reject(new DOMException('cancelled', 'AbortError'));
  });
  await write(page, service('alive'));
  await shows(page, 'alive');
  assert.equal(await alertOf(page).count(), 0);
});
