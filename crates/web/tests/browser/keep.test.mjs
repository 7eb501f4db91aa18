// What is kept and handed over: drafts, history, tabs, files, links, and the page without a network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { serviceFile } from '../../../../scripts/service_file.mjs';
import { ENVIRONMENT, address, breakable, button, dialog, hold, open, pageOf, profile, read, region, service, tab, text, write } from './support.mjs';

const shows = (page, layer) => region(page, 'Manifests').getByText(`${layer}-api-k8s-service`).first().waitFor();

test('two tabs keep their own work, and a new one goes on with a copy', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const first = await pageOf(t, context);
  await write(first, service('first'));
  await shows(first, 'first');
  const second = await pageOf(t, context);
  await shows(second, 'first');
  await write(second, service('second'));
  await shows(second, 'second');
  await write(first, service('third'));
  await shows(first, 'third');
  await second.reload();
  await shows(second, 'second');
  await first.reload();
  await shows(first, 'third');
});

test('a crashed tab gives its work to the next', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  await text(page).waitFor();
  await write(page, service('crashed'));
  await shows(page, 'crashed');
  page.goto('chrome://crash').catch(() => {});
  await page.waitForEvent('crash');
  await shows(await pageOf(t, context), 'crashed');
});

test('the history brings earlier work back', async (t) => {
  const page = await open(t);
  await write(page, service('before'));
  await shows(page, 'before');
  await button(page, 'Examples').click();
  await dialog(page, 'Examples').getByRole('button', { name: 'Several services' }).click();
  await region(page, 'Manifests').getByText('shop-worker-k8s-service').first().waitFor();
  await page.reload();
  await button(page, 'History').click();
  await dialog(page, 'History').getByRole('button', { name: /before an example was opened/ }).first().click();
  await shows(page, 'before');
});

test('files are opened, saved in their place, or downloaded where the browser cannot', async (t) => {
  const page = await open(t);
  const folder = mkdtempSync(join(tmpdir(), 'optakit-files-'));
  writeFileSync(join(folder, 'opta.yml'), service('opened'));
  writeFileSync(join(folder, 'env.yml'), ENVIRONMENT.replace('us-east-1', 'eu-west-1'));
  await page.evaluate(() => delete window.showOpenFilePicker);
  const choose = async (paths) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, 'Open').click()]);
    await chooser.setFiles(paths);
  };
  await choose([join(folder, 'opta.yml'), join(folder, 'env.yml')]);
  await shows(page, 'opened');
  await tab(page, 'env.yml').click();
  assert.match(await read(page, 'Environment file'), /eu-west-1/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('ControlOrMeta+s')]);
  assert.equal(download.suggestedFilename(), 'env.yml');
  writeFileSync(join(folder, 'opta.yml'), Buffer.from([0xff, 0xfe, 0x00]));
  await choose([join(folder, 'opta.yml')]);
  await page.getByText('opta.yml is not text in UTF-8').waitFor();
  writeFileSync(join(folder, 'opta.yml'), 'a'.repeat(6 * 1024 * 1024));
  await choose([join(folder, 'opta.yml')]);
  await page.getByText('opta.yml is larger than 5 MiB').waitFor();
  await shows(page, 'opened');
  // A real handle, of the browser's own file system.
  await page.evaluate(async (service) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle('opta.yml', { create: true });
    const stream = await handle.createWritable();
    await stream.write(service);
    await stream.close();
    window.showOpenFilePicker = async () => [handle];
  }, service('inplace'));
  await button(page, 'Open').click();
  await shows(page, 'inplace');
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 8');
  await page.keyboard.press('ControlOrMeta+s');
  await page.getByText('Saved opta.yml').waitFor();
  const written = await page.evaluate(async () => (await (await (await navigator.storage.getDirectory()).getFileHandle('opta.yml')).getFile()).text());
  assert.equal(written, `${service('inplace')}    max_containers: 8`);
});

test('a folder is opened with its environment files, and files can be dropped', async (t) => {
  const page = await open(t);
  const folder = mkdtempSync(join(tmpdir(), 'optakit-folder-'));
  mkdirSync(join(folder, 'deploy'));
  mkdirSync(join(folder, 'env'));
  writeFileSync(join(folder, 'deploy', 'opta.yml'), service('nested').replace('env.yml', '../env/staging.yml'));
  writeFileSync(join(folder, 'env', 'staging.yml'), ENVIRONMENT);
  await page.evaluate(() => delete window.showDirectoryPicker);
  // Asked for early: the browser must know that the chooser is not to be shown before Enter is pressed.
  const asked = page.waitForEvent('filechooser');
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('open a folder');
  await page.keyboard.press('Enter');
  const chooser = await asked;
  await chooser.setFiles(folder);
  await shows(page, 'nested');
  await tab(page, '../env/staging.yml').click();
  assert.equal(await read(page, 'Environment file'), ENVIRONMENT);
  await tab(page, 'opta.yml').click();
  const data = await page.evaluateHandle((source) => {
    const data = new DataTransfer();
    data.items.add(new File([source], 'opta.yml', { type: 'text/yaml' }));
    return data;
  }, service('dropped'));
  await text(page).dispatchEvent('drop', { dataTransfer: data });
  await shows(page, 'dropped');
  assert.equal(await read(page), service('dropped'));
});

