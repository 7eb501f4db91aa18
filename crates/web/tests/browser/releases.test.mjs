// New releases of the page, slow networks, and other sites under the same origin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRelease, programIn, programOf, site } from './releases.mjs';
import {
  button,
  dialog,
  field,
  installed,
  profile,
  read,
  region,
  root,
  service,
  shows,
  tab,
  text,
  write,
  eventually,
} from './support.mjs';

const dist = `${root}dist`;
const next = nextRelease('second');

/** Opens a tab and waits for the manifests. */
async function visit(context, address) {
  const page = await context.newPage();
  await page.goto(address);
  await text(page).waitFor();
  return page;
}

/** Creates a profile that visited a site. */
async function visited(t, address) {
  const context = await profile();
  t.after(() => context.close());
  const page = await visit(context, address);
  await installed(page);
  return { context, page };
}

/** Waits until a question has the answer yes. */
const until = (ask) => eventually(async () => assert.ok(await ask(), String(ask)));

/** Waits until the worker of a release has taken over. */
async function cached(page, folder) {
  await until(() =>
    page.evaluate(async (name) => {
      const worker = (await navigator.serviceWorker.getRegistration())?.active;
      const found = await caches.match(new URL(name, document.baseURI).href);
      return worker?.state === 'activated' && found !== undefined;
    }, programIn(folder)),
  );
}

/** Clicks the reload button, and waits until the page runs the program of a release. */
async function reloadInto(page, release) {
  await button(page, 'New version: reload').click();
  await page.waitForFunction((name) => {
    const script = document.querySelector('script[data-wasm]');
    return script?.getAttribute('data-wasm') === name;
  }, programIn(release));
  await text(page).waitFor();
}

test('an open tab keeps its files while a new release is deployed', async (t) => {
  const server = await site(t, dist);
  const { context, page } = await visited(t, server.address);
  await write(page, service('kept'));
  await shows(page, 'kept');
  server.folder = next;
  const other = await visit(context, server.address);
  await cached(other, next);
  await page.bringToFront();
  await tab(page, 'Diagram').click();
  await region(page, 'Diagram').locator('svg').first().waitFor();
  await button(page, 'Share').click();
  await dialog(page, 'Share').waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'Form').click();
  await field(page, 'healthcheck_path').first().waitFor();
  await button(page, 'Text').click();
  assert.equal(await programOf(page), programIn(dist));
  await reloadInto(page, next);
  assert.equal(await read(page), service('kept'));
});

/** Deploys the next release, and checks that the second visit runs it. */
async function assertSecondVisitIsNew(server, context) {
  server.folder = next;
  const first = await visit(context, server.address);
  await cached(first, next);
  await first.close();
  const second = await visit(context, server.address);
  assert.equal(await programOf(second), programIn(next));
}

test('a new release is shown at the second visit, also beside an old tab', async (t) => {
  const server = await site(t, dist);
  const { context } = await visited(t, server.address);
  await assertSecondVisitIsNew(server, context);
});

test('a release is deleted when its last tab is closed', async (t) => {
  const server = await site(t, dist);
  const { context, page } = await visited(t, server.address);
  server.folder = next;
  const other = await visit(context, server.address);
  await cached(other, next);
  const names = () => other.evaluate(() => caches.keys());
  assert.equal((await names()).length, 2);
  await page.close();
  await other.reload();
  await text(other).waitFor();
  await other.reload();
  await until(async () => (await names()).length === 1);
});

test('HTTP caches do not keep an old release', async (t) => {
  const server = await site(t, dist);
  server.cacheControl = 'max-age=31536000';
  const { context, page } = await visited(t, server.address);
  await page.close();
  await assertSecondVisitIsNew(server, context);
});

test('without a service worker an old page from an HTTP cache loads the new one', async (t) => {
  const server = await site(t, dist);
  server.cacheControl = 'max-age=31536000';
  const context = await profile({ serviceWorkers: 'block' });
  t.after(() => context.close());
  const page = await visit(context, server.address);
  server.folder = next;
  server.cacheControl = 'no-store';
  // The browser has the old page, but not its program.
  await page.route('**/*.wasm', async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const isOld = programIn(dist).endsWith(name);
    await (isOld ? route.fulfill({ status: 404, body: '' }) : route.continue());
  });
  await page.goto('about:blank');
  await page.goto(server.address);
  await page.waitForFunction((name) => {
    const script = document.querySelector('script[data-wasm]');
    return script?.getAttribute('data-wasm') === name;
  }, programIn(next));
  await text(page).waitFor();
});

