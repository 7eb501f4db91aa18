// The built page in Chromium, beside monaco-editor with monaco-yaml and our JSON Schema of opta.yml in the same run: what the
// first load weighs, how long it takes, and from a key to the painted page; and beside a Leptos page that only says hello.
//   node scripts/bench/page.mjs FIGURES     the peers' folders are in MONACO and LEPTOS
import { brotliCompressSync, constants } from 'node:zlib';
import { launch } from '../browser.mjs';
import { file } from '../many.mjs';
import { serve } from '../serve.mjs';
import { at, Figures, median } from './figures.mjs';

const { MONACO, LEPTOS } = process.env;
const figures = new Figures(process.argv[2]);
const browser = await launch();
const serving = async (folder) => `http://127.0.0.1:${(await serve(folder)).address().port}/`;

/** Weight in KB by brotli, and milliseconds from navigation until `ready`, as the median of cold browsers. */
async function load(address, ready) {
  const times = [];
  let weight;
  for (let run = 0; run < 11; run += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
    const page = await context.newPage();
    const bodies = [];
    if (run === 0) page.on('response', (response) => bodies.push(response.body().catch(() => Buffer.alloc(0))));
    const started = performance.now();
    await page.goto(address);
    await ready(page).waitFor();
    times.push(performance.now() - started);
    if (run === 0) {
      await page.waitForLoadState('networkidle');
      const packed = (await Promise.all(bodies)).map((body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length);
      weight = packed.reduce((sum, size) => sum + size, 0) / 1024;
    }
    await context.close();
  }
  return { weight, time: median(times) };
}

/** Milliseconds from a key to the painted page, for keys typed behind `LOG_LEVEL: info` of the first service. */
async function keys(address, ready, focus, services) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(address);
  await ready(page).waitFor();
  await focus(page);
  await page.keyboard.press('ControlOrMeta+a');
  // Pasted, since editors indent what is typed.
  await page.evaluate((text) => navigator.clipboard.writeText(text), file(services));
  await page.keyboard.press('ControlOrMeta+v');
  await page.waitForTimeout(services > 10 ? 5000 : 1000);
  await page.keyboard.press('ControlOrMeta+Home');
  for (let line = 0; line < 17; line += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.evaluate(() => {
    globalThis.times = [];
    const painted = (then) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = then;
      channel.port2.postMessage(0);
    });
    addEventListener('keydown', (event) => painted(() => globalThis.times.push(performance.now() - event.timeStamp)), true);
  });
  for (let key = 0; key < 60; key += 1) {
    await page.keyboard.type('abcdefghij'[key % 10]);
    await page.waitForTimeout(services > 10 ? 250 : 60);
  }
  const times = await page.evaluate(() => globalThis.times);
  await context.close();
  return { median: median(times), p95: at(times, 0.95) };
}

const pages = [
  {
    who: 'optakit',
    folder: 'dist',
    ready: (page) => page.getByRole('region', { name: 'Manifests' }).getByText('kind: Deployment').first(),
    focus: (page) => page.getByRole('textbox', { name: 'opta.yml', exact: true }).click(),
  },
  // Its text is there before it knows what is wrong with it.
  MONACO && { who: 'monaco-yaml', folder: MONACO, ready: (page) => page.locator('.view-line').first(), focus: (page) => page.locator('.view-lines').click() },
  // What Chromium itself takes from a key to the paint.
  { who: 'bare-textarea', loads: false, folder: 'scripts/peers/textarea', ready: (page) => page.getByRole('textbox'), focus: (page) => page.getByRole('textbox').click() },
  LEPTOS && { who: 'bare-leptos', folder: LEPTOS, ready: (page) => page.getByText('Hello') },
].filter(Boolean);
for (const { who, folder, ready } of pages.filter(({ loads = true }) => loads)) {
  const { weight, time } = await load(await serving(folder), ready);
  figures.report(`page-weight/${who}`, weight, 'KB');
  figures.report(`page-navigation/${who}`, time, 'ms');
  if (who === 'optakit') continue;
  figures.ratio('page-weight', who);
  figures.ratio('page-navigation', who);
}
const typed = pages.filter(({ focus }) => focus);
for (const [lines, services] of [[60, 3], [5000, 250]]) {
  for (const { who, folder, ready, focus } of typed) {
    const { median, p95 } = await keys(await serving(folder), ready, focus, services);
    figures.report(`key-${lines}-lines-median/${who}`, median, 'ms');
    figures.report(`key-${lines}-lines-p95/${who}`, p95, 'ms');
    if (who !== 'optakit') figures.ratio(`key-${lines}-lines-p95`, who);
  }
}
figures.save();
await browser.close();
process.exit(0);
