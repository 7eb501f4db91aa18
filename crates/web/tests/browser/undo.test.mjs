// One undo history for typing, forms, fixes, opened files and choices.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ENVIRONMENT,
  button,
  dialog,
  field,
  folder,
  open,
  read,
  region,
  saved,
  service,
  shows,
  tab,
  text,
  write,
  eventually,
} from './support.mjs';

const undo = (page) => page.keyboard.press('ControlOrMeta+z');
const redo = (page) => page.keyboard.press('ControlOrMeta+Shift+z');
const choice = (page, name) => page.getByRole('combobox', { name });

async function openExample(page, name) {
  await button(page, 'Examples').first().click();
  await dialog(page, 'Examples').getByRole('button', { name }).click();
}

async function choose(page, files) {
  await page.evaluate(() => delete window.showOpenFilePicker);
  const click = button(page, 'Open').first().click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), click]);
  const here = folder(files);
  await chooser.setFiles(Object.keys(files).map((name) => join(here, name)));
}

test('typing, fixes, forms and choices are undone in reverse order', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_container: 2\n'));
  await button(page, 'Fix: rename to `min_containers`').click();
  await region(page, 'Manifests').getByText('minReplicas: 2').waitFor();
  await choice(page, 'Expose with').selectOption('gateway');
  await button(page, 'Form').click();
  await field(page, 'max_containers').fill('7');
  await region(page, 'Manifests').getByText('maxReplicas: 7').waitFor();
  await button(page, 'Text').click();
  await text(page).focus();
  await undo(page);
  await region(page, 'Manifests').getByText('maxReplicas: 3').waitFor();
  await eventually(async () =>
    assert.equal(await choice(page, 'Expose with').inputValue(), 'gateway'),
  );
  await undo(page);
  await page.getByText('Choice undone').waitFor();
  await eventually(async () =>
    assert.equal(await choice(page, 'Expose with').inputValue(), 'nginx'),
  );
  await undo(page);
  await region(page, 'Problems').getByText('unknown key min_container in').waitFor();
  for (let step = 0; step < 3; step += 1) await redo(page);
  await region(page, 'Manifests').getByText('maxReplicas: 7').waitFor();
  await eventually(async () =>
    assert.equal(await choice(page, 'Expose with').inputValue(), 'gateway'),
  );
  assert.equal(await read(page), service('shop', '    min_containers: 2\n    max_containers: 7\n'));
});

test('a choice is undone where it was made', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await choice(page, 'Hardening').selectOption('restricted');
  await region(page, 'Manifests').getByText('runAsNonRoot: true').waitFor();
  await choice(page, 'Hardening').focus();
  await undo(page);
  await page.getByText('Choice undone').waitFor();
  await eventually(async () =>
    assert.equal(await choice(page, 'Hardening').inputValue(), 'baseline'),
  );
  await shows(page, 'shop');
});

test('opening an example or a file is one step for all texts and choices', async (t) => {
  const page = await open(t);
  const own = service('own').replace('env.yml', 'own-env.yml');
  await write(page, own);
  await tab(page, 'own-env.yml').click();
  await write(page, ENVIRONMENT.replace('us-east-1', 'eu-west-1'), 'Environment file');
  await tab(page, 'opta.yml').click();
  await choice(page, 'Expose with').selectOption('gateway');
  await saved(page, 'Export bundle');
  await openExample(page, /^Several services/);
  await region(page, 'Manifests').getByText('shop-worker-k8s-service').first().waitFor();
  await eventually(async () =>
    assert.equal(await choice(page, 'Expose with').inputValue(), 'nginx'),
  );
  await text(page).focus();
  await undo(page);
  await shows(page, 'own');
  await eventually(async () =>
    assert.equal(await choice(page, 'Expose with').inputValue(), 'gateway'),
  );
  await page.getByRole('tab', { name: /Changes/ }).click();
  await region(page, 'Changes').getByText('No differences').waitFor();
  await page.getByRole('tab', { name: /Manifests/ }).click();
  await tab(page, 'own-env.yml').click();
  assert.match(await read(page, 'Environment file'), /eu-west-1/);
  await tab(page, 'opta.yml').click();
  assert.equal(await read(page), own);
  await choose(page, { 'opta.yml': service('other') });
  await shows(page, 'other');
  await text(page).focus();
  await undo(page);
  await shows(page, 'own');
  await redo(page);
  await shows(page, 'other');
});

test('a project keeps no file of the project before it', async (t) => {
  const page = await open(t);
  await write(page, service('first'));
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT.replace('us-east-1', 'eu-west-1'), 'Environment file');
  await choose(page, { 'opta.yml': service('second', '    public_uri: "a.{parent.domain}"\n') });
  await shows(page, 'second');
  await region(page, 'Manifests').getByText('Missing: account_id, parent.domain').waitFor();
  await tab(page, 'env.yml').click();
  assert.equal(await read(page, 'Environment file').catch(() => ''), '');
  await choose(page, { 'env.yml': ENVIRONMENT });
  await region(page, 'Manifests').getByText('host: a.staging.acme.io').waitFor();
  await shows(page, 'second');
});

test('typing without a pause is one step, also across undo and redo', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('# one');
  await undo(page);
  assert.equal(await read(page), service('shop'));
  await redo(page);
  assert.equal(await read(page), `${service('shop')}# one`);
});

test('a message that is shown again stays for its whole time', async (t) => {
  const page = await open(t);
  const message = page.getByText('Nothing to undo');
  await text(page).focus();
  await undo(page);
  await message.waitFor();
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await message.waitFor({ state: 'detached' });
  await undo(page);
  await message.waitFor();
  await page.clock.runFor(2500);
  await undo(page);
  // The time of the first message ends, but not the time of the second one.
  await page.clock.runFor(1500);
  assert.ok(await message.isVisible());
  await page.clock.runFor(3000);
  await message.waitFor({ state: 'detached' });
});
