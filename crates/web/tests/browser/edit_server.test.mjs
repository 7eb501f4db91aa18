// The server of `optakit edit`: who may use it, and what it writes.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { test } from 'node:test';
import { ENVIRONMENT, binary, folder, service } from './support.mjs';
import { edit, files, send } from './served.mjs';

const headersOf = (token, more = {}) => ({ 'x-optakit-token': token, ...more });

/** Reads the files through the server. */
async function readFiles({ address, token }) {
  const { status, text } = await send(address, '/edit/files', { headers: headersOf(token) });
  assert.equal(status, 200, text);
  return JSON.parse(text);
}

/** Writes a file through the server. */
const put = ({ address, token }, path, body, condition) =>
  send(address, `/edit/files?path=${encodeURIComponent(path)}`, {
    method: 'PUT',
    headers: headersOf(token, condition),
    body,
  });

const ifMatch = (version) => ({ 'if-match': `"${version}"` });

test('requests without the token or from other origins are rejected', async (t) => {
  const here = files();
  writeFileSync(join(here, 'secret.yml'), 'password: hunter2\n');
  const server = await edit(t, here);
  const { address, token } = server;
  const { host } = new URL(address);
  const own = headersOf(token);
  const from = (origin) => ({ headers: { ...own, origin } });
  /** @type {[reason: string, path: string, options: import('./served.mjs').Options][]} */
  const rejected = [
    ['no token', '/edit/files', {}],
    ['wrong token', '/edit/files', { headers: headersOf('a'.repeat(token.length)) }],
    ['start of the token', '/edit/files', { headers: headersOf(token.slice(0, -1)) }],
    ['token only in the address', `/edit/files?token=${token}`, {}],
    ['other origin', '/edit/files', from('https://evil.example')],
    ['origin that begins like ours', '/edit/files', from(`http://${host}.evil.example`)],
    ['origin with more digits', '/edit/files', from(`http://${host}1`)],
    ['origin with fewer digits', '/edit/files', from(`http://${host.slice(0, -1)}`)],
    ['origin of a sandbox', '/edit/files', from('null')],
    ['other host', '/edit/files', { headers: { ...own, host: 'evil.example' } }],
    ['host that begins like ours', '/edit/files', { headers: { ...own, host: `${host}.evil` } }],
    ['page from other host', '/', { headers: { host: 'evil.example' } }],
    ['wrong code', '/start/abc', {}],
    ['write without token', '/edit/files?path=', { method: 'PUT', body: 'x' }],
    ['permission without token', '/edit/allowed?path=env.yml', { method: 'POST' }],
    ['changes without token', '/edit/changes?version=x', {}],
  ];
  for (const [reason, path, options] of rejected) {
    assert.equal((await send(address, path, options)).status, 403, reason);
  }
  const other = await put(server, 'secret.yml', 'x', { 'if-none-match': '*' });
  assert.equal(other.status, 400);
  assert.match(other.text, /has no environment file `secret\.yml`/);
  for (const path of ['/../opta.yml', '/%2e%2e/opta.yml', '/opta.yml', '/rds-ca/../opta.yml']) {
    assert.equal((await send(address, path, { headers: own })).status, 404, path);
  }
  assert.equal(readFileSync(join(here, 'secret.yml'), 'utf8'), 'password: hunter2\n');
  assert.equal(readFileSync(join(here, 'opta.yml'), 'utf8'), service('edited'));
});

test('a forwarded port works with the token', async (t) => {
  const { address, token } = await edit(t, files());
  for (const host of ['localhost:1', '127.0.0.1:65535', '127.0.0.1', 'localhost', '[::1]:80']) {
    const own = { ...headersOf(token), host, origin: `http://${host}` };
    assert.equal((await send(address, '/edit/files', { headers: own })).status, 200, host);
    assert.equal((await send(address, '/', { headers: { host } })).status, 200, host);
    assert.equal((await send(address, '/edit/files', { headers: { host } })).status, 403, host);
  }
});

test('only this machine can connect, unless the user chooses another address', async (t) => {
  const reach = async (address, host) => {
    const { port } = new URL(address);
    const socket = connect(Number(port), host);
    const connected = once(socket, 'connect').then(() => 'connected');
    const result = await connected.catch((error) => error.code);
    socket.destroy();
    return result;
  };
  // A server that listens on all addresses would also answer on this one.
  const other = '127.0.0.2';
  const { address } = await edit(t, files());
  assert.equal(await reach(address, '127.0.0.1'), 'connected');
  assert.equal(await reach(address, other), 'ECONNREFUSED');
  const open = await edit(t, files(), '--host', '0.0.0.0', '--no-open');
  assert.equal(await reach(open.address, other), 'connected');
  const host = 'machine.example';
  const answer = await send(open.address, '/', { headers: { host } });
  assert.equal(answer.status, 200);
  const noToken = await send(open.address, '/edit/files', { headers: { host } });
  assert.equal(noToken.status, 403);
});

