// Writes crates/web/first.html, the HTML that first-time visitors see until the program runs: the
// first paint of the program, with the manifests of the example. A browser test compares it with
// the page.
//   node scripts/first.mjs     needs the page in dist/
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

export const FILE = 'crates/web/first.html';

/**
 * Returns the HTML of the first paint for a new visitor. Its controls do not work yet, so they are
 * inert.
 */
export async function firstOf(page, address) {
  // The editor loads after the first paint, so block it.
  await page.route('**/editor-*.js', () => {});
  await page.goto(address);
  await page.locator('body > .app .code').first().waitFor();
  await page.evaluate(() => globalThis.OptakitPage.painted());
  return page.evaluate(() => {
    const app = document.querySelector('body > .app');
    const first = /** @type {Element} */ (app.cloneNode(true));
    const each = (selector, act) => first.querySelectorAll(selector).forEach(act);
    each('[hidden], .toast', (element) => element.remove());
    each('.bar, .switch, .strip, .tabs, .objects, .fold, .actions, .status', (element) =>
      element.setAttribute('inert', ''),
    );
    // The page's policy rejects style attributes. Screen readers must not announce this content.
    for (const name of ['style', 'tabindex', 'aria-live', 'title']) {
      each(`[${name}]`, (element) => element.removeAttribute(name));
    }
    each('[role=status]', (element) => element.removeAttribute('role'));
    const [objects] = first.querySelector('.status').children;
    objects.textContent = objects.textContent.replace(/ in .*/, '');
    return `${first.outerHTML.replaceAll('<!---->', '').replaceAll('=""', '')}\n`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await launch();
  const server = await serve('dist');
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  });
  writeFileSync(
    FILE,
    await firstOf(await context.newPage(), `http://127.0.0.1:${server.address().port}/`),
  );
  process.exit(0);
}
