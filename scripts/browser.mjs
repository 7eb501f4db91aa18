// Finds and starts Chromium for tests and pictures, without its own network requests.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Returns the path of Chromium or Chrome: `OPTAKIT_CHROMIUM`, or else an installed one. */
export function findChromium() {
  const candidates = process.env.OPTAKIT_CHROMIUM ? [process.env.OPTAKIT_CHROMIUM] : NAMES;
  for (const name of candidates) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
    } catch {
      // Try the next name.
    }
  }
  throw new Error(`no Chromium found; tried ${candidates.join(', ')}`);
}

export function launch() {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
