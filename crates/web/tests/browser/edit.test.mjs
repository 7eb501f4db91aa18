// `optakit edit`: the binary serves the page for a file on disk.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENVIRONMENT, binary, folder, open, service, shows, tab, text, write } from './support.mjs';

/** Starts `optakit edit` and returns the address that it prints. */
async function edit(t, cwd, ...args) {
  const process = spawn(binary, ['edit', ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => process.kill('SIGKILL'));
  const [output] = await once(process.stdout, 'data');
  return { process, address: /http:\S+/.exec(String(output))[0] };
}

const files = () => folder({ 'opta.yml': service('edited'), 'env.yml': ENVIRONMENT });

/** Waits until a file contains a text. */
async function contains(path, expected) {
  const content = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  for (let turn = 0; turn < 100; turn += 1) {
    if (content().includes(expected)) return;
    await sleep(50);
  }
  assert.fail(`${path} does not contain ${expected}: ${content()}`);
}

test('the page writes the file and follows its changes on disk', async (t) => {
  const here = files();
  symlinkSync('opta.yml', join(here, 'link.yml'));
  const { address } = await edit(t, here, 'link.yml');
  const page = await open(t, {}, address);
  await shows(page, 'edited');
  await page.getByText('Saved in link.yml').waitFor();
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 7');
  await contains(join(here, 'opta.yml'), 'max_containers: 7');
  writeFileSync(join(here, 'opta.yml'), service('changed'));
  await shows(page, 'changed');
  await text(page).click();
  await page.keyboard.press('ControlOrMeta+z');
  await shows(page, 'edited');
  await contains(join(here, 'opta.yml'), 'max_containers: 7');
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT.replace('us-east-1', 'eu-west-1'), 'Environment file');
  await contains(join(here, 'env.yml'), 'eu-west-1');
  const linked = readFileSync(join(here, 'link.yml'), 'utf8');
  assert.ok(linked.includes('edited'), 'link.yml is still a link');
  await page.close();
});

test('a missing file is created', async (t) => {
  const here = folder({});
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await write(page, service('begun'));
  await contains(join(here, 'opta.yml'), 'name: begun');
  await page.close();
});

/** @typedef {{method?: string, headers?: Record<string, string>, body?: string}} Options */

/**
 * Sends a request as any program could.
 *
 * @param {string} address
 * @param {string} path
 * @param {Options} options
 * @returns {Promise<{status: number, text: string}>}
 */
function send(address, path, { method = 'GET', headers = {}, body } = {}) {
  const { hostname, port } = new URL(address);
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, path, method, headers }, async (response) => {
      done({ status: response.statusCode, text: await readAll(response) });
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

test('requests without the token or from other origins are rejected', async (t) => {
  const here = files();
  writeFileSync(join(here, 'secret.yml'), 'password: hunter2\n');
  const { address } = await edit(t, here);
  const token = new URL(address).searchParams.get('token');
  const own = { 'x-optakit-token': token };
  const wrong = { 'x-optakit-token': 'a'.repeat(token.length) };
  assert.equal((await send(address, '/edit/files', { headers: own })).status, 200);
  /** @type {[reason: string, path: string, options: Options][]} */
  const rejected = [
    ['no token', '/edit/files', {}],
    ['wrong token', '/edit/files', { headers: wrong }],
    ['token only in the address', `/edit/files?token=${token}`, {}],
    ['other origin', '/edit/files', { headers: { ...own, origin: 'https://evil.example' } }],
    ['other host', '/edit/files', { headers: { ...own, host: 'evil.example' } }],
    ['page from other host', '/', { headers: { host: 'evil.example' } }],
    ['write without token', '/edit/files?path=', { method: 'PUT', body: 'x' }],
  ];
  for (const [reason, path, options] of rejected) {
    assert.equal((await send(address, path, options)).status, 403, reason);
  }
  const put = { method: 'PUT', headers: own, body: 'x' };
  const other = await send(address, '/edit/files?path=secret.yml', put);
  assert.equal(other.status, 400);
  assert.match(other.text, /has no environment file `secret\.yml`/);
  for (const path of ['/../opta.yml', '/%2e%2e/opta.yml', '/opta.yml', '/rds-ca/../opta.yml']) {
    assert.equal((await send(address, path, { headers: own })).status, 404, path);
  }
  assert.equal(readFileSync(join(here, 'secret.yml'), 'utf8'), 'password: hunter2\n');
  assert.equal(readFileSync(join(here, 'opta.yml'), 'utf8'), service('edited'));
});

test('the server stops with its terminal, and reports a port in use', async (t) => {
  const here = files();
  const { process, address } = await edit(t, here);
  const port = new URL(address).port;
  const second = spawn(binary, ['edit', '--port', port], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output = await readAll(second.stderr);
  assert.match(output, /cannot listen on port \d+: .*\n +help: choose another port with `--port`/);
  const exited = once(process, 'exit');
  process.kill('SIGHUP');
  await exited;
  await assert.rejects(send(address, '/'));
});