test('a page that is only half deployed is not stored', async (t) => {
  const server = await site(t, dist);
  const { context, page } = await visited(t, server.address);
  server.folder = next;
  server.overlay.set('index.html', dist);
  const isRejected = page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const found = new Promise((done) => {
      registration?.addEventListener('updatefound', () => {
        const { installing } = registration;
        installing?.addEventListener('statechange', () => done(installing.state));
      });
    });
    await registration?.update().catch(() => {});
    return found;
  });
  assert.equal(await isRejected, 'redundant');
  const during = await visit(context, server.address);
  assert.equal(await programOf(during), programIn(dist));
  server.overlay.clear();
  await cached(await visit(context, server.address), next);
  const later = await visit(context, server.address);
  assert.equal(await programOf(later), programIn(next));
});

test('a network that never answers does not block a page that was visited', async (t) => {
  const server = await site(t, dist);
  const { context, page } = await visited(t, server.address);
  await write(page, service('stuck'));
  await shows(page, 'stuck');
  await page.close();
  server.isHanging = true;
  const again = await visit(context, server.address);
  await shows(again, 'stuck');
  await tab(again, 'Diagram').click();
  await region(again, 'Diagram').locator('svg').first().waitFor();
});

test('a tab without a service worker says that a part belongs to a new release', async (t) => {
  const server = await site(t, dist);
  const context = await profile({ serviceWorkers: 'block' });
  t.after(() => context.close());
  const page = await visit(context, server.address);
  await write(page, service('kept'));
  await shows(page, 'kept');
  // Parts that load after the first view belong to the old release, too.
  await page.waitForLoadState('networkidle');
  server.folder = next;
  await button(page, 'Form').click();
  await page.getByText('A new version was released').waitFor();
  await button(page, 'New version: reload').click();
  await page.waitForFunction((name) => {
    const script = document.querySelector('script[data-wasm]');
    return script?.getAttribute('data-wasm') === name;
  }, programIn(next));
  await shows(page, 'kept');
});

test('a deleted part of the editor is reported, and no letter is lost', async (t) => {
  const server = await site(t, dist);
  const context = await profile({ serviceWorkers: 'block' });
  t.after(() => context.close());
  const page = await visit(context, server.address);
  await page.waitForLoadState('networkidle');
  server.folder = next;
  // The code for completion and search loads with the focus.
  await write(page, service('kept'));
  await page.locator('.toast').getByText('A new version was released').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('# last');
  assert.equal(await page.getByRole('alertdialog').count(), 0);
  await reloadInto(page, next);
  assert.match(await read(page), /name: kept[^]*# last/);
});

test('tabs of two releases keep their own work', async (t) => {
  const server = await site(t, dist);
  const { context, page } = await visited(t, server.address);
  server.folder = next;
  await cached(await visit(context, server.address), next);
  const other = await visit(context, server.address);
  assert.equal(await programOf(other), programIn(next));
  assert.equal(await programOf(page), programIn(dist));
  await write(page, service('old'));
  await shows(page, 'old');
  await write(other, service('new'));
  await shows(other, 'new');
  await page.bringToFront();
  await page.reload();
  assert.equal(await programOf(page), programIn(next));
  await shows(page, 'old');
  await other.reload();
  await shows(other, 'new');
});

test('the page works under any path, and leaves other sites of the origin alone', async (t) => {
  const server = await site(t, dist, '/tools/editor/');
  const { context, page } = await visited(t, server.address);
  const others = ['other-site', 'optakit http://127.0.0.1/ 0', 'f'.repeat(16)];
  await page.evaluate(async (names) => {
    for (const name of names) await (await caches.open(name)).put('/x', new Response('x'));
  }, others);
  server.folder = next;
  const other = await visit(context, server.address);
  await cached(other, next);
  await page.close();
  await other.reload();
  await text(other).waitFor();
  const names = await other.evaluate(() => caches.keys());
  assert.deepEqual(
    others.filter((name) => !names.includes(name)),
    [],
  );
  const below = await context.newPage();
  const answer = await below.goto(`${server.address}docs/guide.html`);
  assert.equal(answer?.status(), 404);
  server.isHanging = true;
  await shows(await visit(context, server.address), 'shop');
});
