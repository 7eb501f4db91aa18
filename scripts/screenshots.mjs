// Takes the README's pictures of the built page:   node scripts/screenshots.mjs [FOLDER]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

const folder = process.argv[2] ?? 'docs/pictures';
mkdirSync(folder, { recursive: true });
const server = await serve('dist');
const browser = await launch();
const shot = async (name, { width, height, colorScheme }) => {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.on('console', (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`));
  page.on('pageerror', (error) => console.error(`${name}: ${error}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const text = page.getByRole('textbox', { name: 'opta.yml' });
  await text.waitFor();
  await page.getByRole('region', { name: 'Manifests' }).getByText('kind: Deployment').first().waitFor();
  await page.getByRole('button', { name: /^Deployment/ }).click();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
};
await shot('editor-light', { width: 1440, height: 900, colorScheme: 'light' });
await shot('editor-dark', { width: 1440, height: 900, colorScheme: 'dark' });
await shot('editor-phone', { width: 390, height: 844, colorScheme: 'light' });
await browser.close();
server.close();
