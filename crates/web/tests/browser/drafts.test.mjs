// The work is saved in the browser: drafts, tabs, history, crashes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceFile } from '../../../../scripts/service_file.mjs';
import {
  address,
  button,
  dialog,
  open,
  pageOf,
  profile,
  region,
  service,
  shows,
  text,
  write,
} from './support.mjs';

/** Opens an example. */
async function example(page, name) {
  await button(page, 'Examples').click();
  await dialog(page, 'Examples').getByRole('button', { name }).click();
}

/** Restores the newest entry of the history with a label. */
async function restore(page, label) {
  await button(page, 'History').click();
  await dialog(page, 'History').getByRole('button', { name: label }).first().click();
}

test('the work survives a reload, and undo reverts an example', async (t) => {
  const page = await open(t);
  await write(page, service('kept'));
  await shows(page, 'kept');
  await page.reload();
  await shows(page, 'kept');
  await example(page, 'A public API');
  await shows(page, 'shop');
  await text(page).click();
  await page.keyboard.press('ControlOrMeta+z');
  await shows(page, 'kept');
});

test('each tab keeps its own work, and a new tab starts with a copy', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const first = await pageOf(t, context);
  await write(first, service('first'));
  await shows(first, 'first');
  const second = await pageOf(t, context);
  await shows(second, 'first');
  await write(second, service('second'));
  await shows(second, 'second');
  await write(first, service('third'));
  await shows(first, 'third');
  await second.reload();
  await shows(second, 'second');
  await first.reload();
  await shows(first, 'third');
});

test('a tab with a copy of open work shows a message', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const first = await pageOf(t, context);
  await write(first, service('first'));
  await shows(first, 'first');
  const second = await pageOf(t, context);
  await second.getByText('This work is open in another tab').waitFor();
});

/** Reloads the page, and returns the type of the dialog that it shows. */
async function asksBeforeReload(page) {
  const asked = new Promise((resolve) => {
    page.once('dialog', (question) => {
      resolve(question.type());
      question.accept().catch(() => {});
    });
  });
  await page.reload();
  return asked;
}

test('a full storage is reported, and the page asks before the text is lost', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const session = await context.newCDPSession(await context.newPage());
  const { origin } = new URL(address);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 500_000 });
  const page = await pageOf(t, context);
  await page.getByText('Saved in this browser').waitFor();
  const comment = `# ${'long '.repeat(200_000)}`;
  await write(page, `${service('large')}${comment}`);
  await page.getByText('Not saved: the browser storage is full').waitFor();
  assert.equal(await asksBeforeReload(page), 'beforeunload');
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await shows(page, 'large');
  await write(page, service('later'));
  await page.getByText('Saved in this browser').waitFor();
});

test('without storage the page works, shows a message, and asks before it closes', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  await context.addInitScript(() => {
    const denied = () => {
      throw new DOMException('access is denied for this document', 'SecurityError');
    };
    for (const name of ['indexedDB', 'localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get: denied });
    }
  });
  const page = await pageOf(t, context);
  await page.getByText('Work cannot be saved in this browser').waitFor();
  await page.getByText('Not saved: the browser storage is blocked').waitFor();
  await button(page, 'History').click();
  await dialog(page, 'History').waitFor();
  await page.keyboard.press('Escape');
  await write(page, service('private'));
  await shows(page, 'private');
  assert.equal(await asksBeforeReload(page), 'beforeunload');
});

test('the next tab continues the work of a crashed tab', async (t) => {
  const context = await profile();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  await text(page).waitFor();
  await write(page, service('crashed'));
  await shows(page, 'crashed');
  page.goto('chrome://crash').catch(() => {});
  await page.waitForEvent('crash');
  await shows(await pageOf(t, context), 'crashed');
});

test('the history restores earlier work', async (t) => {
  const page = await open(t);
  await write(page, service('before'));
  await shows(page, 'before');
  await example(page, 'Several services');
  await region(page, 'Manifests').getByText('shop-worker-k8s-service').first().waitFor();
  await page.reload();
  await restore(page, /before an example was opened/);
  await shows(page, 'before');
});

test('a file with 5,000 lines can be edited and survives a reload', async (t) => {
  const page = await open(t);
  await write(page, serviceFile(250));
  await region(page, 'Manifests').getByText('many-service249-k8s-service').first().waitFor();
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    min_container: 3');
  await region(page, 'Problems').getByText('unknown key min_container').waitFor();
  await page.reload();
  await region(page, 'Problems').getByText('unknown key min_container').waitFor();
});
