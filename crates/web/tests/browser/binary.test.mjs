// The page and the `optakit` binary produce the same files.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  ENVIRONMENT,
  binary,
  button,
  folder,
  open,
  region,
  run,
  saved,
  downloaded,
  service,
  shows,
  tab,
  text,
  write,
} from './support.mjs';

test('page and binary render the same manifests and bundles', async (t) => {
  const page = await open(t);
  const sources = [
    service(
      'shop',
      `    public_uri: "api.{parent.domain}/v1"
    env_vars: {GREETING: "Grüße 👋", NUMBER: "0123"}
    secrets: [KEY]
`,
    ),
    `${service('two', '    links: [db]\n')}  - {type: postgres, name: db}\n`,
    service('auto', '', 'AUTO'),
  ];
  for (const source of sources) {
    await write(page, source);
    await tab(page, 'env.yml').click();
    await write(page, ENVIRONMENT, 'Environment file');
    await tab(page, 'opta.yml').click();
    // The page fetches certificates when it needs them.
    const certificate = region(page, 'Manifests').getByText('BEGIN CERTIFICATE').first();
    if (source.includes('postgres')) await certificate.waitFor();
    const here = folder({ 'opta.yml': source, 'env.yml': ENVIRONMENT });
    const manifests = await saved(page, 'Download');
    // The page begins with comments about what is missing.
    const withoutComments = manifests.text.replace(/^(?:#.*\n)+/, '');
    assert.equal(withoutComments, run(here, 'render', '--quiet'));
    const bundle = await saved(page, 'Export bundle');
    assert.equal(bundle.text, run(here, 'bundle', '--quiet', '-o', '-'));
    writeFileSync(join(here, bundle.name), bundle.text);
    assert.match(run(here, 'bundle', 'verify', bundle.name), /is unmodified/);
  }
});

test('Kustomize saves a kustomize base as a zip archive', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await shows(page, 'shop');
  const { name, path } = await downloaded(page, () => button(page, 'Kustomize').click());
  assert.equal(name, 'shop-kustomize.zip');
  const listed = execFileSync('unzip', ['-Z1', path], { encoding: 'utf8' }).trim().split('\n');
  assert.ok(listed.includes('kustomization.yaml') && listed.length > 4, listed.join(' '));
});

test('a service that is typed, fixed and exported can be deployed', async (t) => {
  const kubeconfig = process.env.OPTAKIT_TEST_KUBECONFIG;
  if (!kubeconfig) return t.skip('no cluster: the test cluster is not running');
  const page = await open(t);
  await text(page).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  const source = service('typed', '    healthcheck: /health\n    min_containers: 2', 'AUTO');
  for (const [index, line] of source.split('\n').entries()) {
    // The editor copies the indentation of the previous line.
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
  const here = folder({ [bundle.name]: bundle.text });
  writeImage(here);
  const deploy = deployer(here, bundle.name, kubeconfig);
  const first = await deploy();
  assert.match(first.stderr, /created +ECR repository opta-typed-api/);
  assert.match(first.stderr, /ready +Deployment typed-api-k8s-service/);
  const second = await deploy();
  assert.match(second.stderr, /nothing to change/);
});

/** Returns a function that deploys a bundle and `app.tar` of a folder. */
function deployer(cwd, bundle, kubeconfig) {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: process.env.OPTAKIT_TEST_AWS,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const args = ['deploy', bundle, 'app.tar', '--yes', '--kubeconfig', kubeconfig];
  return () => promisify(execFile)(binary, args, { cwd, env });
}

/** Writes an image to `app.tar` in a folder, in the format of `docker save`. */
function writeImage(here) {
  const layer = Buffer.alloc(1024, 'layer');
  const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const rootfs = { type: 'layers', diff_ids: [digest] };
  const manifest = [{ Config: 'config.json', RepoTags: ['api:1'], Layers: ['layer.tar'] }];
  const files = {
    'layer.tar': layer,
    'config.json': JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }),
    'manifest.json': JSON.stringify(manifest),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(here, name), content);
  execFileSync('tar', ['-cf', 'app.tar', ...Object.keys(files)], { cwd: here });
}
