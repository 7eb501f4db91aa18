// Types ten thousand keys into the built page: types and deletes words, deletes lines, pastes
// invalid text, undoes changes, opens the form and panels. Prints the memory of the page. Fails if
// the memory grows to more than 1.3 times the memory after 500 keys, if the console shows an error,
// or if the page does not save the text.
//   node bench/soak.mjs [KEYS]
import { launch } from '../scripts/browser.mjs';
import { serviceFile } from '../scripts/service_file.mjs';
import { serve } from '../scripts/serve.mjs';

const KEYS = Number(process.argv[2] ?? 10_000);
const server = await serve('dist');
const browser = await launch();
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  permissions: ['clipboard-read', 'clipboard-write'],
});
const page = await context.newPage();
const errors = [];
page.on(
  'console',
  (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()),
);
page.on('pageerror', (error) => errors.push(String(error)));
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const editor = page.getByRole('textbox', { name: 'opta.yml', exact: true });
await editor.waitFor();
const devtools = await context.newCDPSession(page);

/** Returns the memory in use after garbage collection, in MiB: JavaScript and WebAssembly. */
async function memory() {
  await devtools.send('HeapProfiler.collectGarbage');
  const {
    usedSize,
    embedderHeapUsedSize = 0,
    backingStorageSize = 0,
  } = await devtools.send('Runtime.getHeapUsage');
  return (usedSize + embedderHeapUsedSize + backingStorageSize) / 2 ** 20;
}

async function paste(content) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), content);
  await page.keyboard.press('ControlOrMeta+v');
}

// The numbers are the same in each run, so that an error can be reproduced.
let seed = 1;
const random = (below) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed % below;
};
const BROKEN = [
  'foo: [1, 2\n',
  'a: "b\n',
  '\t- x\n',
  '{parent.domian}',
  '*.example.com',
  ': :\n',
  '- - - {\n',
  '<<: *none\n',
];
const WORDS = [
  'min_containers: 3',
  'LOG: "debug"',
  '# a note',
  'image: nginx:1.29',
  'port:',
  '- KEY',
  'links: [db]',
  '{vars.a}',
];

/** Opens a panel and the form, then the text. */
async function openPanel(panel) {
  await page.getByRole('tab', { name: panel }).first().click();
  await page.getByRole('button', { name: 'Form', exact: true }).click();
  await page.getByRole('button', { name: 'Text', exact: true }).click();
  await editor.click();
}

const PANELS = ['AWS', 'Bundle', 'Diagram', 'Changes', 'Manifests'];
const base = serviceFile(3);
async function startOver() {
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await paste(base);
}
await startOver();
// Load all panels before the first measurement: their memory does not count as growth.
for (const panel of PANELS) await openPanel(panel);
let keys = 0;
let early;
let next = 500;
const press = async (key, times = 1) => {
  for (let time = 0; time < times; time += 1, keys += 1) await page.keyboard.press(key);
};
const started = performance.now();
while (keys < KEYS) {
  switch (random(10)) {
    case 0:
      await press('ArrowDown', 1 + random(20));
      break;
    case 1:
      await press('ArrowUp', 1 + random(20));
      break;
    case 2:
      await press('Backspace', 1 + random(12));
      break;
    case 3:
      await press('ControlOrMeta+Shift+k');
      break;
    case 4:
      await paste(BROKEN[random(BROKEN.length)]);
      keys += 1;
      break;
    case 5:
      await press('ControlOrMeta+z', 1 + random(6));
      break;
    case 6:
      await press('Enter');
      break;
    case 7:
      // Not every time: panels are slower than typing.
      if (random(4) === 0) await openPanel(PANELS[random(PANELS.length)]);
      break;
    default: {
      const word = WORDS[random(WORDS.length)];
      await page.keyboard.type(word);
      keys += word.length;
    }
  }
  await press('Escape');
  if (keys >= next) {
    const now = await memory();
    early ??= now;
    console.log(
      `${keys} keys ${now.toFixed(1)} MiB ${((performance.now() - started) / 1000).toFixed(0)} s`,
    );
    next += 500;
    await startOver();
  }
}
await startOver();
const late = await memory();
await page.keyboard.type('# the end');
await page.waitForTimeout(500);
await page.reload();
await editor.waitFor();
const kept = await page.evaluate(async () => {
  const open = () =>
    new Promise((done) => {
      const request = indexedDB.open('optakit');
      request.onsuccess = () => done(request.result);
    });
  const drafts = (await open()).transaction('drafts').objectStore('drafts').getAll();
  await new Promise((done) => {
    drafts.onsuccess = done;
  });
  return drafts.result.map((draft) => JSON.parse(draft.text).service);
});
await browser.close();
server.close();
console.log(`memory after 500 keys ${early.toFixed(1)} MiB`);
console.log(`memory after ${keys} keys ${late.toFixed(1)} MiB`);
console.log(`ratio memory at the end/after 500 ${(late / early).toFixed(2)}`);
const isLost = !kept.some((text) => text === `${base}# the end`);
if (errors.length > 0) console.error(`console: ${[...new Set(errors)].join('\n')}`);
if (isLost) console.error('the page did not save the typed text');
process.exit(late > early * 1.3 || errors.length > 0 || isLost ? 1 : 0);
