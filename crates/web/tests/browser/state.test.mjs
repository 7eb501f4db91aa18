// Tests what the page stores, shares and exports: choices, names of files, entries of the history.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  DOMAIN,
  address,
  button,
  dialog,
  eventually,
  folder,
  open,
  pageOf,
  profile,
  read,
  region,
  saved,
  service,
  shows,
  tab,
  text,
  write,
} from './support.mjs';

const TWO = service('shop', '', 'AUTO').replace(
  'modules:',
  '  - name: production\n    path: env.yml\nmodules:',
);
const choice = (page, name) => page.getByRole('combobox', { name, exact: true });
const image = (page) => page.getByRole('textbox', { name: 'Image tag or digest' }).first();
const link = (page) => dialog(page, 'Share').getByRole('textbox', { name: 'Link' });

/** Writes a service with two environments, and makes every choice. */
async function choose(page) {
  await write(page, TWO);
  await choice(page, 'Environment').selectOption('production');
  await choice(page, 'Expose with').selectOption('gateway');
  await image(page).fill(' 1.2 ');
  await region(page, 'Manifests').getByText(':1.2').first().waitFor();
}

/** Checks that a page has the choices. */
async function hasChoices(page) {
  await region(page, 'Manifests').getByText(':1.2').first().waitFor();
  await eventually(async () => {
    assert.equal(await choice(page, 'Environment').inputValue(), 'production');
    assert.equal(await choice(page, 'Expose with').inputValue(), 'gateway');
  });
}

test('a reload keeps the choices and the export', async (t) => {
  const page = await open(t);
  await choose(page);
  await saved(page, 'Export bundle');
  await tab(page, /^Changes/).click();
  await region(page, 'Changes').getByText('No differences').waitFor();
  await page.reload();
  await hasChoices(page);
  await tab(page, /^Changes/).click();
  await region(page, 'Changes').getByText('No differences').waitFor();
});

test('a link contains the choices, and not the query of the address', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const page = await pageOf(t, context, `${address}?secret=1`);
  await choose(page);
  await button(page, 'Share').click();
  const shared = await link(page).inputValue();
  assert.ok(shared.startsWith(`${address}#o1:`), shared);
  const other = await open(t, {}, shared);
  await hasChoices(other);
});

test('undo counts characters, not bytes', async (t) => {
  const page = await open(t);
  const source = `# Grüße 🔑\n${service('shop')}`;
  await write(page, source);
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.insertText('# end');
  await button(page, 'Form').click();
  await button(page, 'Text').click();
  await text(page).focus();
  await page.keyboard.press('ControlOrMeta+z');
  await eventually(async () => assert.equal(await read(page), source));
});

test('a copy that the browser blocks is reported', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await shows(page, 'shop');
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('blocked'));
  });
  await button(page, 'Copy').click();
  await page.getByText('Not copied: the browser blocks access to the clipboard').waitFor();
});

test('manifests are saved under the name of their namespace', async (t) => {
  const page = await open(t);
  await write(page, service('named'));
  await shows(page, 'named');
  assert.equal((await saved(page, 'Download')).name, 'named.yaml');
});

test('work before opened files and at an export is in the history', async (t) => {
  const page = await open(t);
  await write(page, service('exported'));
  await shows(page, 'exported');
  await saved(page, 'Export bundle');
  await write(page, service('changed'));
  await shows(page, 'changed');
  await page.evaluate(() => delete window.showOpenFilePicker);
  const click = button(page, 'Open').first().click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), click]);
  await chooser.setFiles(join(folder({ 'opta.yml': service('opened') }), 'opta.yml'));
  await shows(page, 'opened');
  await button(page, 'History').click();
  const entry = (name) => dialog(page, 'History').getByRole('button', { name });
  await entry(/when the bundle was exported · exported/).waitFor();
  await entry(/before files were opened · changed/).waitFor();
});

test('a kustomize base lists the inputs that are missing', async (t) => {
  const page = await open(t);
  await write(page, service('shop', DOMAIN).replace('env.yml', 'other.yml'));
  await region(page, 'Manifests').getByText('parent.domain').first().waitFor();
  const { path } = await saved(page, 'Kustomize');
  const listed = execFileSync('unzip', ['-p', path, 'kustomization.yaml'], { encoding: 'utf8' });
  assert.match(listed, /^# Missing inputs: .*parent\.domain\n/);
});
