// The manifests and the choices that change them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DOMAIN,
  ENVIRONMENT,
  button,
  folder,
  open,
  region,
  run,
  saved,
  service,
  tab,
  text,
  write,
  eventually,
} from './support.mjs';

const DIGEST = 'sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f';
const manifests = (page) => region(page, 'Manifests');
const choice = (page, name) => page.getByRole('combobox', { name });

/** Exports the bundle and compares it with the bundle of the binary. */
async function assertSameBundle(page, source, ...options) {
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  const bundle = await saved(page, 'Export bundle');
  const here = folder({ 'opta.yml': source, 'env.yml': ENVIRONMENT });
  assert.equal(bundle.text, run(here, 'bundle', '--quiet', ...options, '-o', '-'));
}

test('the page starts with an example without problems', async (t) => {
  const page = await open(t);
  await eventually(async () =>
    assert.match(await region(page, 'Problems').innerText(), /No problems/),
  );
  await eventually(async () => assert.match(await manifests(page).innerText(), /kind: Deployment/));
});

test('manifests follow every keystroke', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 2'));
  await text(page).press('ControlOrMeta+End');
  await manifests(page).getByText('minReplicas: 2').waitFor();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('3');
  await manifests(page).getByText('minReplicas: 3').waitFor();
});

test('a text with errors shows the manifests of the last version without errors', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await manifests(page).getByText('acme/api:1').waitFor();
  await write(page, service('shop', '    env_vars: {A: "b\n'));
  await page.getByText('Showing the last valid version').waitFor();
  await eventually(async () => assert.match(await manifests(page).innerText(), /acme\/api:1/));
  await page.getByText('Manifests not updated').waitFor();
  await eventually(async () =>
    assert.equal(await button(page, 'Export bundle').getAttribute('aria-disabled'), 'true'),
  );
  await button(page, 'Export bundle').click({ force: true });
  await page.getByText('Fix the errors before exporting').waitFor();
});

test('Copy copies the chosen manifest', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await button(page, 'Service api').click();
  await button(page, 'Copy').click();
  await page.getByText('Copied').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^apiVersion: v1\nkind: Service\n/);
});

test('the environment file sets domain, region and account', async (t) => {
  const page = await open(t);
  const environment = (from, to) => write(page, ENVIRONMENT.replace(from, to), 'Environment file');
  await write(page, service('shop', DOMAIN));
  await tab(page, 'env.yml').click();
  await environment('staging.acme.io', 'acme.dev');
  await manifests(page).getByText('host: api.acme.dev').waitFor();
  await environment('account_id: 123456789012', 'account_id: twelve');
  const problems = region(page, 'Problems');
  await problems.getByText('expected an AWS account ID').waitFor();
  await eventually(async () => assert.match(await problems.innerText(), /env.yml line 6/));
});

test('an environment file in another folder has its own tab', async (t) => {
  const page = await open(t);
  await write(page, service('shop', DOMAIN).replace('env.yml', '../environments/staging.yml'));
  await manifests(page).getByText('Missing: account_id, parent.domain').waitFor();
  await tab(page, '../environments/staging.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  await manifests(page).getByText('host: api.staging.acme.io').waitFor();
  assert.equal(await manifests(page).getByText('Missing:').count(), 0);
});

test('another exposure renders other objects and reports unsupported features', async (t) => {
  const page = await open(t);
  const source = service('shop', `${DOMAIN}    sticky_session: true\n`);
  await write(page, source);
  await choice(page, 'Expose with').selectOption('gateway');
  await manifests(page).getByText('kind: HTTPRoute').waitFor();
  const problems = region(page, 'Problems');
  await problems
    .getByText('sessions are not sticky, because the standard channel of the Gateway API')
    .waitFor();
  await assertSameBundle(page, source, '--exposure', 'gateway');
  await page.reload();
  await manifests(page).getByText('kind: HTTPRoute').waitFor();
  await choice(page, 'Expose with').selectOption('nginx');
  await manifests(page).getByText('kind: Ingress').waitFor();
});

test('profile, hardening and Kubernetes version change the manifests', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await choice(page, 'Hardening').selectOption('restricted');
  await manifests(page).getByText('runAsNonRoot: true').waitFor();
  await choice(page, 'Kubernetes').selectOption('1.34');
  await page.reload();
  await manifests(page).getByText('runAsNonRoot: true').waitFor();
  await eventually(async () => assert.equal(await choice(page, 'Kubernetes').inputValue(), '1.34'));
  await choice(page, 'Profile').selectOption('opta-2021');
  const refusal = 'hardening restricted changes pods, but profiles of Opta';
  await region(page, 'Problems').getByText(refusal).waitFor();
  await choice(page, 'Hardening').selectOption('baseline');
  await assertSameBundle(page, service('shop'), '--profile', 'opta-2021', '--kubernetes', '1.34');
});

test('an AUTO image needs a tag or a digest', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '', 'AUTO'));
  await manifests(page).getByText('Enter an image tag above to preview').waitFor();
  const image = page.getByRole('textbox', { name: 'Image tag or digest' });
  await image.fill('1.4.2');
  await manifests(page).getByText('opta-shop-api:1.4.2').waitFor();
  await image.fill(DIGEST);
  await manifests(page).getByText(`opta-shop-api@${DIGEST}`).waitFor();
  for (const [written, message] of [
    ['not a tag', 'not a tag is not a valid image tag'],
    ['sha256:abc', 'sha256:abc is not a valid image digest'],
  ]) {
    await image.fill(written);
    const problems = region(page, 'Problems');
    await problems.getByText(message).waitFor();
    await problems.getByText('1 problem', { exact: true }).waitFor();
    await eventually(async () => assert.equal(await image.getAttribute('aria-invalid'), 'true'));
    await text(page).focus();
    await problems.getByRole('button', { name: message }).click();
    await eventually(async () =>
      assert.equal(await image.evaluate((input) => document.activeElement === input), true),
    );
  }
  await image.fill('1.4.2');
  await region(page, 'Problems').getByText('No problems').waitFor();
  await eventually(async () => assert.equal(await image.getAttribute('aria-invalid'), null));
});
