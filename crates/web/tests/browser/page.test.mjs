// The built page in a real Chromium, through accessible names only, and the native binary beside it.
// `make test` builds both and starts the cluster; OPTAKIT_BIN names the binary.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ENVIRONMENT, button, dialog, faults, open, region, root, saved, service, tab, text, write } from './support.mjs';

const binary = resolve(process.env.OPTAKIT_BIN ?? join(root, 'target/debug/optakit'));
const DIGEST = 'sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f';

/** A folder with the page's texts, as a person keeps them. */
function folder(service, environment) {
  const path = mkdtempSync(join(tmpdir(), 'optakit-page-'));
  writeFileSync(join(path, 'opta.yml'), service);
  mkdirSync(dirname(join(path, 'env.yml')), { recursive: true });
  writeFileSync(join(path, 'env.yml'), environment);
  return path;
}

const run = (cwd, ...args) => execFileSync(binary, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

test('completion knows the fields, the modules and the references, and hovering tells of them', async (t) => {
  const page = await open(t);
  const service = 'name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n  - name: db\n    type: postgres\n  - name: api\n    type: k8s-service\n    image: AUTO\n    port:\n      http: 80\n    ';
  await write(page, service);
  await page.keyboard.type('heal');
  await page.getByRole('option', { name: /healthcheck_path/ }).click();
  await page.keyboard.type('/health');
  await page.keyboard.press('Enter');
  await page.keyboard.type('links: [');
  await page.keyboard.press('Control+Space');
  await page.getByRole('option', { name: /db/ }).click();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('public_uri: "api.{');
  await page.keyboard.type('parent.do');
  await page.getByRole('option', { name: /parent\.domain/ }).click();
  await page.waitForFunction((label) => {
    const texts = [...document.querySelectorAll('*')].flatMap((element) => (element.shadowRoot ? [...element.shadowRoot.querySelectorAll('[role=textbox]')] : []));
    const text = texts.find((element) => element.getAttribute('aria-label') === label)?.innerText ?? '';
    return text.includes('healthcheck_path: /health') && text.includes('links: [db]') && text.includes('"api.{parent.domain}"');
  }, 'opta.yml');
  await text(page).getByText('port', { exact: true }).hover();
  await page.getByText('containers[].ports[].containerPort', { exact: false }).waitFor();
});

test('the page starts with a working example', async (t) => {
  const page = await open(t);
  assert.match(await region(page, 'Problems').innerText(), /No problems/);
  assert.match(await region(page, 'Manifests').innerText(), /kind: Deployment/);
});

test('an example that is opened from the foot of a phone is seen', async (t) => {
  const page = await open(t, { viewport: { width: 390, height: 844 } });
  await button(page, 'Examples').click();
  assert.ok((await page.evaluate(() => scrollY)) > 0);
  await page.getByRole('dialog').getByRole('button', { name: /Misspelt/ }).click();
  await region(page, 'Problems').getByText('unknown key').first().waitFor();
  const { y } = await text(page).boundingBox();
  assert.ok(y > 0 && y < 844, `the text begins at ${y}`);
});

test('a problem is seen where it stands, jumped to and repaired', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_container: 2\n'));
  const problems = region(page, 'Problems');
  await problems.getByText('1 problem').waitFor();
  assert.match(await problems.innerText(), /unknown key min_container in.*\n.*line 11.*did you mean min_containers/s);
  assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'min_container');
  await problems.getByText('unknown key').click();
  await page.keyboard.insertText('max_container');
  await problems.getByText('unknown key max_container in').waitFor();
  await button(page, 'Fix: rename to `max_containers`').click();
  await problems.getByText('No problems').waitFor();
  assert.match(await text(page).innerText(), /max_containers: 2/);
  await page.keyboard.press('ControlOrMeta+z');
  await problems.getByText('unknown key max_container in').waitFor();
});

test('manifests follow every keystroke', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 2'));
  await text(page).press('ControlOrMeta+End');
  await region(page, 'Manifests').getByText('minReplicas: 2').waitFor();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('3');
  await region(page, 'Manifests').getByText('minReplicas: 3').waitFor();
});

test('broken text keeps the last good manifests and says so', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await region(page, 'Manifests').getByText('acme/api:1').waitFor();
  await write(page, service('shop', '    env_vars: {A: "b\n'));
  await region(page, 'Manifests').getByText('of the last text without errors').waitFor();
  assert.match(await region(page, 'Manifests').innerText(), /acme\/api:1/);
  assert.equal(await button(page, 'Export bundle').getAttribute('aria-disabled'), 'true');
  await button(page, 'Export bundle').click({ force: true });
  await page.getByText('Repair the errors first').waitFor();
});

