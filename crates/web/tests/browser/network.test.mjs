// The page without a network, and with parts that arrive late or never.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  address,
  breakable,
  button,
  dialog,
  downloaded,
  eventually,
  field,
  hold,
  installed,
  open,
  profile,
  read,
  region,
  service,
  shows,
  text,
  unopened,
  write,
} from './support.mjs';

test('after the first visit the page works without a network', async (t) => {
  const page = await open(t);
  await installed(page);
  const fields = '    links: [db]\n';
  await write(page, `${service('offline', fields)}  - {type: postgres, name: db}\n`);
  const certificate = region(page, 'Manifests').getByText('BEGIN CERTIFICATE').first();
  await certificate.waitFor();
  await page.context().setOffline(true);
  await page.reload();
  await shows(page, 'offline');
  await certificate.waitFor();
  const { name } = await downloaded(page, () => button(page, 'Kustomize').click());
  assert.equal(name, 'offline-kustomize.zip');
});

test('a part that cannot be fetched is reported, and fetched again on the next use', async (t) => {
  const page = await breakable(t);
  await write(page, service('patchy'));
  await shows(page, 'patchy');
  await page.route('**/split_form-*.wasm', (route) => route.abort());
  await button(page, 'Form').click();
  const alert = page.getByRole('alert');
  await alert.getByText('A part of the page could not be loaded').waitFor();
  await button(page, 'Text').click();
  assert.equal(await read(page), service('patchy'));
  await button(page, 'Form').click();
  await page.unroute('**/split_form-*.wasm');
  await button(alert, 'Try again').click();
  await field(page, 'healthcheck_path').first().waitFor();
});

test('a dialog and the problems that cannot be fetched are reported', async (t) => {
  const page = await unopened(t);
  const HTML = { contentType: 'text/html', body: '<!doctype html><p>a page of the server' };
  await page.route('**/split_{dialogs,help}-*.wasm', (route) => route.fulfill(HTML));
  await page.goto(address);
  await shows(page, 'shop');
  await button(page, 'Menu').click();
  await page.locator('.toast').getByText('A part of the page could not be loaded').waitFor();
  await write(page, service('patchy', '    min_container: 2\n'));
  const problems = region(page, 'Problems');
  await problems.getByText('A part of the page could not be loaded').waitFor();
  assert.equal(await read(page), service('patchy', '    min_container: 2\n'));
  await page.unroute('**/split_{dialogs,help}-*.wasm');
  await button(problems, 'Try again').click();
  await problems.getByText('unknown key min_container').waitFor();
  await button(page, 'Menu').click();
  await dialog(page, 'Menu').waitFor();
});

test('on a phone, the keys of the editor that cannot be fetched are loaded again', async (t) => {
  const viewport = { width: 390, height: 844 };
  const context = await profile({ serviceWorkers: 'block', viewport });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route(/\/(?:editing|typing)-.*\.js/, (route) => route.abort());
  await page.goto(address);
  await write(page, 'modules:');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- type: k8s-service');
  await page.locator('.toast').getByText('A part of the page could not be loaded').waitFor();
  await page.keyboard.press('ControlOrMeta+f');
  assert.equal(await read(page), 'modules:\n  - type: k8s-service');
  assert.equal(await page.getByRole('alertdialog').count(), 0);
  await page.unroute(/\/(?:editing|typing)-.*\.js/);
  await button(page, 'Not fully loaded: try again').click();
  await text(page).locator('..').getByText('⌄').first().waitFor();
  await button(page, 'Not fully loaded: try again').waitFor({ state: 'detached' });
  await text(page).focus();
  await page.keyboard.press('ControlOrMeta+f');
  await page.locator('.cm-search').waitFor();
});

test('an archive whose code cannot be fetched is reported', async (t) => {
  const page = await breakable(t);
  await shows(page, 'shop');
  await page.route('**/browser-*.js', (route) => route.abort());
  await button(page, 'Kustomize').click();
  await page.locator('.toast').getByText('A part of the page could not be loaded').waitFor();
  await page.unroute('**/browser-*.js');
  const { name } = await downloaded(page, () => button(page, 'Kustomize').click());
  assert.equal(name, 'shop-kustomize.zip');
});

test('a dialog that never loads does not block the keyboard', async (t) => {
  const page = await unopened(t);
  await hold(page, '**/split_dialogs-*.wasm', 'continue');
  await page.goto(address);
  await write(page, 'name: shop');
  await page.keyboard.press('ControlOrMeta+k');
  await eventually(async () => {
    await page.keyboard.press('!');
    assert.match(await text(page).innerText(), /shop!/);
  });
});

test('keys that are pressed while a dialog loads go to the dialog', async (t) => {
  const page = await unopened(t);
  const release = await hold(page, '**/split_dialogs-*.wasm', 'continue');
  await page.goto(address);
  await text(page).waitFor();
  await button(page, 'Form').focus();
  await page.keyboard.press('?');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+h');
  release();
  await dialog(page, 'History').waitFor();
  assert.equal(await dialog(page, 'Shortcuts').count(), 0);
});

test('the search opens with what was typed while it was loading', async (t) => {
  const page = await breakable(t);
  await write(page, service('searched'));
  await shows(page, 'searched');
  const release = await hold(page, '**/typing-*.js', 'continue');
  await page.reload();
  const requested = page.waitForRequest('**/typing-*.js');
  await text(page).focus();
  await page.keyboard.press('ControlOrMeta+f');
  await page.keyboard.type('api');
  await requested;
  release();
  const panel = page.locator('.cm-search');
  await panel.getByText('2 matches').waitFor();
  await page.keyboard.type(':');
  await panel.getByText('1 match', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await read(page), service('searched'));
});

test('late completions do not cover the form', async (t) => {
  const page = await breakable(t);
  const release = await hold(page, '**/split_help-*.wasm', 'continue');
  const requested = page.waitForRequest('**/split_help-*.wasm');
  await write(page, service('late'));
  await page.keyboard.press('Control+Space');
  await requested;
  await button(page, 'Form').click();
  await field(page, 'healthcheck_path').first().waitFor();
  const received = page.waitForResponse('**/split_help-*.wasm');
  release();
  await received;
  await button(page, 'Text').click();
  assert.equal(await read(page), service('late'));
  assert.equal(await page.getByRole('listbox').count(), 0);
});

test('without the text editor, the manifests and the text are still shown', async (t) => {
  const page = await breakable(t);
  await write(page, service('plain'));
  await shows(page, 'plain');
  const release = await hold(page, '**/editor-*.js', 'abort');
  await page.reload();
  await shows(page, 'plain');
  const preview = page.locator('pre').getByText('path: env.yml');
  await preview.waitFor();
  release();
  const alert = page.getByRole('alert');
  await alert.getByText('The text editor could not be loaded').waitFor();
  await page.locator('.toast').getByText('A part of the page could not be loaded').waitFor();
  await preview.waitFor();
  await button(page, 'Form').click();
  await field(page, 'healthcheck_path').first().fill('/up');
  await page.keyboard.press('Tab');
  await page.getByText('Nothing was changed').waitFor();
  await button(page, 'Text').click();
  await page.unroute('**/editor-*.js');
  await button(alert, 'Try again').click();
  assert.equal(await read(page), service('plain'));
});
