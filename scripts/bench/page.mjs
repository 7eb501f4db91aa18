// The built page in Chromium, beside monaco-editor with monaco-yaml and our JSON Schema of opta.yml in the same run: what the
// first load weighs, how long it takes, and from a key to the painted page.   node scripts/bench-page.mjs FIGURES [MONACO]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { launch } from './browser.mjs';
import { file } from './many.mjs';
import { serve } from './serve.mjs';

const [target, monaco] = process.argv.slice(2);
const figures = existsSync(target) ? JSON.parse(readFileSync(target, 'utf8')) : [];
const report = (name, value, unit) => {
  figures.push({ name, value, unit });
  console.log(`${name} ${value.toPrecision(3)} ${unit}`);
};
const ratio = (name, ours, peer) => {
  figures.push({ name, ratio: ours / peer });
  console.log(`ratio ${name} ${(ours / peer).toPrecision(3)}`);
};
const at = (values, share) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];

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
  return { weight, time: at(times, 0.5) };
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
  return { median: at(times, 0.5), p95: at(times, 0.95) };
}

const page = {
  name: 'page',
  address: await serving('dist'),
  ready: (page) => page.getByRole('region', { name: 'Manifests' }).getByText('kind: Deployment').first(),
  focus: (page) => page.getByRole('textbox', { name: 'opta.yml', exact: true }).click(),
};
const peer = monaco && {
  name: 'monaco-yaml',
  address: await serving(monaco),
  ready: (page) => page.locator('.view-line').first(),
  focus: (page) => page.locator('.view-lines').click(),
};
const measured = [];
for (const { name, address, ready, focus } of [page, peer].filter(Boolean)) {
  const { weight, time } = await load(address, ready);
  const small = await keys(address, ready, focus, 3);
  const large = await keys(address, ready, focus, 250);
  measured.push({ weight, time, small, large });
  report(`${name}, first load, brotli`, weight, 'KB');
  report(`${name}, navigation to ${name === 'page' ? 'first manifests' : 'the text'}`, time, 'ms');
  report(`${name}, key to paint at 60 lines, median`, small.median, 'ms');
  report(`${name}, key to paint at 60 lines, p95`, small.p95, 'ms');
  report(`${name}, key to paint at 5000 lines, median`, large.median, 'ms');
  report(`${name}, key to paint at 5000 lines, p95`, large.p95, 'ms');
}
if (peer) {
  const [ours, theirs] = measured;
  ratio('page/monaco-yaml, first load', ours.weight, theirs.weight);
  ratio('page/monaco-yaml, navigation', ours.time, theirs.time);
  ratio('page/monaco-yaml, key at 60 lines, p95', ours.small.p95, theirs.small.p95);
  ratio('page/monaco-yaml, key at 5000 lines, p95', ours.large.p95, theirs.large.p95);
}
writeFileSync(target, `${JSON.stringify(figures, null, 2)}\n`);
await browser.close();
process.exit(0);
