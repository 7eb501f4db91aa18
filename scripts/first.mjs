// What stands in the page itself, so that who comes for the first time sees the manifests of the example before the program
// has run: what the program draws first, as text. The browser tests hold the file to the page.
//   node scripts/first.mjs     writes crates/web/first.html from the page in dist/
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

export const FILE = 'crates/web/first.html';

/** The first thing that the program draws on a page that was not opened yet, as HTML. Nothing of it can be used, so that all but what is read is inert. */
export async function firstOf(page, address) {
  // What comes after the first paint is kept away.
  await page.route('**/editor-*.js', () => {});
  await page.goto(address);
  await page.locator('body > .app .code').first().waitFor();
  await page.evaluate(() => globalThis.OptakitPage.painted());
  return page.evaluate(() => {
    const first = document.querySelector('body > .app').cloneNode(true);
    const each = (selector, act) => first.querySelectorAll(selector).forEach(act);
    each('[hidden], .toast', (element) => element.remove());
    each('.bar, .strip, .tabs, .objects, .fold, .actions, .status', (element) => element.setAttribute('inert', ''));
    // Styles within elements are refused by the page's policy, and nothing of this is announced.
    for (const name of ['style', 'tabindex', 'aria-live', 'title']) each(`[${name}]`, (element) => element.removeAttribute(name));
    each('[role=status]', (element) => element.removeAttribute('role'));
    const [objects] = first.querySelector('.status').children;
    objects.textContent = objects.textContent.replace(/ in .*/, '');
    return `${first.outerHTML.replaceAll('<!---->', '').replaceAll('=""', '')}\n`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await launch();
  const server = await serve('dist');
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  writeFileSync(FILE, await firstOf(await context.newPage(), `http://127.0.0.1:${server.address().port}/`));
  process.exit(0);
}
