// Files and folders are opened and saved.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ENVIRONMENT,
  button,
  dialog,
  downloaded,
  folder,
  open,
  read,
  service,
  shows,
  tab,
  text,
  write,
} from './support.mjs';

/** Opens files in a browser that has no file handles. */
async function choose(page, paths) {
  await page.evaluate(() => delete window.showOpenFilePicker);
  const click = button(page, 'Open').click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), click]);
  await chooser.setFiles(paths);
}

test('files are opened, and saved as a download if the browser has no file handles', async (t) => {
  const page = await open(t);
  const environment = ENVIRONMENT.replace('us-east-1', 'eu-west-1');
  const here = folder({ 'opta.yml': service('opened'), 'env.yml': environment });
  await choose(page, [join(here, 'opta.yml'), join(here, 'env.yml')]);
  await shows(page, 'opened');
  await tab(page, 'env.yml').click();
  assert.match(await read(page, 'Environment file'), /eu-west-1/);
  const { name } = await downloaded(page, () => page.keyboard.press('ControlOrMeta+s'));
  assert.equal(name, 'env.yml');
});

test('a file that is not text or too large is rejected', async (t) => {
  const page = await open(t);
  await write(page, service('own'));
  await shows(page, 'own');
  const rejected = [
    [Buffer.from([0xff, 0xfe, 0x00]), 'opta.yml is not text in UTF-8'],
    ['a'.repeat(6 * 1024 * 1024), 'opta.yml is larger than 5 MiB'],
  ];
  for (const [content, message] of rejected) {
    await choose(page, [join(folder({ 'opta.yml': content }), 'opta.yml')]);
    await page.getByText(message).waitFor();
  }
  await shows(page, 'own');
});

test('a file in UTF-16, as PowerShell writes it, is opened', async (t) => {
  const page = await open(t);
  const bytes = Buffer.from(`\ufeff${service('wide').replaceAll('\n', '\r\n')}`, 'utf16le');
  await choose(page, [join(folder({ 'opta.yml': bytes }), 'opta.yml')]);
  await shows(page, 'wide');
  assert.equal(await read(page), service('wide'));
});

test('files that cannot be opened are named, and the others open', async (t) => {
  const page = await open(t);
  const compose = 'services:\n  web: {image: nginx}\n';
  const here = folder({
    'opta.yml': service('good'),
    'env.yml': Buffer.from([0x61, 0xff]),
    'large.yml': 'a'.repeat(6 * 1024 * 1024),
    'compose.yml': compose,
  });
  const paths = ['opta.yml', 'env.yml', 'large.yml', 'compose.yml'].map((name) => join(here, name));
  await choose(page, paths);
  await shows(page, 'good');
  const message = page.locator('.toast');
  await message.getByText('Opened opta.yml. Not opened: ').waitFor();
  for (const reason of [
    'env.yml is not text in UTF-8',
    'large.yml is larger than 5 MiB',
    'compose.yml is not a service file',
  ]) {
    await message.getByText(reason).waitFor();
  }
  await choose(page, [join(here, 'compose.yml')]);
  await message.getByText('Nothing opened. compose.yml is not a service file').waitFor();
  await shows(page, 'good');
});

test('the environment file of a Git repository is opened or dropped', async (t) => {
  const page = await open(t);
  const path = 'git@git.example:org/repo.git//staging/opta.yml?ref=main';
  const source = service('remote', '    public_uri: "api.{parent.domain}"\n');
  await write(page, source.replace('path: env.yml', `path: "${path}"`));
  await tab(page, path).click();
  await page.getByText('open or drop its file staging/opta.yml').waitFor();
  const here = folder({ 'opta.yml': ENVIRONMENT });
  await choose(page, [join(here, 'opta.yml')]);
  await page.getByText('Opened opta.yml').waitFor();
  const manifests = page.getByRole('region', { name: 'Manifests', exact: true });
  await manifests.getByText('host: api.staging.acme.io').first().waitFor();
  await shows(page, 'remote');
  const dataTransfer = await page.evaluateHandle(
    (content) => {
      const data = new DataTransfer();
      data.items.add(new File([content], 'opta.yml', { type: 'text/yaml' }));
      return data;
    },
    ENVIRONMENT.replace('staging.acme.io', 'dropped.acme.io'),
  );
  await text(page).dispatchEvent('drop', { dataTransfer });
  await manifests.getByText('host: api.dropped.acme.io').first().waitFor();
  await shows(page, 'remote');
});

