// WebKitGTK in a virtual screen, over WebDriver.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Builder, Capabilities, Key, Origin } from 'selenium-webdriver';
import { findWebKit } from '../../../../scripts/engines.mjs';
import { paste } from './finder.mjs';

export const name = 'WebKit';
export const isInstalled = () => findWebKit() !== undefined;
export const missing = 'WebKitGTK or Xvfb is not installed; run scripts/setup-engines.sh';

const KEYS = {
  ArrowDown: Key.ARROW_DOWN,
  Control: Key.CONTROL,
  Enter: Key.ENTER,
  End: Key.END,
  Escape: Key.ESCAPE,
  F8: Key.F8,
  Home: Key.HOME,
  Tab: Key.TAB,
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a virtual screen. It chooses a free number and writes it to the third pipe. */
async function startDisplay(program) {
  const screen = ['-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-displayfd', '3'];
  const display = spawn(program, screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = await once(display.stdio[3], 'data');
  return { display, number: String(number).trim() };
}

async function connect(port, browser) {
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] },
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const builder = new Builder().disableEnvironmentOverrides();
      return await builder
        .usingServer(`http://127.0.0.1:${port}`)
        .withCapabilities(capabilities)
        .build();
    } catch (error) {
      // The driver needs a moment before it answers.
      if (attempt === 50) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** Starts WebKit with an empty profile. */
export async function start() {
  const programs = findWebKit();
  const { display, number } = await startDisplay(programs.display);
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY: `:${number}`,
    // There is no graphics card, and in a container no sandbox.
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  const driver = spawn(programs.driver, [`--port=${port}`], { stdio: 'ignore', env });
  const stop = () => {
    driver.kill();
    display.kill();
  };
  let session;
  try {
    session = await connect(port, programs.browser);
    await session.manage().window().setRect({ x: 0, y: 0, width: 1440, height: 900 });
  } catch (error) {
    stop();
    throw error;
  }
  const actions = () => session.actions({ async: true });
  return {
    open: (address) => session.get(address),
    evaluate: (script, ...args) => session.executeScript(script, ...args),
    click: (x, y) =>
      actions()
        .move({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT })
        .click()
        .perform(),
    type: (text) => actions().sendKeys(text).perform(),
    press(key, modifier) {
      const steps = actions();
      if (modifier) steps.keyDown(KEYS[modifier]);
      steps.sendKeys(KEYS[key] ?? key);
      if (modifier) steps.keyUp(KEYS[modifier]);
      return steps.perform();
    },
    // Scripts must not use the clipboard, so the page gets the event of a paste.
    paste: (text) => session.executeScript(paste, text),
    async close() {
      await session.quit().catch(() => {});
      stop();
    },
  };
}
