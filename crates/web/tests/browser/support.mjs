// What the page's tests share: a browser, a server of the built page, and the names that people know things by.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before } from 'node:test';
import { createRequire } from 'node:module';
import { launch } from '../../../../scripts/browser.mjs';
import { serve } from '../../../../scripts/serve.mjs';

export const root = new URL('../../../../', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server, browser;
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

/** A profile of its own. */
export function profile(options = {}) {
  return browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
}

/** A page of a profile; the test fails on any error, violation or foreign request. */
export async function pageOf(t, context, at = address) {
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(at).origin) && !/^(data|blob):/.test(request.url())) faults.push(`foreign request: ${request.url()}`);
  });
  t.after(() => assert.deepEqual(faults, []));
  await page.goto(at);
  await text(page).waitFor();
  return page;
}

/** Opens the page in a profile of its own. */
export async function open(t, options = {}, at = address) {
  const context = await profile(options);
  t.after(() => context.close());
  return pageOf(t, context, at);
}

/** A page that was not opened yet, whose requests a test can stop: no worker answers them. */
export async function unopened(t) {
  const context = await profile({ serviceWorkers: 'block' });
  t.after(() => context.close());
  return context.newPage();
}

/** Such a page, opened; the browser itself complains of what it cannot fetch. */
export async function breakable(t) {
  const page = await unopened(t);
  await page.goto(address);
  return page;
}

/** Holds requests until what it gives is called; then they are continued, or aborted. */
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

/** Replaces a whole text the way a person does. */
export async function write(page, source, name = 'opta.yml') {
  await text(page, name).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(source);
}

/** All of a text, beyond what is on the screen too. */
export async function read(page, name = 'opta.yml') {
  await text(page, name).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  return page.evaluate(() => navigator.clipboard.readText());
}

/** What a button makes the browser save. */
export async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

/** What axe finds on the page as it is. */
export async function faults(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => node.html).join(' ')}`);
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

export const service = (layer, more = '', image = 'acme/api:1') => `name: ${layer}
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