test('the page and the binary give the same bytes', async (t) => {
  const page = await open(t);
  const texts = [
    service('shop', '    public_uri: "api.{parent.domain}/v1"\n    env_vars: {GREETING: "Grüße 👋", NUMBER: "0123"}\n    secrets: [KEY]\n'),
    `${service('two', '    links: [db]\n')}  - {type: postgres, name: db}\n`,
    service('auto', '', 'AUTO'),
  ];
  for (const source of texts) {
    await write(page, source);
    await tab(page, 'env.yml').click();
    await write(page, ENVIRONMENT, 'Environment file');
    await tab(page, 'opta.yml').click();
    // Certificates come with a request of their own.
    if (source.includes('postgres')) await region(page, 'Manifests').getByText('BEGIN CERTIFICATE').first().waitFor();
    const here = folder(source, ENVIRONMENT);
    const manifests = await saved(page, 'Download');
    assert.equal(manifests.text, run(here, 'render', '--quiet'));
    const bundle = await saved(page, 'Export bundle');
    assert.equal(bundle.text, run(here, 'bundle', '--quiet', '-o', '-'));
    writeFileSync(join(here, bundle.name), bundle.text);
    assert.match(run(here, 'bundle', 'verify', bundle.name), /is as it was made/);
  }
});

test('copy puts the manifests on the clipboard', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await button(page, 'Service api').click();
  await button(page, 'Copy').click();
  await page.getByText('Copied').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^apiVersion: v1\nkind: Service\n/);
});

test('the environment file decides what the environment decides', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    public_uri: "api.{parent.domain}"\n'));
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT.replace('staging.acme.io', 'acme.dev').replace('us-east-1', 'eu-west-1'), 'Environment file');
  await region(page, 'Manifests').getByText('host: api.acme.dev').waitFor();
  await write(page, ENVIRONMENT.replace('account_id: 123456789012', 'account_id: twelve'), 'Environment file');
  await region(page, 'Problems').getByText('expected the 12 digits of an AWS account').waitFor();
  assert.match(await region(page, 'Problems').innerText(), /env.yml line 6/);
});

test('an environment file in another folder has its own tab, and says what is missing while it is empty', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    public_uri: "api.{parent.domain}"\n').replace('env.yml', '../environments/staging.yml'));
  await region(page, 'Manifests').getByText('Not known yet: account_id, parent.domain').waitFor();
  await tab(page, '../environments/staging.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  await region(page, 'Manifests').getByText('host: api.staging.acme.io').waitFor();
  assert.equal(await region(page, 'Manifests').getByText('Not known yet').count(), 0);
});

test('another exposure renders other objects and says what it cannot keep', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    public_uri: "api.{parent.domain}"\n    sticky_session: true\n'));
  await page.getByRole('combobox', { name: 'Expose with' }).selectOption('gateway');
  await region(page, 'Manifests').getByText('kind: HTTPRoute').waitFor();
  await region(page, 'Problems').getByText('session persistence is not in the Gateway API').waitFor();
  const here = folder(service('shop', '    public_uri: "api.{parent.domain}"\n    sticky_session: true\n'), ENVIRONMENT);
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  const bundle = await saved(page, 'Export bundle');
  assert.equal(bundle.text, run(here, 'bundle', '--quiet', '--exposure', 'gateway', '-o', '-'));
  await page.reload();
  await region(page, 'Manifests').getByText('kind: HTTPRoute').waitFor();
  await page.getByRole('combobox', { name: 'Expose with' }).selectOption('nginx');
  await region(page, 'Manifests').getByText('kind: Ingress').waitFor();
});

test('an AUTO image asks for its tag, and a digest is taken too', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '', 'AUTO'));
  await region(page, 'Manifests').getByText('the Deployment appears once an image').waitFor();
  const image = page.getByRole('textbox', { name: 'Image tag or digest' });
  await image.fill('1.4.2');
  await region(page, 'Manifests').getByText('opta-shop-api:1.4.2').waitFor();
  await image.fill(DIGEST);
  await region(page, 'Manifests').getByText(`opta-shop-api@${DIGEST}`).waitFor();
  await image.fill('not a tag');
  await region(page, 'Problems').getByText('`not a tag` is no tag').waitFor();
});

test('profile, hardening and version are chosen like the exposure', async (t) => {
  const page = await open(t);
  const chosen = (name) => page.getByRole('combobox', { name });
  await write(page, service('shop'));
  await chosen('Hardening').selectOption('restricted');
  await region(page, 'Manifests').getByText('runAsNonRoot: true').waitFor();
  await chosen('Kubernetes').selectOption('1.34');
  await page.reload();
  await region(page, 'Manifests').getByText('runAsNonRoot: true').waitFor();
  assert.equal(await chosen('Kubernetes').inputValue(), '1.34');
  await chosen('Profile').selectOption('opta-2021');
  await region(page, 'Problems').getByText('hardening `restricted` changes pods').waitFor();
  await chosen('Hardening').selectOption('baseline');
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  const here = folder(service('shop'), ENVIRONMENT);
  const bundle = await saved(page, 'Export bundle');
  assert.equal(bundle.text, run(here, 'bundle', '--quiet', '--profile', 'opta-2021', '--kubernetes', '1.34', '-o', '-'));
});