test('a link holds the work, and the own work of who opens it stays', async (t) => {
  const page = await open(t);
  await write(page, service('shared', '    public_uri: "api.{parent.domain}"\n'));
  await page.getByRole('combobox', { name: 'Expose with' }).selectOption('gateway');
  await button(page, 'Share').click();
  const link = await dialog(page, 'Share').getByRole('textbox', { name: 'Link' }).inputValue();
  assert.match(link, /#o1:[\w-]+$/);
  const context = await profile();
  t.after(() => context.close());
  const other = await pageOf(t, context);
  await write(other, service('own'));
  await shows(other, 'own');
  const opened = await pageOf(t, context, link);
  await opened.getByText('Opened from the link').waitFor();
  await shows(opened, 'shared');
  await region(opened, 'Manifests').getByText('kind: HTTPRoute').waitFor();
  assert.doesNotMatch(opened.url(), /#/);
  await other.reload();
  await shows(other, 'own');
  await other.evaluate((hash) => { location.hash = hash; }, new URL(link).hash);
  await shows(other, 'shared');
  await button(other, 'History').click();
  await dialog(other, 'History').getByRole('button', { name: /before a link was opened · own/ }).first().click();
  await shows(other, 'own');
});

test('hostile links are refused, and nothing of the own work is touched', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const page = await pageOf(t, context);
  await write(page, service('own'));
  await shows(page, 'own');
  const packed = (text) => deflateRawSync(Buffer.from(text)).toString('base64url');
  const bomb = packed(`{"service": "${'a'.repeat(64 * 1024 * 1024)}"}`);
  const refused = [
    [`#o1:${bomb}`, 'too large'],
    ['#o2:abcd', 'another version'],
    ['#o1:%%%', 'damaged'],
    ['#o1:AAAA', 'damaged'],
    [`#o1:${packed('{"service": 1}')}`, 'no work of this page'],
    [`#o1:${packed('{"service": "a", "other": 1}')}`, 'no work of this page'],
  ];
  for (const [hash, reason] of refused) {
    const opened = await pageOf(t, context, address + hash);
    await opened.getByText(`The link cannot be opened: `).waitFor();
    assert.match(await opened.getByText('The link cannot be opened').innerText(), new RegExp(reason));
    await shows(opened, 'own');
    await opened.close();
  }
  const hostile = packed(JSON.stringify({ service: 'name: <img src=x onerror=alert(1)>\n"<script>": 1\n' }));
  const opened = await pageOf(t, context, `${address}#o1:${hostile}`);
  await region(opened, 'Problems').getByText('<script>').first().waitFor();
  assert.equal(await opened.locator('img[src=x]').count(), 0);
});

test('a link is not made of credentials unasked, nor of what is too long for one', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    env_vars: {DB_PASSWORD: "hunter2hunter2"}\n'));
  await button(page, 'Share').click();
  await dialog(page, 'Share').getByText('opta.yml line 11, DB_PASSWORD').waitFor();
  assert.equal(await dialog(page, 'Share').getByRole('textbox', { name: 'Link' }).count(), 0);
  await button(page, 'They are none, make the link').click();
  await dialog(page, 'Share').getByRole('textbox', { name: 'Link' }).waitFor();
  await page.keyboard.press('Escape');
  const noise = Array.from({ length: 1500 }, (_, index) => `      K${index}: "${((index * 2654435761) % 4294967296).toString(36)}"`).join('\n');
  await write(page, service('long', `    env_vars:\n${noise}\n`));
  await button(page, 'Share').click();
  await dialog(page, 'Share').getByText('more than mail and chat programs carry').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Save as a file').click()]);
  const file = await download.path();
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).service, service('long', `    env_vars:\n${noise}\n`));
});

test('after the first visit the page works without a network', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const page = await pageOf(t, context);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await write(page, `${service('offline', '    links: [db]\n')}  - {type: postgres, name: db}\n`);
  await region(page, 'Manifests').getByText('BEGIN CERTIFICATE').first().waitFor();
  await context.setOffline(true);
  await page.reload();
  await shows(page, 'offline');
  await region(page, 'Manifests').getByText('BEGIN CERTIFICATE').first().waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Kustomize').click()]);
  assert.equal(download.suggestedFilename(), 'offline-kustomize.zip');
});

