// Starts `optakit edit`, and sends requests to it as any program could.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { ENVIRONMENT, binary, closePages, eventually, folder, service } from './support.mjs';

/** Starts `optakit edit` and returns the address that it prints. */
export async function edit(t, cwd, ...args) {
  const state = folder({});
  const env = { ...process.env, XDG_STATE_HOME: state };
  return editWith(t, { cwd, env }, ...args);
}

/** Starts `optakit edit` with options of the process. */
export async function editWith(t, options, ...args) {
  const child = spawn(binary, ['edit', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  t.after(async () => {
    await closePages(t);
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`optakit edit ended with exit code ${code}`);
  });
  const [output] = await Promise.race([once(child.stdout, 'data'), ended]);
  const address = /http\S+/.exec(String(output))[0];
  return { process: child, address, token: new URL(address).searchParams.get('token') };
}

/** Creates a folder with a service file and its environment file. */
export const files = () => folder({ 'opta.yml': service('edited'), 'env.yml': ENVIRONMENT });

/** Waits until a file has a content that a function accepts. */
export const until = (path, accepts) =>
  eventually(() => {
    const content = existsSync(path) ? readFileSync(path, 'utf8') : '';
    assert.ok(accepts(content), `${path} has another content: ${JSON.stringify(content)}`);
    return content;
  });

/** Waits until a file contains a text. */
export const contains = (path, expected) => until(path, (content) => content.includes(expected));

/** @typedef {{method?: string, headers?: Record<string, string>, body?: string}} Options */
/** @typedef {{status: number, text: string, headers: Record<string, any>}} Answer */

/**
 * Sends a request as any program could.
 *
 * @param {string} address
 * @param {string} path
 * @param {Options} options
 * @returns {Promise<Answer>}
 */
export function send(address, path, { method = 'GET', headers = {}, body } = {}) {
  const { hostname, port } = new URL(address);
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, path, method, headers }, async (response) => {
      const { statusCode: status = 0, headers: received } = response;
      done({ status, text: await readAll(response), headers: received });
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

/** Replaces a file, as Git and most editors do. */
export function replace(path, content) {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