test('the address of a proxy is printed and accepted', async (t) => {
  const { process, address, token } = await edit(t, files(), '--public-url', 'https://box.example');
  assert.ok(address.startsWith('https://box.example/?token='), address);
  const { pid } = process;
  const ports = execFileSync('ss', ['-Hltnp'], { encoding: 'utf8' });
  const port = ports
    .split('\n')
    .find((line) => line.includes(`pid=${pid},`))
    ?.match(/:(\d+)\s/)?.[1];
  const origin = 'https://box.example';
  for (const host of ['box.example', `localhost:${port}`]) {
    const options = { headers: headersOf(token, { host, origin }) };
    const { status } = await send(`http://127.0.0.1:${port}/`, '/edit/files', options);
    assert.equal(status, 200, host);
  }
});

test('a write names the version that it replaces', async (t) => {
  const here = files();
  const server = await edit(t, here);
  const path = join(here, 'opta.yml');
  const { files: before } = await readFiles(server);
  const old = before[''].version;
  assert.equal((await put(server, '', 'x')).status, 428);
  assert.equal((await put(server, '', 'x', { 'if-match': '*' })).status, 428);
  assert.equal((await put(server, '', 'x', { 'if-none-match': '*' })).status, 412);
  assert.equal(readFileSync(path, 'utf8'), service('edited'));

  const first = await put(server, '', service('first'), ifMatch(old));
  assert.equal(first.status, 204);
  assert.equal(readFileSync(path, 'utf8'), service('first'));
  const late = await put(server, '', service('late'), ifMatch(old));
  assert.equal(late.status, 412);
  const { current } = JSON.parse(late.text);
  assert.equal(current.text, service('first'));
  assert.equal(`"${current.version}"`, first.headers.etag);
  assert.equal(readFileSync(path, 'utf8'), service('first'));

  writeFileSync(path, service('pulled'));
  assert.equal((await put(server, '', 'x', ifMatch(current.version))).status, 412);
  assert.equal(readFileSync(path, 'utf8'), service('pulled'));
});

test('a removed file is not written again without being told to', async (t) => {
  const here = files();
  const server = await edit(t, here);
  const { files: before } = await readFiles(server);
  for (const [path, name] of [
    ['env.yml', 'env.yml'],
    ['', 'opta.yml'],
  ]) {
    rmSync(join(here, name));
    const { status, text } = await put(server, path, 'x', ifMatch(before[path].version));
    assert.equal(status, 412);
    assert.equal(JSON.parse(text).current, null);
    assert.ok(!existsSync(join(here, name)), name);
  }
  assert.deepEqual((await readFiles(server)).files, {});
  const created = await put(server, '', service('again'), { 'if-none-match': '*' });
  assert.equal(created.status, 204);
  assert.equal(readFileSync(join(here, 'opta.yml'), 'utf8'), service('again'));
});

test('a waiting request is answered by a change of any file', async (t) => {
  const here = files();
  symlinkSync('opta.yml', join(here, 'link.yml'));
  const server = await edit(t, here, 'link.yml');
  const changes = [
    () => writeFileSync(join(here, 'opta.yml'), service('written')),
    () => {
      writeFileSync(join(here, 'new'), service('replaced'));
      execFileSync('mv', [join(here, 'new'), join(here, 'opta.yml')]);
    },
    () => writeFileSync(join(here, 'env.yml'), ENVIRONMENT.replace('staging', 'stage')),
    () => rmSync(join(here, 'env.yml')),
  ];
  for (const change of changes) {
    const { version } = await readFiles(server);
    const path = `/edit/changes?version=${version}`;
    const waiting = send(server.address, path, { headers: headersOf(server.token) });
    change();
    assert.equal((await waiting).status, 200, String(change));
    assert.notEqual((await readFiles(server)).version, version);
  }
});

test('environment files outside the repository need permission', async (t) => {
  const outer = folder({ 'env.yml': ENVIRONMENT });
  const here = join(outer, 'repository');
  mkdirSync(join(here, '.git'), { recursive: true });
  writeFileSync(join(here, 'opta.yml'), service('inner').replace('env.yml', '../env.yml'));
  const server = await edit(t, here);
  const before = await readFiles(server);
  assert.deepEqual(before.outside, ['../env.yml']);
  assert.deepEqual(Object.keys(before.files), ['']);
  const refused = await put(server, '../env.yml', 'x', { 'if-none-match': '*' });
  assert.equal(refused.status, 400);
  assert.equal(readFileSync(join(outer, 'env.yml'), 'utf8'), ENVIRONMENT);

  const headers = headersOf(server.token);
  const path = `/edit/allowed?path=${encodeURIComponent('../env.yml')}`;
  assert.equal((await send(server.address, path, { method: 'POST', headers })).status, 204);
  const after = await readFiles(server);
  assert.deepEqual(after.outside, []);
  const { text, version } = after.files['../env.yml'];
  assert.equal(text, ENVIRONMENT);
  assert.equal((await put(server, '../env.yml', 'name: new\n', ifMatch(version))).status, 204);
  assert.equal(readFileSync(join(outer, 'env.yml'), 'utf8'), 'name: new\n');
  const allowed = await edit(t, here, '--allow-outside');
  assert.deepEqual((await readFiles(allowed)).outside, []);
});