test('a part that the network does not bring is told of, and comes the next time it is asked for', async (t) => {
  const page = await breakable(t);
  await write(page, service('patchy'));
  await shows(page, 'patchy');
  await page.route('**/split_form-*.wasm', (route) => route.abort());
  await button(page, 'Form').click();
  await page.getByText('A part of the page could not be loaded').waitFor();
  await button(page, 'Text').click();
  assert.equal(await read(page), service('patchy'));
  await page.unroute('**/split_form-*.wasm');
  await button(page, 'Form').click();
  await page.getByRole('textbox', { name: 'healthcheck_path' }).first().waitFor();
});

test('keys that are pressed while a dialog is fetched do what they do, with Alt and Escape too', async (t) => {
  const page = await breakable(t);
  await button(page, 'Form').waitFor();
  const bring = await hold(page, '**/split_dialogs-*.wasm', 'continue');
  const asked = page.waitForRequest('**/split_dialogs-*.wasm');
  await button(page, 'Form').focus();
  await page.keyboard.press('?');
  await asked;
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+h');
  bring();
  await dialog(page, 'History').waitFor();
  assert.equal(await dialog(page, 'Shortcuts').count(), 0);
});

test('completions that come late do not stand before what was opened in the meantime', async (t) => {
  const page = await breakable(t);
  const bring = await hold(page, '**/split_help-*.wasm', 'continue');
  await write(page, service('late'));
  const asked = page.waitForRequest('**/split_help-*.wasm');
  await page.keyboard.press('Control+Space');
  await asked;
  await button(page, 'Form').click();
  await page.getByRole('textbox', { name: 'healthcheck_path' }).first().waitFor();
  const answered = page.waitForResponse('**/split_help-*.wasm');
  bring();
  await answered;
  await button(page, 'Text').click();
  assert.equal(await read(page), service('late'));
  assert.equal(await page.getByRole('listbox').count(), 0);
});

test('the manifests do not wait for the text editor, and without it the text is still shown', async (t) => {
  const page = await breakable(t);
  await write(page, service('plain'));
  await shows(page, 'plain');
  const bring = await hold(page, '**/editor-*.js', 'abort');
  await page.reload();
  await shows(page, 'plain');
  await page.locator('pre').getByText('path: env.yml').waitFor();
  bring();
  await page.getByRole('alert').getByText('The text editor could not be loaded').waitFor();
  await page.locator('pre').getByText('path: env.yml').waitFor();
  await button(page, 'Form').click();
  await page.getByRole('textbox', { name: 'healthcheck_path' }).first().fill('/up');
  await page.keyboard.press('Tab');
  await page.getByText('Nothing was changed').waitFor();
  await page.unroute('**/editor-*.js');
  await page.reload();
  assert.equal(await read(page), service('plain'));
});

test('when the program fails, the text is given out, and the next start does not fail on it again', async (t) => {
  const page = await open(t);
  await write(page, service('precious'));
  await shows(page, 'precious');
  // A fault of the core, which no known text causes: what tells of it is called as its panic hook calls it.
  await page.evaluate((text) => globalThis.OptakitPage.crashed('crates/core/src/lib.rs:1:1', text), service('precious'));
  const alert = page.getByRole('alertdialog', { name: 'The editor crashed' });
  assert.equal(await alert.getByRole('textbox', { name: 'Your text' }).inputValue(), service('precious'));
  await alert.getByRole('button', { name: 'Reload' }).click();
  await page.getByText('The editor failed the last time').waitFor();
  await shows(page, 'shop');
  await button(page, 'History').click();
  await dialog(page, 'History').getByRole('button', { name: /before the editor failed · precious/ }).click();
  await shows(page, 'precious');
});

test('the kustomize base of the page is the binary\'s', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await shows(page, 'shop');
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Kustomize').click()]);
  assert.equal(download.suggestedFilename(), 'shop-kustomize.zip');
  const listed = execFileSync('unzip', ['-Z1', await download.path()], { encoding: 'utf8' }).trim().split('\n');
  assert.ok(listed.includes('kustomization.yaml') && listed.length > 4, listed.join(' '));
});

test('five thousand lines of 250 services are typed in', async (t) => {
  const page = await open(t);
  await write(page, serviceFile(250));
  await region(page, 'Manifests').getByText('many-service249-k8s-service').first().waitFor();
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    min_container: 3');
  await region(page, 'Problems').getByText('unknown key min_container').waitFor();
  await page.reload();
  await region(page, 'Problems').getByText('unknown key min_container').waitFor();
});
