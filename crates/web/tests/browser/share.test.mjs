// Links that contain the work.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  DOMAIN,
  ENVIRONMENT,
  address,
  button,
  dialog,
  open,
  pageOf,
  profile,
  read,
  region,
  saved,
  service,
  shows,
  tab,
  write,
  eventually,
} from './support.mjs';

const link = (page) => dialog(page, 'Share').getByRole('textbox', { name: 'Link' });
const pack = (text) => deflateRawSync(Buffer.from(text)).toString('base64url');

test('a link opens the shared work, and the previous work goes to the history', async (t) => {
  const page = await open(t);
  await write(page, service('shared', DOMAIN));
  await page.getByRole('combobox', { name: 'Expose with' }).selectOption('gateway');
  await button(page, 'Share').click();
  const shared = await link(page).inputValue();
  assert.match(shared, /#o1:[\w-]+$/);
  const context = await profile();
  t.after(() => context.close());
  const other = await pageOf(t, context);
  await write(other, service('own'));
  await shows(other, 'own');
  const opened = await pageOf(t, context, shared);
  await opened.getByText('Opened from the link. Your previous work is in History.').waitFor();
  await shows(opened, 'shared');
  await region(opened, 'Manifests').getByText('kind: HTTPRoute').waitFor();
  assert.doesNotMatch(opened.url(), /#/);
  await other.reload();
  await shows(other, 'own');
  await other.evaluate((hash) => {
    location.hash = hash;
  }, new URL(shared).hash);
  await shows(other, 'shared');
  await button(other, 'History').click();
  const entry = { name: /before a link was opened · own/ };
  await dialog(other, 'History').getByRole('button', entry).first().click();
  await shows(other, 'own');
});

test('an invalid link is rejected, and the current work stays', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const page = await pageOf(t, context);
  await write(page, service('own'));
  await shows(page, 'own');
  const bomb = pack(`{"service": "${'a'.repeat(64 * 1024 * 1024)}"}`);
  const rejected = [
    [`#o1:${bomb}`, 'too large'],
    ['#o2:abcd', 'another version'],
    ['#o1:%%%', 'damaged'],
    ['#o1:AAAA', 'damaged'],
    [`#o1:${pack('{"service": 1}')}`, 'does not contain Optakit files'],
    [`#o1:${pack('{"service": "a", "other": 1}')}`, 'does not contain Optakit files'],
  ];
  for (const [hash, reason] of rejected) {
    const opened = await pageOf(t, context, address + hash);
    const message = opened.getByText('The link cannot be opened: ');
    await message.waitFor();
    await eventually(async () => assert.match(await message.innerText(), new RegExp(reason)));
    await shows(opened, 'own');
    await opened.close();
  }
});

test('the text of a link is never run as HTML', async (t) => {
  const malicious = 'name: <img src=x onerror=alert(1)>\n"<script>": 1\n';
  const page = await open(t, {}, `${address}#o1:${pack(JSON.stringify({ service: malicious }))}`);
  await region(page, 'Problems').getByText('<script>').first().waitFor();
  assert.equal(await page.locator('img[src=x]').count(), 0);
});

test('values that look like credentials must be confirmed', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    env_vars: {DB_PASSWORD: "hunter2hunter2"}\n'));
  await button(page, 'Share').click();
  await dialog(page, 'Share').getByText('opta.yml line 11, DB_PASSWORD').waitFor();
  assert.equal(await link(page).count(), 0);
  await button(page, 'Not credentials, create link').click();
  await link(page).waitFor();
});

test('credentials in comments and environment files must be confirmed too', async (t) => {
  const page = await open(t);
  const token = `sk_${'live'}_abcdefghijklmnop`;
  await write(page, `# DB_PWD=hunter2\n${service('shop')}# ${token}\n`);
  await tab(page, 'env.yml').click();
  await write(page, `${ENVIRONMENT}# see https://admin:hunter2@example.com\n`, 'Environment file');
  await button(page, 'Share').click();
  const listed = dialog(page, 'Share').getByRole('listitem');
  await listed.nth(2).waitFor();
  assert.deepEqual(await listed.allInnerTexts(), [
    'opta.yml line 1, DB_PWD',
    'opta.yml line 12',
    'env.yml line 9',
  ]);
  assert.equal(await link(page).count(), 0);
});

test('references to secrets are not reported as credentials', async (t) => {
  const page = await open(t);
  const variables =
    '    env_vars: {DB_PASSWORD: "${{module.db.db_password}}", TOKEN_TTL: "3600"}\n';
  await write(page, service('shop', variables));
  await button(page, 'Share').click();
  await link(page).waitFor();
});

test('a link does not contain the values', async (t) => {
  const page = await open(t);
  await write(page, service('shared'));
  await tab(page, 'Inputs').click();
  await write(page, 'parent: {domain: hunter2.example}\n', 'Values file');
  assert.match(await read(page, 'Values file'), /hunter2/);
  await button(page, 'Share').click();
  const [, packed] = (await link(page).inputValue()).split('#o1:');
  const text = String(inflateRawSync(Buffer.from(packed, 'base64url')));
  assert.match(text, /name: shared/);
  assert.doesNotMatch(text, /hunter2/);
});

test('work that is too long for a link is saved as a file', async (t) => {
  const page = await open(t);
  // Compression must not make the text short.
  const noise = (index) => ((index * 2654435761) % 4294967296).toString(36);
  const variable = (_, index) => `      K${index}: "${noise(index)}"`;
  const variables = Array.from({ length: 1500 }, variable).join('\n');
  const source = service('long', `    env_vars:\n${variables}\n`);
  await write(page, source);
  await button(page, 'Share').click();
  await dialog(page, 'Share').getByText('too long for most apps').waitFor();
  const file = await saved(page, 'Save as a file');
  assert.equal(JSON.parse(readFileSync(file.path, 'utf8')).service, source);
});
