// The ways to start: the first visit, templates, empty files, fixes for what is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENVIRONMENT,
  button,
  dialog,
  open,
  read,
  region,
  service,
  shows,
  tab,
  text,
  write,
} from './support.mjs';

const welcome = (page) => page.getByRole('complementary', { name: 'Welcome' });
const start = (page) => page.getByRole('group', { name: 'Start' }).filter({ visible: true });
const undo = (page) => page.keyboard.press('ControlOrMeta+z');

test('the first visit says what Optakit is, until it is dismissed', async (t) => {
  const page = await open(t);
  await welcome(page).getByText('Optakit turns opta.yml into Kubernetes manifests').waitFor();
  for (const name of ['Documentation', 'Command-line tool']) {
    const link = welcome(page).getByRole('link', { name });
    assert.match(await link.getAttribute('href'), /^https:\/\/github\.com\//);
  }
  await welcome(page).getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await welcome(page).count(), 0);
  await page.reload();
  await text(page).waitFor();
  assert.equal(await welcome(page).count(), 0);
});

test('each template opens without problems and can be undone', async (t) => {
  const page = await open(t);
  const templates = ['Web service', 'Worker', 'gRPC service', 'Web service with Postgres'];
  await write(page, service('own'));
  await shows(page, 'own');
  for (const name of templates) {
    await button(page, 'New').click();
    await dialog(page, 'New').getByText(name, { exact: true }).click();
    await page.getByText('Template opened').waitFor();
    await region(page, 'Problems').getByText('No problems').waitFor();
    assert.match(await read(page), /^name: my-service\n/);
    await tab(page, 'env.yml').click();
    await start(page).getByRole('button', { name: 'Insert template' }).waitFor();
    await tab(page, 'opta.yml').click();
    await text(page).focus();
    await undo(page);
    await shows(page, 'own');
  }
});

test('an empty text offers templates, files and examples', async (t) => {
  const page = await open(t);
  await write(page, '');
  await page.keyboard.press('Backspace');
  await start(page).getByText('This file is empty').waitFor();
  for (const name of ['New', 'Open files', 'Browse examples']) {
    await start(page).getByRole('button', { name, exact: true }).waitFor();
  }
  await button(page, 'Fix: insert a template').click();
  await region(page, 'Manifests').getByText('my-service').first().waitFor();
  await undo(page);
  await start(page).waitFor();
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 720, height: 450 },
]) {
  test(`an empty text has a visible editor at ${viewport.width} px`, async (t) => {
    const page = await open(t, { viewport });
    await write(page, '');
    await start(page).waitFor();
    const ways = await start(page).boundingBox();
    const editor = await text(page).boundingBox();
    assert.ok(ways.height < 160, `the ways to start are ${ways.height} px high`);
    assert.ok(editor.y >= ways.y + ways.height - 1, 'the editor is below them');
    const line = await text(page).locator('.cm-line').first().boundingBox();
    const frame = await page.locator('#file-panel').boundingBox();
    assert.ok(line.y + line.height <= frame.y + frame.height, 'the first line is visible');
    // The welcome message would offer the same ways to start.
    assert.equal(await button(page, 'Browse examples').count(), 1);
  });
}

test('an empty environment file offers a template that needs an account', async (t) => {
  const page = await open(t);
  await write(page, service('shop').replace('env.yml', 'other.yml'));
  await tab(page, 'other.yml').click();
  await start(page).getByRole('button', { name: 'Insert template' }).click();
  await region(page, 'Problems').getByText('account_id is empty').waitFor();
  await text(page, 'Environment file').focus();
  await undo(page);
  await start(page).waitFor();
  await write(page, ENVIRONMENT, 'Environment file');
  await start(page).waitFor({ state: 'detached' });
});

test('what is missing can be added, and undone', async (t) => {
  const page = await open(t);
  const problems = region(page, 'Problems');
  const source = service('shop', '    links: [db]\n').replace(/environments:\n.*\n.*\n/, '');
  await write(page, source);
  await button(page, 'Fix: add environment `staging`').click();
  await tab(page, 'env.yml').waitFor();
  await button(page, 'Fix: add module `db` of type postgres').click();
  await problems.getByText('No problems').waitFor();
  assert.match(await read(page), /- type: postgres\n {4}name: db\n/);
  await undo(page);
  await problems.getByText('there is no module db').waitFor();
  await undo(page);
  await problems.getByText('the file has no environment').waitFor();
  await write(page, service('shop').replace('    image: acme/api:1\n', ''));
  await button(page, 'Fix: add `image: AUTO`').click();
  await problems.getByText('No problems').waitFor();
});

test('the bundle lists every next command in order', async (t) => {
  const page = await open(t);
  const fields = '    secrets: [STRIPE_KEY, OTHER_KEY]\n    links: [db]\n';
  await write(page, `${service('shop', fields, 'AUTO')}  - {type: postgres, name: db}\n`);
  await tab(page, 'Bundle').click();
  const panel = region(page, 'Bundle');
  await panel.getByText('optakit deploy').waitFor();
  const commands = await panel.locator('.command code').allInnerTexts();
  assert.deepEqual(commands, [
    'cargo install --git https://github.com/optakit/optakit optakit',
    'optakit secret set OTHER_KEY --bundle shop-staging.bundle.json',
    'optakit secret set STRIPE_KEY --bundle shop-staging.bundle.json',
    'optakit deploy shop-staging.bundle.json api.tar',
    'optakit apply shop-staging.bundle.json --image-tag TAG',
  ]);
  await panel.getByText('Optakit does not create db (postgres)').waitFor();
  await write(page, service('shop'));
  await panel.getByText('optakit apply shop-staging.bundle.json').waitFor();
});
