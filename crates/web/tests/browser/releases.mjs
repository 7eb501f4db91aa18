// Two releases of the page, and a web server that can deploy one after the other.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { TYPES } from '../../../../scripts/serve.mjs';
import { emptyFolder, root } from './support.mjs';

const HASHED = /^(.+)-([0-9A-Za-z]{8,16})((?:_bg)?\.(?:js|css|wasm|svg))$/;

/** Adds bytes that change nothing to a file. */
function changed(name, bytes, mark) {
  if (!name.endsWith('.wasm')) return Buffer.concat([bytes, Buffer.from(mark(name))]);
  // A custom section: its number, its size, the size of its name, and the name.
  const section = Buffer.from(mark(name));
  return Buffer.concat([bytes, Buffer.from([0, section.length + 1, section.length]), section]);
}

/**
 * Creates a release with other bytes and another name for each file of the built page.
 *
 * The page is not built a second time, because a build takes 110 s of processor time. This was more
 * than seven minutes on a busy machine. A second build would differ in the same ways. The names of
 * its files contain a hash of their content, and index.html and offline.js list these names. Only
 * the hashes in index.html (`integrity`) are missing, because they belong to the bytes of a build.
 */
export function nextRelease(mark) {
  const folder = emptyFolder();
  cpSync(`${root}dist`, folder, { recursive: true });
  const comment = (name) =>
    ({ '.css': `/* ${mark} */`, '.svg': `<!-- ${mark} -->`, '.js': `\n// ${mark}` })[
      extname(name)
    ] ?? mark;
  const names = readdirSync(folder).filter((name) => HASHED.test(name));
  const renamed = new Map(
    names.map((name) => {
      const hash = createHash('sha256').update(mark).update(name).digest('hex');
      return [name, name.replace(HASHED, `$1-${hash.slice(0, 16)}$3`)];
    }),
  );
  const rename = (text) =>
    [...renamed].reduce((result, [from, to]) => result.replaceAll(from, to), text);
  for (const [from, to] of renamed) {
    const bytes = changed(from, readFileSync(join(folder, from)), comment);
    rmSync(join(folder, from));
    const isText = extname(from) === '.js';
    writeFileSync(join(folder, to), isText ? rename(String(bytes)) : bytes);
  }
  for (const name of ['index.html', 'offline.js']) {
    const text = rename(readFileSync(join(folder, name), 'utf8'));
    const version = createHash('sha256').update(mark).digest('hex').slice(0, 16);
    const result = text
      .replace(/ integrity="[^"]*"/g, '')
      .replace(/(VERSION = ')[0-9a-f]+/, `$1${version}`);
    writeFileSync(join(folder, name), result);
  }
  return folder;
}

/** Starts a web server that deploys a folder below a path. */
export async function site(t, folder, path = '/') {
  const state = { folder, isHanging: false, cacheControl: 'no-cache', overlay: new Map() };
  const server = createServer((request, response) => {
    if (state.isHanging) return;
    const at = new URL(request.url ?? '/', 'http://x').pathname;
    const name = at.startsWith(path) ? at.slice(path.length) || 'index.html' : '';
    const file = join(state.overlay.get(name) ?? state.folder, name);
    if (name === '' || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end('not found');
      return;
    }
    const bytes = readFileSync(file);
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
    const headers = {
      etag,
      'cache-control': state.cacheControl,
      'content-type': TYPES[extname(file)],
    };
    if (request.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
    else response.writeHead(200, headers).end(bytes);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return Object.assign(state, { address: `http://127.0.0.1:${port}${path}` });
}

/** Returns the name of the program that a page runs. */
export const programOf = (page) =>
  page.evaluate(() => document.querySelector('script[data-wasm]').getAttribute('data-wasm'));

/** Returns the name of the program in a folder. */
export const programIn = (folder) =>
  /data-wasm="([^"]+)"/.exec(readFileSync(join(folder, 'index.html'), 'utf8'))[1];
