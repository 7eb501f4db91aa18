// Firefox, over WebDriver BiDi.
import puppeteer from 'puppeteer-core';
import { findFirefox } from '../../../../scripts/engines.mjs';

export const name = 'Firefox';
export const isInstalled = () => findFirefox() !== undefined;
export const missing = 'Firefox is not installed; run scripts/setup-engines.sh';

/** Starts Firefox with an empty profile. */
export async function start() {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    headless: true,
    // Without requests for updates.
    extraPrefsFirefox: {
      'app.normandy.enabled': false,
      // Scripts may write to the clipboard without a click.
      'dom.events.testing.asyncClipboard': true,
      'browser.safebrowsing.malware.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  });
  const [page] = await browser.pages();
  await page.setViewport({ width: 1440, height: 900 });
  const press = async (key, modifier) => {
    if (modifier) await page.keyboard.down(modifier);
    await page.keyboard.press(key);
    if (modifier) await page.keyboard.up(modifier);
  };
  return {
    open: (address) => page.goto(address, { waitUntil: 'domcontentloaded' }),
    evaluate: (script, ...args) => page.evaluate(script, ...args),
    click: (x, y) => page.mouse.click(x, y),
    type: (text) => page.keyboard.type(text),
    press,
    async paste(text) {
      await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
      await press('v', 'Control');
    },
    close: () => browser.close(),
  };
}