test('pipes, devices and standard input are never opened', async (t) => {
  const here = folder({});
  execFileSync('mkfifo', [join(here, 'pipe')]);
  symlinkSync('/dev/zero', join(here, 'zero.yml'));
  symlinkSync('/dev/stdin', join(here, 'input.yml'));
  const paths = [
    '-',
    'pipe',
    '/dev/zero',
    '/dev/stdin',
    '/dev/fd/0',
    '/proc/self/fd/0',
    'zero.yml',
  ];
  const entries = [...paths, 'input.yml', '.'].map(
    (path, index) => `  - {name: e${index}, path: "${path}"}\n`,
  );
  writeFileSync(
    join(here, 'opta.yml'),
    `name: odd\nenvironments:\n${entries.join('')}modules: []\n`,
  );
  const server = await edit(t, here, '--allow-outside');
  assert.deepEqual(Object.keys((await readFiles(server)).files), ['']);
  for (const path of paths.slice(1)) {
    assert.equal((await put(server, path, 'x', { 'if-none-match': '*' })).status, 400, path);
  }
  const exited = once(server.process, 'exit');
  server.process.kill('SIGINT');
  assert.deepEqual(await exited, [0, null]);
  for (const { name, message } of [
    { name: '-', message: /cannot write to standard input/ },
    { name: 'pipe', message: /pipe is not a regular file/ },
    { name: '/dev/zero', message: /is not a regular file/ },
  ]) {
    const { status, stderr } = spawnSync(binary, ['edit', name], {
      cwd: here,
      encoding: 'utf8',
      timeout: 10_000,
    });
    assert.equal(status, 1, stderr);
    assert.match(stderr, message);
  }
});

test('bytes, mode and links of a file stay', async (t) => {
  const here = folder({ 'env.yml': ENVIRONMENT });
  const path = join(here, 'opta.yml');
  const content = `\uFEFF${service('windows').trimEnd().replaceAll('\n', '\r\n')}`;
  writeFileSync(path, content, { mode: 0o640 });
  execFileSync('ln', [path, join(here, 'other.yml')]);
  const server = await edit(t, here);
  const { text, version } = (await readFiles(server)).files[''];
  assert.equal(text, content);
  const changed = content.replace('windows', 'changed');
  assert.equal((await put(server, '', changed, ifMatch(version))).status, 204);
  assert.equal(readFileSync(join(here, 'other.yml'), 'utf8'), changed);
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('clients that send nothing do not block others', async (t) => {
  const { address, token } = await edit(t, files());
  const { port } = new URL(address);
  const sockets = Array.from({ length: 80 }, () => connect(Number(port), '127.0.0.1'));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  sockets.forEach((socket) => socket.on('error', () => {}));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  sockets.forEach((socket) => socket.write('GET / HTTP/1.1\r\nHost: local'));
  const closed = once(sockets[0], 'close');
  sockets[0].resume();
  const { status } = await send(address, '/edit/files', { headers: headersOf(token) });
  assert.equal(status, 200);
  await closed;
});

test('no other page can show the editor in a frame', async (t) => {
  const { address } = await edit(t, files());
  const { headers, text } = await send(address, '/');
  assert.equal(headers['content-security-policy'], "frame-ancestors 'none'");
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.match(text, /<html data-served /);
});

test('port 80 works with the address of the browser, or is reported', async (t) => {
  const here = files();
  const first = spawnSync(binary, ['edit', '--port', '80', '--no-open'], {
    cwd: here,
    encoding: 'utf8',
    timeout: 3000,
  });
  if (first.status === null) {
    // It was allowed. Browsers leave out the port 80.
    const { token } = await edit(t, here, '--port', '80', '--no-open');
    for (const host of ['127.0.0.1', 'localhost']) {
      const options = { headers: headersOf(token, { host, origin: `http://${host}` }) };
      const { status } = await send('http://127.0.0.1:80/', '/edit/files', options);
      assert.equal(status, 200, host);
    }
  } else {
    const expected = /^error: cannot listen on port 80: .*\n +help: choose another port with/;
    assert.match(first.stderr, expected);
  }
});

test('the server stops with its terminal, and reports a port in use', async (t) => {
  const here = files();
  const { process, address } = await edit(t, here);
  const { port } = new URL(address);
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
