// Takes the screenshots of the built page for the README and docs/.
//   node bench/screenshots.mjs [FOLDER]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../scripts/browser.mjs';
import { serve } from '../scripts/serve.mjs';

const folder = process.argv[2] ?? 'docs/pictures';
mkdirSync(folder, { recursive: true });
const server = await serve('dist');
const browser = await launch();
const button = (page, name) => page.getByRole('button', { name, exact: true });
const tab = (page, name) => page.getByRole('tab', { name, exact: true });
const showDeployment = (page) => button(page, 'Deployment shop-api-k8s-service').click();
/** Waits until messages disappear, so that the pictures are the same in each run. */
const quiet = (page) =>
  page.locator('.toast').filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
const typeAt = async (page, word, text) => {
  await page.getByRole('textbox', { name: 'opta.yml' }).getByText(word, { exact: true }).click();
  await page.keyboard.press('End');
  await page.keyboard.type(text);
  await page.keyboard.press('Escape');
};
const shot = async (name, { width, height, colorScheme }, steps = showDeployment) => {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.on(
    'console',
    (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`),
  );
  page.on('pageerror', (error) => console.error(`${name}: ${error}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const text = page.getByRole('textbox', { name: 'opta.yml' });
  await text.waitFor();
  await page
    .getByRole('region', { name: 'Manifests' })
    .getByText('kind: Deployment')
    .first()
    .waitFor();
  await steps(page);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
};
const wide = { width: 1440, height: 900, colorScheme: 'light' };
const step = { width: 1280, height: 720, colorScheme: 'light' };
await shot('editor-light', wide);
await shot('editor-dark', { ...wide, colorScheme: 'dark' });
await shot('editor-phone', { width: 390, height: 844, colorScheme: 'light' });

// One picture per step of docs/editor.md.
await shot('guide-problems', step, async (page) => {
  await typeAt(page, 'healthcheck_path', '');
  await page.keyboard.press('Home');
  for (let letter = 0; letter < 11; letter += 1) await page.keyboard.press('ArrowRight');
  for (let letter = 0; letter < 5; letter += 1) await page.keyboard.press('Delete');
  await page.getByRole('region', { name: 'Problems' }).getByText('unknown key').waitFor();
});
await shot('guide-why', step, async (page) => {
  await page
    .getByRole('textbox', { name: 'opta.yml' })
    .getByText('memory', { exact: true })
    .click();
  await page.locator('.band.lit').first().waitFor({ state: 'attached' });
  await button(page, 'Deployment shop-api-k8s-service').click();
  await page.locator('pre').first().focus();
  const why = page.getByText('Decided at opta.yml line 17');
  for (let line = 0; line < 200 && (await why.count()) === 0; line += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
});
await shot('guide-form', step, async (page) => {
  await button(page, 'Form').click();
  await page
    .getByRole('region', { name: 'Form' })
    .getByRole('textbox', { name: 'healthcheck_path' })
    .scrollIntoViewIfNeeded();
});
await shot('guide-changes', step, async (page) => {
  await button(page, 'Export bundle').click();
  await typeAt(page, 'LOG_LEVEL', '');
  await page.keyboard.press('End');
  await page.keyboard.type('-and-more');
  await tab(page, 'Changes').click();
  await page.getByRole('region', { name: 'Changes' }).getByText('rolling restart').waitFor();
  await quiet(page);
});
await shot('guide-diagram', step, (page) => tab(page, 'Diagram').click());
await shot('guide-bundle', step, async (page) => {
  await tab(page, 'Bundle').click();
  await page.getByRole('region', { name: 'Bundle' }).getByText('sha256:').first().waitFor();
});
await browser.close();
server.close();