test('the work survives a reload', async (t) => {
  const page = await open(t);
  await write(page, service('kept'));
  await region(page, 'Manifests').getByText('kept-api-k8s-service').first().waitFor();
  await page.reload();
  await region(page, 'Manifests').getByText('kept-api-k8s-service').first().waitFor();
  await button(page, 'Examples').click();
  await dialog(page, 'Examples').getByRole('button', { name: 'A public API' }).click();
  await region(page, 'Manifests').getByText('shop-api-k8s-service').first().waitFor();
  await text(page).click();
  await page.keyboard.press('ControlOrMeta+z');
  await region(page, 'Manifests').getByText('kept-api-k8s-service').first().waitFor();
});

test('the bundle panel tells what it needs and what to run', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    secrets: [STRIPE_KEY]\n', 'AUTO'));
  await tab(page, 'Bundle').click();
  const panel = region(page, 'Bundle');
  await panel.getByText('STRIPE_KEY').waitFor();
  assert.match(await panel.innerText(), /sha256:[0-9a-f]{64}/);
  assert.match(await panel.innerText(), /image_digest/);
  assert.match(await panel.innerText(), /optakit apply shop-staging\.bundle\.json/);
  await tab(page, 'AWS').click();
  await region(page, 'AWS').getByText('ecr-repository opta-shop-api').waitFor();
});

test('the whole path: typed, repaired, exported, applied', async (t) => {
  const kubeconfig = process.env.OPTAKIT_TEST_KUBECONFIG;
  if (!kubeconfig) return t.skip('no cluster: the testbed is not running');
  const page = await open(t);
  await text(page).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  const lines = service('typed', '    healthcheck: /health\n    min_containers: 2', 'AUTO').split('\n');
  for (const [index, line] of lines.entries()) {
    // The editor keeps the indentation of the line before.
    if (index > 0) {
      await page.keyboard.press('Enter');
      await page.keyboard.press('Shift+Home');
    }
    await page.keyboard.insertText(line);
  }
  await region(page, 'Problems').getByText('unknown key healthcheck in').waitFor();
  await button(page, 'Fix: rename to `healthcheck_path`').click();
  await region(page, 'Problems').getByText('No problems').waitFor();
  const bundle = await saved(page, 'Export bundle');
  assert.equal(bundle.name, 'typed-staging.bundle.json');
  const here = mkdtempSync(join(tmpdir(), 'optakit-page-'));
  writeFileSync(join(here, bundle.name), bundle.text);
  const env = { ...process.env, AWS_ENDPOINT_URL: process.env.OPTAKIT_TEST_AWS, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  imageArchive(here);
  const deploy = () => promisify(execFile)(binary, ['deploy', bundle.name, 'app.tar', '--kubeconfig', kubeconfig], { cwd: here, env });
  const first = await deploy();
  assert.match(first.stderr, /created {2}ECR repository opta-typed-api/);
  assert.match(first.stderr, /ready {4}Deployment typed-api-k8s-service/);
  const second = await deploy();
  assert.match(second.stderr, /nothing to change/);
});

/** An image as `docker save` writes it, in `app.tar` of a folder. */
function imageArchive(folder) {
  const layer = Buffer.alloc(1024, 'layer');
  const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const files = {
    'layer.tar': layer,
    'config.json': JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digest] } }),
    'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['api:1'], Layers: ['layer.tar'] }]),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  execFileSync('tar', ['-cf', 'app.tar', ...Object.keys(files)], { cwd: folder });
}

test('nobody is kept out', async (t) => {
  for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 }, hasTouch: true }]) {
    const page = await open(t, options);
    await write(page, service('shop', '    min_container: 2\n    healthcheck_path: x\n'));
    await region(page, 'Problems').getByText('2 problems').waitFor();
    for (const name of ['Bundle', 'AWS', 'Diagram', 'Changes', 'Manifests']) {
      await tab(page, name).click();
      assert.deepEqual(await faults(page, name), []);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    await page.context().close();
  }
});

test('the keyboard alone goes everywhere', async (t) => {
  const page = await open(t);
  await tab(page, 'Manifests').focus();
  await page.keyboard.press('ArrowRight');
  await region(page, 'AWS').waitFor();
  await page.keyboard.press('ArrowRight');
  await region(page, 'Bundle').waitFor();
  await tab(page, 'opta.yml').focus();
  await page.keyboard.press('ArrowRight');
  await text(page, 'Environment file').waitFor();
});
