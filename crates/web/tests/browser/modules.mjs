// Runs modules of the page in a browser, without the program of the page.
import { createServer } from 'node:http';
import { after } from 'node:test';
import { build } from 'esbuild';
import { launch } from '../../../../scripts/browser.mjs';

const SOURCES = new URL('../../js/', import.meta.url).pathname;

/**
 * Starts a browser and a server for a page that runs a program. Its functions are in the variable
 * `here` of the page.
 *
 * @param {string} contents The program, which imports modules of the page.
 */
export async function modules(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: SOURCES },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const program = outputFiles[0].text;
  const server = createServer((request, response) => {
    const isProgram = request.url === '/program.js';
    response.writeHead(200, { 'content-type': isProgram ? 'text/javascript' : 'text/html' });
    response.end(isProgram ? program : '<script type="module" src="/program.js"></script>');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const browser = await launch();
  after(async () => {
    await browser.close();
    server.close();
  });
  /** Returns an empty profile, and a function that opens a tab in it. */
  return async (t) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const tab = async () => {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      await loaded(page);
      return page;
    };
    return { context, tab };
  };
}

/** Waits until a page has loaded its modules. */
export const loaded = (page) => page.waitForFunction(() => 'here' in globalThis);
