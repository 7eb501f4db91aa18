// Measures the built page in Chromium: the size and time of the first load, and the time from a key
// to the painted page. Compares it with monaco-editor (with monaco-yaml and the JSON Schema of
// opta.yml) and a small Leptos page. Runs of the pages alternate, so that a busy machine affects
// all of them.
//   node bench/page.mjs FIGURES     the folders of the other pages are in MONACO and LEPTOS
import { brotliCompressSync, constants } from 'node:zlib';
import { launch } from '../scripts/browser.mjs';
import { serviceFile } from '../scripts/service_file.mjs';
import { serve } from '../scripts/serve.mjs';
import { Figures, median, quantile } from './figures.mjs';

const { MONACO, LEPTOS } = process.env;
const figures = new Figures(process.argv[2]);
const browser = await launch();
const serving = async (folder) => `http://127.0.0.1:${(await serve(folder)).address().port}/`;

/** The number of turns of each page, and the keys per turn. */
const LOADS = 11;
const ROUNDS = 4;
const KEYS = 15;

/** Opens a browser context with empty caches. */
async function cold(permissions = []) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
    permissions,
  });
  return { context, page: await context.newPage() };
}

/** Returns the size of the first load in KB, compressed with brotli. */
async function weight({ address }) {
  const { context, page } = await cold();
  const bodies = [];
  page.on('response', (response) => bodies.push(response.body().catch(() => Buffer.alloc(0))));
  await page.goto(address);
  await page.waitForLoadState('networkidle');
  const packed = (await Promise.all(bodies)).map(
    (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  );
  await context.close();
  return packed.reduce((sum, size) => sum + size, 0) / 1024;
}

/**
 * Returns the milliseconds from navigation until the page shows its content, and until people can
 * type, if it has an editor.
 */
async function load({ address, ready, editor }, page) {
  const started = performance.now();
  // Do not wait until the page has loaded everything.
  await page.goto(address, { waitUntil: 'commit' });
  await ready(page).waitFor();
  const shown = performance.now() - started;
  await editor?.(page).waitFor();
  return { shown, edited: performance.now() - started };
}

/** Loads a page twice: with empty caches, then with the files of the first visit. */
async function visits(of) {
  const { context, page } = await cold();
  const first = await load(of, page);
  await of.left?.(page);
  await page.close();
  const second = await load(of, await context.newPage());
  await context.close();
  return { first, second };
}

/**
 * Returns the milliseconds from each key to the painted page. Types at the end of the line
 * `LOG_LEVEL: info` of the first service.
 */
async function keys({ address, ready, focus }, services) {
  const { context, page } = await cold(['clipboard-read', 'clipboard-write']);
  await page.goto(address);
  await ready(page).waitFor();
  await focus(page);
  await page.keyboard.press('ControlOrMeta+a');
  // Paste the text, because editors indent typed lines.
  await page.evaluate((text) => navigator.clipboard.writeText(text), serviceFile(services));
  await page.keyboard.press('ControlOrMeta+v');
  await page.waitForTimeout(services > 10 ? 5000 : 1000);
  await page.keyboard.press('ControlOrMeta+Home');
  for (let line = 0; line < 17; line += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.evaluate(() => {
    globalThis.times = [];
    const painted = (then) =>
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = then;
        channel.port2.postMessage(0);
      });
    addEventListener(
      'keydown',
      (event) => painted(() => globalThis.times.push(performance.now() - event.timeStamp)),
      true,
    );
  });
  // The first keys do not count: they load completion, and Chromium has not optimized the code yet.
  for (let key = -KEYS; key < KEYS; key += 1) {
    if (key === 0) await page.evaluate(() => globalThis.times.splice(0));
    await page.keyboard.type('abcdefghij'[(key + KEYS) % 10]);
    await page.waitForTimeout(services > 10 ? 250 : 60);
  }
  const times = await page.evaluate(() => globalThis.times);
  await context.close();
  return times;
}

const ours = (page) => page.getByRole('textbox', { name: 'opta.yml', exact: true });
const monacos = (page) => page.locator('.view-line').first();
const pages = [
  {
    who: 'optakit',
    folder: 'dist',
    // The first visit shows the example, which index.html contains; later visits show saved work.
    ready: (page) => page.getByText('kind: Deployment').first(),
    editor: ours,
    left: (page) => page.waitForFunction(() => localStorage.getItem('optakit.kept') !== null),
    focus: (page) => ours(page).click(),
  },
  // This page shows the text before its diagnostics.
  MONACO && {
    who: 'monaco-yaml',
    folder: MONACO,
    ready: monacos,
    editor: monacos,
    focus: (page) => page.locator('.view-lines').click(),
  },
  // The time that Chromium itself needs from a key to the paint.
  {
    who: 'bare-textarea',
    loads: false,
    folder: 'bench/peers/textarea',
    ready: (page) => page.getByRole('textbox'),
    focus: (page) => page.getByRole('textbox').click(),
  },
  LEPTOS && { who: 'bare-leptos', folder: LEPTOS, ready: (page) => page.getByText('Hello') },
].filter(Boolean);
/** @type {any[]} */
const served = await Promise.all(
  pages.map(async (page) => ({ ...page, address: await serving(page.folder) })),
);

const loaded = served.filter(({ loads = true }) => loads);
const visited = new Map(loaded.map((page) => [page, []]));
for (let round = 0; round < LOADS; round += 1) {
  for (const page of loaded) visited.get(page).push(await visits(page));
}
for (const page of loaded) {
  const times = (of) => median(visited.get(page).map(of));
  figures.report(`page-weight/${page.who}`, await weight(page), 'KB');
  figures.report(
    `page-navigation/${page.who}`,
    times(({ first }) => first.shown),
    'ms',
  );
  figures.report(
    `page-return/${page.who}`,
    times(({ second }) => second.shown),
    'ms',
  );
  if (page.editor) {
    figures.report(
      `page-editor/${page.who}`,
      times(({ first }) => first.edited),
      'ms',
    );
  }
  if (page.who === 'optakit') continue;
  for (const what of [
    'page-weight',
    'page-navigation',
    'page-return',
    ...(page.editor ? ['page-editor'] : []),
  ]) {
    figures.ratio(what, page.who);
  }
}
const typed = served.filter(({ focus }) => focus);
for (const [lines, services] of [
  [60, 3],
  [5000, 250],
]) {
  const times = new Map(typed.map((page) => [page, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const page of typed) times.get(page).push(...(await keys(page, services)));
  }
  for (const page of typed) {
    figures.report(`key-${lines}-lines-median/${page.who}`, median(times.get(page)), 'ms');
    figures.report(`key-${lines}-lines-p95/${page.who}`, quantile(times.get(page), 0.95), 'ms');
    if (page.who !== 'optakit') figures.ratio(`key-${lines}-lines-p95`, page.who);
  }
}
figures.save();
await browser.close();
process.exit(0);
