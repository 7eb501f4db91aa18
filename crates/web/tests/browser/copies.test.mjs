// What leaves the page: copies, downloads, exports. They are never wrong or of an earlier version.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { button, open, region, saved, service, tab, write, eventually } from './support.mjs';

const DOMAIN = '    public_uri: "api.{parent.domain}"\n';
const BROKEN = service('shop', '    env_vars: {A: "b\n');
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const fill = (page, text) => page.evaluate((value) => navigator.clipboard.writeText(value), text);

test('nothing is copied or saved while the text has errors', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await region(page, 'Manifests').getByText('acme/api:1').first().waitFor();
  await write(page, BROKEN);
  await page.getByText('Fix the errors to copy or export.').waitFor();
  await fill(page, 'own');
  page.on('download', () => assert.fail('a file was saved'));
  for (const name of ['Copy', 'Download', 'Kustomize', 'Export bundle']) {
    await eventually(async () =>
      assert.equal(await button(page, name).getAttribute('aria-disabled'), 'true', name),
    );
    await button(page, name).click({ force: true });
    await page
      .locator('.toast')
      .getByText(/Fix the errors/)
      .waitFor();
  }
  assert.equal(await clipboard(page), 'own');
  await tab(page, 'AWS').click();
  await eventually(async () =>
    assert.equal(await button(page, 'Copy').getAttribute('aria-disabled'), 'true'),
  );
  await button(page, 'Copy').click({ force: true });
  await page.getByText('Nothing to copy').waitFor();
  assert.equal(await clipboard(page), 'own');
});

test('a text without services does not empty the clipboard', async (t) => {
  const page = await open(t);
  await write(page, 'name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules: []\n');
  await region(page, 'Manifests').getByText('Add a k8s-service').waitFor();
  await fill(page, 'own');
  await button(page, 'Copy').click({ force: true });
  await page.getByText('There are no manifests yet.').waitFor();
  assert.equal(await clipboard(page), 'own');
});

test('copied manifests list their missing inputs and objects', async (t) => {
  const page = await open(t);
  const source = service('shop', DOMAIN, 'AUTO').replace('env.yml', 'other.yml');
  await write(page, source);
  await region(page, 'Manifests').getByText('Missing: account_id, parent.domain').waitFor();
  await button(page, 'Copy').click();
  await page.getByText('Copied. Missing inputs: account_id, parent.domain').waitFor();
  const copied = await clipboard(page);
  assert.match(copied, /^# Missing inputs: account_id, parent\.domain\n/);
  assert.match(
    copied,
    /# The Deployment of api is missing: enter an image tag or digest\napiVersion/,
  );
  await button(page, 'Service api').click();
  await button(page, 'Copy').click();
  await page.getByText('Copied', { exact: true }).waitFor();
  assert.match(await clipboard(page), /^apiVersion: v1\nkind: Service\n/);
  await button(page, /^All objects/).click();
  const file = await saved(page, 'Download');
  assert.match(file.text, /^# Missing inputs: account_id, parent\.domain\n/);
  const archive = readFileSync((await saved(page, 'Kustomize')).path);
  assert.ok(archive.length > 0);
  await page.getByText('Missing inputs: account_id, parent.domain').first().waitFor();
});

test('the account of the examples never leaves the page without notice', async (t) => {
  const page = await open(t);
  await write(page, service('mine'));
  const notice = 'AWS account 123456789012 is from the examples: replace it with yours';
  await saved(page, 'Export bundle');
  await page.locator('.toast').getByText(notice).waitFor();
  await button(page, 'Copy').click();
  await page.locator('.toast').getByText(`Copied. ${notice}`).waitFor();
  assert.ok((await clipboard(page)).startsWith(`# ${notice}\n`));
  await tab(page, 'Bundle').click();
  await region(page, 'Bundle').getByText(notice).waitFor();
});
