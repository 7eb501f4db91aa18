// The main path through the page, in Firefox and WebKit. All other tests of the page run in
// Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../../../scripts/serve.mjs';
import * as finder from './finder.mjs';
import * as firefox from './firefox.mjs';
import * as webkit from './webkit.mjs';

const root = new URL('../../../../', import.meta.url).pathname;
const BROKEN = `name: shop
environments:
  - name: staging
    path: env.yml
modules:
  - type: k8s-service
    name: api
    image: nginx:1.29
    port:
      http: 8000
    min_container: 2
`;
/** How long a test waits for the page, in milliseconds. */
const PATIENCE = 15_000;

/** The page in an engine, with the actions that the tests need. */
class Page {
  constructor(browser) {
    this.browser = browser;
  }

  evaluate(script, ...args) {
    return this.browser.evaluate(script, ...args);
  }

  /** Waits until a function returns a value that is not false or null. */
  async until(ask, what) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const answer = await ask();
      if (answer) return answer;
      if (Date.now() > end) assert.fail(`${what} did not happen`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async open(address) {
    await this.browser.open(address);
    await this.until(
      async () => (await this.evaluate(finder.editorText)).length > 0,
      'the start of the editor',
    );
  }

  async click(role, name) {
    // The page may still move the element: two looks must find it in one place.
    let last;
    const find = async () => {
      const found = await this.evaluate(finder.center, role, name);
      const isStill = found && last && found.x === last.x && found.y === last.y;
      last = found;
      return isStill ? found : null;
    };
    const { x, y } = await this.until(find, `a visible ${role} "${name}" that does not move`);
    await this.browser.click(x, y);
  }

  sees(region, text) {
    const find = async () => (await this.evaluate(finder.textOf, region)).includes(text);
    return this.until(find, `"${text}" in ${region}`);
  }

  /** Replaces the whole text. */
  async paste(text) {
    await this.until(() => this.evaluate(finder.focusEditor), 'a visible editor');
    await this.browser.press('a', 'Control');
    await this.browser.paste(text);
  }

  async text() {
    return (await this.evaluate(finder.editorText)).join('\n');
  }

  async hasText(part) {
    let text;
    const find = async () => (text = await this.text()).includes(part);
    await this.until(find, `"${part}" in the text`).catch((error) => {
      throw new Error(`the text is:\n${text}`, { cause: error });
    });
  }
}

for (const engine of [firefox, webkit]) {
  const isInstalled = engine.isInstalled();
  const skip = !isInstalled && !process.env.CI ? engine.missing : false;
  describe(engine.name, () => {
    // Each test is counted as skipped.
    const check = (title, run) => test(title, { skip }, run);
    let server, address, browser, page;

    const start = async () => {
      browser = await engine.start();
      page = new Page(browser);
    };
    const listen = async (port) => {
      server = await serve(`${root}dist`, port);
      address = `http://127.0.0.1:${server.address().port}/`;
    };
    const stopServer = () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    };

    before(async () => {
      if (skip) return;
      assert.ok(isInstalled, engine.missing);
      await listen();
      await start();
    });

    after(async () => {
      await browser?.close();
      server?.closeAllConnections();
      server?.close();
    });

    check('a typed mistake is repaired, exported and applied with the shown command', async () => {
      await page.open(address);
      await page.sees('Welcome', 'Browse examples');
      await page.paste(BROKEN);
      await page.sees('Problems', 'unknown key min_container');
      await page.click('button', 'Fix: rename to `min_containers`');
      await page.sees('Problems', 'No problems');
      await page.hasText('min_containers: 2');
      await page.browser.press('End', 'Control');
      await page.browser.type('    max_containers: 7');
      await page.sees('Manifests', 'maxReplicas: 7');
      await page.evaluate(finder.recordDownloads);
      await page.click('button', 'Export bundle');
      const files = () => page.evaluate(finder.savedFiles);
      const [bundle] = await page.until(
        async () => ((await files()).length > 0 ? files() : undefined),
        'the export',
      );
      assert.match(bundle, /"maxReplicas":\s*7/);
      await page.click('tab', 'Bundle');
      await page.sees('Bundle', 'optakit apply');
      await page.click('tab', 'Manifests');
    });

    check('the keyboard reaches commands, problems and the form', async () => {
      await page.paste(BROKEN);
      await page.sees('Problems', 'unknown key min_container');
      await page.browser.press('F8');
      await page.browser.press('.', 'Control');
      await page.sees('Problems', 'No problems');
      await page.browser.press('k', 'Control');
      await page.sees('Commands', 'Show shortcuts');
      await page.browser.type('text and form');
      await page.browser.press('Enter');
      await page.until(() => page.evaluate(finder.center, 'region', 'Form'), 'the form');
    });

    check('the form edits the text', async () => {
      await page.click('textbox', 'healthcheck_path');
      await page.browser.type('/health');
      await page.click('button', 'Text');
      await page.hasText('healthcheck_path: /health');
    });

    check('the work is there after a reload', async () => {
      await page.paste(`${BROKEN}# kept\n`);
      await page.hasText('# kept');
      // The draft is saved after the next paint.
      const saved = () => page.evaluate(finder.hasDraft, '# kept');
      await page.until(saved, 'the draft');
      await page.open(address);
      await page.hasText('# kept');
    });

    check('the page works without a network after the first visit', async () => {
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
      await page.until(
        () => page.evaluate(() => navigator.serviceWorker.controller !== null),
        'the start of the service worker',
      );
      const { port } = server.address();
      await stopServer();
      try {
        await page.open(address);
        await page.paste(BROKEN);
        await page.sees('Problems', 'unknown key min_container');
        await page.click('button', 'Fix: rename to `min_containers`');
        await page.sees('Problems', 'No problems');
      } finally {
        await listen(port);
      }
    });

    check('a share link opens the work in another browser', async () => {
      await page.paste(BROKEN.replace('shop', 'shared'));
      await page.sees('Problems', 'unknown key min_container');
      await page.click('button', 'Share');
      const link = await page.until(() => page.evaluate(finder.shareLink), 'the link');
      await browser.close();
      await start();
      await page.open(link);
      await page.hasText('name: shared');
    });
  });
}