test('a file is saved in place if the browser has file handles', async (t) => {
  const page = await open(t);
  await page.evaluate(async (source) => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('opta.yml', { create: true });
    const stream = await handle.createWritable();
    await stream.write(source);
    await stream.close();
    window.showOpenFilePicker = async () => [handle];
  }, service('inplace'));
  await button(page, 'Open').click();
  await shows(page, 'inplace');
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 8');
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('Saved opta.yml').waitFor();
  const written = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    return (await (await root.getFileHandle('opta.yml')).getFile()).text();
  });
  assert.equal(written, `${service('inplace')}    max_containers: 8`);
});

test('a folder is opened with its environment files', async (t) => {
  const page = await open(t);
  const here = folder({});
  mkdirSync(join(here, 'deploy'));
  mkdirSync(join(here, 'env'));
  const source = service('nested').replace('env.yml', '../env/staging.yml');
  writeFileSync(join(here, 'deploy', 'opta.yml'), source);
  writeFileSync(join(here, 'env', 'staging.yml'), ENVIRONMENT);
  await page.evaluate(() => delete window.showDirectoryPicker);
  // The test must listen before Enter is pressed, so that the browser does not show its chooser.
  const opened = page.waitForEvent('filechooser');
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('open folder');
  await page.keyboard.press('Enter');
  const chooser = await opened;
  await chooser.setFiles(here);
  await shows(page, 'nested');
  await tab(page, '../env/staging.yml').click();
  assert.equal(await read(page, 'Environment file'), ENVIRONMENT);
});

test('a file can be dropped on the page', async (t) => {
  const page = await open(t);
  const dataTransfer = await page.evaluateHandle((source) => {
    const data = new DataTransfer();
    data.items.add(new File([source], 'opta.yml', { type: 'text/yaml' }));
    return data;
  }, service('dropped'));
  await text(page).dispatchEvent('drop', { dataTransfer });
  await shows(page, 'dropped');
  assert.equal(await read(page), service('dropped'));
});

/** Gives the page a real file handle, in the file system of the browser, for its Open button. */
async function withHandle(page) {
  const put = (content) =>
    page.evaluate(async (source) => {
      const folderHandle = await navigator.storage.getDirectory();
      const handle = await folderHandle.getFileHandle('opta.yml', { create: true });
      const stream = await handle.createWritable();
      await stream.write(source);
      await stream.close();
      window.showOpenFilePicker = async () => [handle];
    }, content);
  const get = () =>
    page.evaluate(async () => {
      const folderHandle = await navigator.storage.getDirectory();
      const handle = await folderHandle.getFileHandle('opta.yml');
      const bytes = await (await handle.getFile()).arrayBuffer();
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    });
  return { put, get };
}

test('a file is saved in place after a reload, with its line endings', async (t) => {
  const page = await open(t);
  const { put, get } = await withHandle(page);
  const windows = `\uFEFF${service('windows').replaceAll('\n', '\r\n')}`;
  await put(windows);
  await button(page, 'Open').click();
  await shows(page, 'windows');
  assert.equal(await read(page), service('windows'));
  await page.reload();
  await shows(page, 'windows');
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 8');
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('Saved opta.yml').waitFor();
  assert.equal(await get(), `${windows}    max_containers: 8`);
});

test('saving a file keeps the changes of others, or asks', async (t) => {
  const page = await open(t);
  const { put, get } = await withHandle(page);
  await put(service('shared'));
  await button(page, 'Open').click();
  await shows(page, 'shared');
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 8');
  await put(service('shared', '', 'acme/api:2'));
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('Saved opta.yml, with the changes on disk').waitFor();
  const merged = service('shared', '    max_containers: 8', 'acme/api:2');
  assert.equal(await get(), merged);
  assert.equal(await read(page), merged);

  const theirs = merged.replace('acme/api:2', 'acme/api:3');
  await put(theirs);
  await write(page, merged.replace('acme/api:2', 'acme/api:mine'));
  await page.keyboard.press('ControlOrMeta+s');
  const choice = dialog(page, 'Changed on disk');
  await choice.getByText('image: acme/api:3').waitFor();
  assert.equal(await get(), theirs);
  await choice.getByLabel(/Lines on disk/).check();
  await button(choice, 'Save chosen lines').click();
  await page.getByText('Saved opta.yml').waitFor();
  assert.equal(await read(page), theirs);
});

test('a text without a file is downloaded, and a removed file is not brought back', async (t) => {
  const page = await open(t);
  await write(page, service('own'));
  const { name } = await downloaded(page, () => page.keyboard.press('ControlOrMeta+s'));
  assert.equal(name, 'opta.yml');
  await page.getByText('Downloaded opta.yml').waitFor();
  const { put } = await withHandle(page);
  await put(service('gone'));
  await button(page, 'Open').click();
  await shows(page, 'gone');
  await page.evaluate(async () => {
    await (await navigator.storage.getDirectory()).removeEntry('opta.yml');
  });
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('Cannot save opta.yml: opta.yml was removed').waitFor();
});
