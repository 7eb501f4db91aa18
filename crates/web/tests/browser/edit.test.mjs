// `optakit edit`: the same page from the binary, over a file of the machine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text as allOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { ENVIRONMENT, open, region, root, service, tab, text, write } from './support.mjs';

const binary = resolve(process.env.OPTAKIT_BIN ?? join(root, 'target/debug/optakit'));

/** Starts the program; gives the address it prints. */
async function edit(t, folder, ...args) {
  const process = spawn(binary, ['edit', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => process.kill('SIGKILL'));
  const [said] = await once(process.stdout, 'data');
  return { process, address: /http:\S+/.exec(String(said))[0] };
}

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'optakit-edit-'));
  writeFileSync(join(path, 'opta.yml'), service('edited'));
  writeFileSync(join(path, 'env.yml'), ENVIRONMENT);
  return path;
}

/** Waits until a file says something. */
async function says(path, expected) {
  for (let turn = 0; turn < 100; turn += 1) {
    if (existsSync(path) && readFileSync(path, 'utf8').includes(expected)) return;
    await later(50);
  }
  assert.fail(`${path} does not say ${expected}: ${readFileSync(path, 'utf8')}`);
}

test('the page reads and writes the file, and follows it on disk', async (t) => {
  const here = folder();
  symlinkSync('opta.yml', join(here, 'link.yml'));
  const { address } = await edit(t, here, 'link.yml');
  const page = await open(t, {}, address);
  await region(page, 'Manifests').getByText('edited-api-k8s-service').first().waitFor();
  await page.getByText('saved in link.yml').waitFor();
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 7');
  await says(join(here, 'opta.yml'), 'max_containers: 7');
  writeFileSync(join(here, 'opta.yml'), service('changed'));
  await region(page, 'Manifests').getByText('changed-api-k8s-service').first().waitFor();
  await text(page).click();
  await page.keyboard.press('ControlOrMeta+z');
  await region(page, 'Manifests').getByText('edited-api-k8s-service').first().waitFor();
  await says(join(here, 'opta.yml'), 'max_containers: 7');
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT.replace('us-east-1', 'eu-west-1'), 'Environment file');
  await says(join(here, 'env.yml'), 'eu-west-1');
  assert.ok(readFileSync(join(here, 'link.yml'), 'utf8').includes('edited'), 'the link is one still');
  await page.close();
});

test('a file that is not there is begun', async (t) => {
  const here = mkdtempSync(join(tmpdir(), 'optakit-edit-'));
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await write(page, service('begun'));
  await says(join(here, 'opta.yml'), 'name: begun');
  await page.close();
});

/** One request as any program could make it. */
function ask(address, path, { method = 'GET', headers = {}, body } = {}) {
  const { hostname, port } = new URL(address);
  return new Promise((done, failed) => {
    const asked = request({ hostname, port, path, method, headers }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => done({ status: answer.statusCode, text }));
    });
    asked.on('error', failed);
    asked.end(body);
  });
}

test('nobody else reads or writes the file', async (t) => {
  const here = folder();
  writeFileSync(join(here, 'secret.yml'), 'password: hunter2\n');
  const { address } = await edit(t, here);
  const token = new URL(address).searchParams.get('token');
  const own = { 'x-optakit-token': token };
  assert.equal((await ask(address, '/edit/files', { headers: own })).status, 200);
  const refused = [
    ['without the token', '/edit/files', {}],
    ['with another', '/edit/files', { headers: { 'x-optakit-token': 'a'.repeat(token.length) } }],
    ['with the token in the address only', `/edit/files?token=${token}`, {}],
    ['from another origin', '/edit/files', { headers: { ...own, origin: 'https://evil.example' } }],
    ['by a name that leads here', '/edit/files', { headers: { ...own, host: 'evil.example' } }],
    ['the page by such a name', '/', { headers: { host: 'evil.example' } }],
    ['writing without the token', '/edit/files?path=', { method: 'PUT', body: 'x' }],
  ];
  for (const [what, path, options] of refused) assert.equal((await ask(address, path, options)).status, 403, what);
  const other = await ask(address, '/edit/files?path=secret.yml', { method: 'PUT', headers: own, body: 'x' });
  assert.equal(other.status, 400);
  assert.match(other.text, /names no environment file secret\.yml/);
  for (const path of ['/../opta.yml', '/%2e%2e/opta.yml', '/opta.yml', '/rds-ca/../opta.yml']) {
    assert.equal((await ask(address, path, { headers: own })).status, 404, path);
  }
  assert.equal(readFileSync(join(here, 'secret.yml'), 'utf8'), 'password: hunter2\n');
  assert.equal(readFileSync(join(here, 'opta.yml'), 'utf8'), service('edited'));
});

test('it ends with its terminal, and says when it cannot begin', async (t) => {
  const here = folder();
  const { process, address } = await edit(t, here);
  const port = new URL(address).port;
  const second = spawn(binary, ['edit', '--port', port], { cwd: here, stdio: ['ignore', 'ignore', 'pipe'] });
  // It comes in as many pieces as it likes.
  const said = await allOf(second.stderr);
  assert.match(said, /cannot listen on port \d+; choose another with --port/);
  const ended = once(process, 'exit');
  process.kill('SIGHUP');
  await ended;
  await assert.rejects(ask(address, '/'));
});
