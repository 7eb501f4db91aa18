// Helpers of the browser tests: a browser, a server for the built page, and accessible names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from '../../../../scripts/browser.mjs';
import { serve } from '../../../../scripts/serve.mjs';

export const root = new URL('../../../../', import.meta.url).pathname;
/** The `optakit` binary. `make test` builds it. */
export const binary = resolve(process.env.OPTAKIT_BIN ?? join(root, 'target/debug/optakit'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server, browser;
/** The address of the page. */
export let address;

before(async () => {
  server = await serve(`${root}dist`);
  address = `http://127.0.0.1:${server.address().port}/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Creates an empty browser profile. */
export function profile(options = {}) {
  const viewport = { width: 1440, height: 900 };
  const permissions = ['clipboard-read', 'clipboard-write'];
  return browser.newContext({ viewport, permissions, ...options });
}

/** The open pages of each test. */
const pages = new WeakMap();

/** Closes the pages of a test, for example before their server stops. */
export async function closePages(t) {
  await Promise.all((pages.get(t) ?? []).map((page) => page.close()));
}

/** Opens the page in a profile. The test fails on errors and on requests to other servers. */
export async function pageOf(t, context, at = address) {
  const page = await context.newPage();
  pages.set(t, [...(pages.get(t) ?? []), page]);
  const faults = [];
  page.on('console', (message) => {
    const isFault = ['error', 'warning'].includes(message.type());
    if (isFault) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error}`));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(new URL(at).origin);
    const isLocal = /^(data|blob):/.test(request.url());
    if (!isOwn && !isLocal) faults.push(`foreign request: ${request.url()}`);
  });
  t.after(() => assert.deepEqual(faults, []));
  await page.goto(at);
  await text(page).waitFor();
  return page;
}

/** Opens the page in an empty profile. */
export async function open(t, options = {}, at = address) {
  const context = await profile(options);
  t.after(() => context.close());
  return pageOf(t, context, at);
}

/** Creates a browser tab without a service worker, so that the test can stop its requests. */
export async function unopened(t) {
  const context = await profile({ serviceWorkers: 'block' });
  t.after(() => context.close());
  return context.newPage();
}

/** Opens the page in such a tab. It may log errors, because the test stops its requests. */
export async function breakable(t) {
  const page = await unopened(t);
  await page.goto(address);
  return page;
}

/** Delays requests until the returned function is called. `end` is `continue` or `abort`. */
export async function hold(page, requests, end) {
  let release;
  const released = new Promise((done) => (release = done));
  await page.route(requests, async (route) => {
    await released;
    await route[end]();
  });
  return release;
}

export const text = (page, name = 'opta.yml') => page.getByRole('textbox', { name, exact: true });
export const region = (page, name) => page.getByRole('region', { name, exact: true });
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const tab = (page, name) => page.getByRole('tab', { name, exact: true });
export const dialog = (page, name) => page.getByRole('dialog', { name, exact: true });
/** A text box of the form. */
export const field = (page, name) =>
  region(page, 'Form').getByRole('textbox', { name, exact: true });

/**
 * Repeats a check until it passes, and returns its result. Fails with the last error after 10 s.
 * The page renders in a worker and loads views on demand, so a result can come a moment later.
 */
export async function eventually(check) {
  const end = performance.now() + 10_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(50);
  }
}

/** Waits for the manifests of a service file. */
export const shows = (page, name) =>
  region(page, 'Manifests').getByText(`${name}-api-k8s-service`).first().waitFor();

/** Waits until the service worker controls the page. */
export async function installed(page) {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
}

/** Replaces a whole text with the keyboard. Does not click: completions can cover the text. */
export async function write(page, source, name = 'opta.yml') {
  await text(page, name).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(source);
}

/** Returns a whole text, including the lines outside the screen. */
export async function read(page, name = 'opta.yml') {
  const nothing = 'nothing was copied';
  await page.evaluate((value) => navigator.clipboard.writeText(value), nothing);
  // While keys wait for their code, the page does not copy.
  return eventually(async () => {
    await text(page, name).click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.notEqual(copied, nothing);
    return copied;
  });
}

/** Waits for the download that an action starts. */
export async function downloaded(page, action) {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

/** Returns the file that a button saves. */
export async function saved(page, name) {
  const file = await downloaded(page, () => button(page, name).click());
  return { ...file, text: readFileSync(file.path, 'utf8') };
}

/** Returns the accessibility violations that axe finds. */
export async function violations(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => {
    const { axe: checker } = /** @type {any} */ (window);
    return checker.run(document, { resultTypes: ['violations'] });
  });
  const html = (nodes) => nodes.map((node) => node.html).join(' ');
  return result.violations.map(({ id, nodes }) => `${where}: ${id}: ${html(nodes)}`);
}

/** Fails if the page is wider than the window. */
export async function assertFits(page) {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
}

const temporary = [];
process.on('exit', () => {
  for (const path of temporary) rmSync(path, { recursive: true, force: true });
});

/** Creates an empty folder, which is deleted when the process ends. */
export function emptyFolder() {
  const path = mkdtempSync(join(tmpdir(), 'optakit-page-'));
  temporary.push(path);
  return path;
}

/** Creates a folder with files. */
export function folder(files) {
  const path = emptyFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** Runs the binary in a folder and returns its standard output. */
export function run(cwd, ...args) {
  return execFileSync(binary, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

export const ENVIRONMENT = `name: staging
org_name: acme
providers:
  aws:
    region: us-east-1
    account_id: 123456789012
modules:
  - {type: dns, domain: staging.acme.io}
`;

/** A service file with one service. `more` contains more fields of the service. */
export const service = (name, more = '', image = 'acme/api:1') => `name: ${name}
environments:
  - name: staging
    path: env.yml
modules:
  - type: k8s-service
    name: api
    image: ${image}
    port:
      http: 8000
${more}`;

/** The line of a service that has a domain. */
export const DOMAIN = '    public_uri: "api.{parent.domain}"\n';
