// Finds the browser engines other than Chromium.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The first of these programs that is installed. */
function find(...names) {
  for (const name of names) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
    } catch {
      // Try the next name.
    }
  }
  return undefined;
}

/** Returns the path of Firefox: `OPTAKIT_FIREFOX`, or else an installed one. */
export const findFirefox = () => find(process.env.OPTAKIT_FIREFOX ?? 'firefox-esr', 'firefox');

/** Returns the programs that WebKit needs, or undefined if one is missing. */
export function findWebKit() {
  const driver = find('WebKitWebDriver');
  const display = find('Xvfb');
  const browser = findMiniBrowser();
  return driver && display && browser ? { driver, display, browser } : undefined;
}

/** Debian installs the browser of WebKitGTK beside its library, not on the path. */
function findMiniBrowser() {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  const paths = folders
    .filter((folder) => folder.endsWith('-linux-gnu'))
    .flatMap((folder) =>
      ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((version) =>
        join('/usr/lib', folder, version, 'MiniBrowser'),
      ),
    );
  return paths.find((path) => existsSync(path));
}
