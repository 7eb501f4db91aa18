// The page on paper.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, region, service, shows, text, write } from './support.mjs';

/** Opens a long text with a problem in dark colors, and returns the page. */
async function openLong(t) {
  const page = await open(t, { colorScheme: 'dark' });
  const variables = Array.from({ length: 150 }, (_, index) => `      VARIABLE_${index}: "x"\n`);
  const source = service('paper', `    env_vars:\n${variables.join('')}    min_container: 1\n`);
  await write(page, service('paper', `    env_vars:\n${variables.join('')}`));
  await shows(page, 'paper');
  await write(page, source);
  await region(page, 'Problems').getByText('unknown key').waitFor();
  return { page, source };
}

test('paper has the whole text, the problems and the manifests, but no controls', async (t) => {
  const { page, source } = await openLong(t);
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  for (const size of [
    { width: 740, height: 1000 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize(size);
    assert.equal(await page.locator('.printed').innerText(), source);
    const shown = await page.evaluate(() => document.body.innerText);
    assert.match(shown, /unknown key/);
    for (let index = 0; index < 150; index += 1) {
      assert.ok(shown.includes(`name: VARIABLE_${index}\n`), `VARIABLE_${index}`);
    }
    const controls = await page.evaluate(() =>
      [...document.querySelectorAll('button, select, input, [role=tab], [role=separator]')]
        .filter((element) => element.checkVisibility() && !element.matches('.go'))
        .map((element) => element.outerHTML),
    );
    assert.deepEqual(controls, []);
    const colors = await page.evaluate(() => {
      const found = new Set();
      for (const element of document.body.querySelectorAll('*')) {
        if (!element.checkVisibility()) continue;
        const { color, backgroundColor, overflowY } = getComputedStyle(element);
        found.add(`${color} on ${backgroundColor}`);
        if (/auto|scroll/.test(overflowY)) found.add(`scrolls: ${element.className}`);
      }
      return [...found];
    });
    assert.deepEqual(colors, ['rgb(0, 0, 0) on rgba(0, 0, 0, 0)']);
    const canvas = await page.evaluate(() => getComputedStyle(document.documentElement));
    assert.equal(canvas.backgroundColor, 'rgb(255, 255, 255)');
  }
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null });
  assert.equal(await page.locator('.printed').count(), 0);
  await text(page).waitFor();
});

test('printing prepares and cleans up the page', async (t) => {
  const { page } = await openLong(t);
  const pdf = await page.pdf();
  // Two texts of more than 150 lines do not fit on three pages.
  const pages = String(pdf).match(/\/Type\s*\/Page\b/g) ?? [];
  assert.ok(pages.length > 3, `${pages.length}`);
  assert.equal(await page.locator('.printed').count(), 0);
});
