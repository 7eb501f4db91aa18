// `optakit edit`: the page edits the files on disk.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contains, edit, editWith, files, replace, until } from './served.mjs';
import {
  ENVIRONMENT,
  button,
  dialog,
  eventually,
  folder,
  open,
  pageOf,
  profile,
  read,
  region,
  service,
  shows,
  tab,
  text,
  write,
} from './support.mjs';

/** Adds a text at the end of the open one. */
async function append(page, added) {
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.insertText(added);
}

/** Opens a page that may log errors: the browser logs each answer that refuses a write. */
async function openLogging(t, address) {
  const context = await profile();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  await saved(page);
  return page;
}

/** Waits until the page has read the files on disk. */
const filesRead = (page) =>
  page.waitForResponse((answer) => {
    const { pathname } = new URL(answer.url());
    return pathname.endsWith('/edit/files') && answer.request().method() === 'GET';
  });

/** Makes the page read the files on disk, and waits until it has read them. */
async function filesReadAgain(page) {
  const answered = filesRead(page);
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await answered;
}

const saved = (page) => page.getByText('Saved in opta.yml').waitFor();
const COMMENT = '# a long comment that is typed without a rest';

test('the page writes the file and follows its changes on disk', async (t) => {
  const here = files();
  symlinkSync('opta.yml', join(here, 'link.yml'));
  const { address } = await edit(t, here, 'link.yml');
  const page = await open(t, {}, address);
  await shows(page, 'edited');
  await page.getByText('Saved in link.yml').waitFor();
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 7');
  await contains(join(here, 'opta.yml'), 'max_containers: 7');
  replace(join(here, 'opta.yml'), service('changed'));
  await shows(page, 'changed');
  await page.getByText('The file changed on disk. Your earlier text is in History.').waitFor();
  await button(page, 'History').click();
  const entry = { name: /before the file changed on disk/ };
  await dialog(page, 'History').getByRole('button', entry).first().click();
  await shows(page, 'edited');
  await contains(join(here, 'opta.yml'), 'max_containers: 7');
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT.replace('us-east-1', 'eu-west-1'), 'Environment file');
  await contains(join(here, 'env.yml'), 'eu-west-1');
  const linked = readFileSync(join(here, 'link.yml'), 'utf8');
  assert.ok(linked.includes('edited'), 'link.yml is still a link');
  await page.close();
});

test('a missing file is created', async (t) => {
  const here = folder({});
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await write(page, service('begun'));
  await contains(join(here, 'opta.yml'), 'name: begun');
  await page.close();
});

test('changes of different lines on disk and in the page are merged', async (t) => {
  const here = files();
  const path = join(here, 'opta.yml');
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await saved(page);
  await text(page).press('ControlOrMeta+End');
  const typing = page.keyboard.type(COMMENT, { delay: 60 });
  await text(page).getByText('# a').waitFor();
  // The page may have written the first letters.
  replace(path, readFileSync(path, 'utf8').replace('acme/api:1', 'acme/api:2'));
  await typing;
  const merged = service('edited', '', 'acme/api:2') + COMMENT;
  await until(path, (content) => content === merged);
  await saved(page);
  assert.equal(await read(page), merged);
});

test('a change of the same line is a choice, side by side', async (t) => {
  const here = files();
  const path = join(here, 'opta.yml');
  const { address } = await edit(t, here);
  const page = await openLogging(t, address);
  // The page does not know about the change on disk when it writes.
  await page.route('**/edit/changes*', () => {});
  await page.reload();
  await saved(page);
  const mine = service('edited', '', 'acme/api:mine');
  const theirs = service('edited', '', 'acme/api:theirs');
  replace(path, theirs);
  await write(page, mine);
  const choice = dialog(page, 'Changed on disk');
  await choice.waitFor();
  await page.getByText('Not saved: opta.yml changed on disk').waitFor();
  assert.equal(readFileSync(path, 'utf8'), theirs);
  await page.keyboard.press('Escape');
  assert.equal(await read(page), mine);
  assert.equal(readFileSync(path, 'utf8'), theirs);
  await button(page, 'Compare').click();
  await choice.getByText('image: acme/api:mine').waitFor();
  await choice.getByLabel(/Lines on disk/).check();
  await button(choice, 'Save chosen lines').click();
  await saved(page);
  assert.equal(await read(page), theirs);

  replace(path, theirs.replace('theirs', 'again'));
  await write(page, mine);
  await button(choice, 'Save chosen lines').click();
  await until(path, (content) => content === mine);
});

test('two tabs of one file merge their changes', async (t) => {
  const here = files();
  const { address } = await edit(t, here);
  const context = await profile();
  t.after(() => context.close());
  const first = await pageOf(t, context, address);
  await saved(first);
  const second = await pageOf(t, context, address);
  await saved(second);
  const expected = service('both', '    max_containers: 7\n');
  await write(first, service('both'));
  await contains(join(here, 'opta.yml'), 'name: both');
  await shows(second, 'both');
  await append(second, '    max_containers: 7\n');
  await until(join(here, 'opta.yml'), (content) => content === expected);
  await region(first, 'Manifests').getByText('maxReplicas: 7').first().waitFor();
  assert.equal(await read(first), expected);
});

test('problems and fixes are at the right place in a file with CRLF', async (t) => {
  const fields = '    healthcheck_path: health\n    min_containers: 2';
  const windows = `\uFEFF${service('windows', fields)}`.replaceAll('\n', '\r\n');
  const here = folder({ 'opta.yml': windows, 'env.yml': ENVIRONMENT });
  const path = join(here, 'opta.yml');
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await region(page, 'Problems').getByText('healthcheck_path').first().waitFor();
  const marks = page.locator('.cm-lintRange');
  await marks.first().waitFor();
  assert.match((await marks.allTextContents()).join(), /^(healthcheck_path: )?health$/);
  await page.getByRole('button', { name: /^Fix/ }).first().click();
  const fixed = windows.replace('path: health', 'path: /health');
  await until(path, (content) => content.replace('"/health"', '/health') === fixed);
  await append(page, '\n# x');
  await until(path, (content) => content.replace('"/health"', '/health') === `${fixed}\r\n# x`);
});

test('a removed file is not brought back by the next letter', async (t) => {
  const here = files();
  const path = join(here, 'opta.yml');
  const { address } = await edit(t, here);
  const page = await openLogging(t, address);
  rmSync(path);
  await page.getByText('Not saved: opta.yml was removed').waitFor();
  const afterTheLetters = filesRead(page);
  await append(page, COMMENT);
  await afterTheLetters;
  // The page reads the files, and then writes them. Before it reads again, it has finished both.
  await filesReadAgain(page);
  assert.ok(!existsSync(path));
  await button(page, 'Restore file').click();
  await until(path, (content) => content === service('edited') + COMMENT);
  await saved(page);
  // Editors and `git checkout` remove a file and create it again.
  rmSync(path);
  await page.getByText('Not saved: opta.yml was removed').waitFor();
  writeFileSync(path, service('back'));
  await shows(page, 'back');
  await saved(page);
});

test('a write that fails is shown and repeated', async (t) => {
  const here = files();
  const path = join(here, 'opta.yml');
  const { address } = await edit(t, here);
  const page = await openLogging(t, address);
  chmodSync(path, 0o444);
  await append(page, COMMENT);
  await page.getByText(/^Not saved: cannot write .*opta\.yml: permission denied/).waitFor();
  assert.equal(await page.getByText('Saved in opta.yml').count(), 0);
  let asked = false;
  page.on('dialog', (question) => {
    asked = question.type() === 'beforeunload';
    question.dismiss();
  });
  await page.close({ runBeforeUnload: true });
  await eventually(() => assert.ok(asked, 'the page asks before it closes'));
  chmodSync(path, 0o644);
  await until(path, (content) => content === service('edited') + COMMENT);
  await saved(page);
});

test('the last letters are written when the page closes', async (t) => {
  const here = files();
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await saved(page);
  await append(page, COMMENT);
  await page.close({ runBeforeUnload: true });
  await contains(join(here, 'opta.yml'), COMMENT);
});

test('a server that is gone is shown until it is back', async (t) => {
  const here = files();
  const { address } = await edit(t, here);
  const page = await openLogging(t, address);
  await page.route('**/edit/files*', (route) => route.abort());
  await append(page, COMMENT);
  await page.getByText('Not saved: `optakit edit` does not respond').waitFor();
  await page.unroute('**/edit/files*');
  await contains(join(here, 'opta.yml'), COMMENT);
  await saved(page);
});

test('the token leaves the address, and a reload still works', async (t) => {
  const here = files();
  const { address, token } = await edit(t, here);
  const page = await openLogging(t, address);
  assert.equal(page.url(), address.split('?')[0]);
  await page.reload();
  await saved(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByText('Cannot open the file: open the address').waitFor();
  const stored = await other.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.ok(!stored.includes(token), stored);
});

test('another page at the same address cannot read the work', async (t) => {
  const here = folder({ 'opta.yml': service('hidden'), 'env.yml': ENVIRONMENT });
  const state = folder({});
  const env = { ...process.env, XDG_STATE_HOME: state };
  const first = await editWith(t, { cwd: here, env });
  const { port } = new URL(first.address);
  const context = await profile();
  t.after(() => context.close());
  const page = await pageOf(t, context, first.address);
  await tab(page, 'Inputs').click();
  await write(page, 'parent: {domain: secret.example}\n', 'Values file');
  await tab(page, 'Manifests').click();
  await shows(page, 'hidden');
  await page.reload();
  await tab(page, 'Inputs').click();
  assert.match(await read(page, 'Values file'), /secret\.example/);
  const dump = await page.evaluate(async () => {
    const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(String(name));
      await new Promise((done) => opening.addEventListener('success', done));
      for (const store of opening.result.objectStoreNames) {
        const all = opening.result.transaction(store).objectStore(store).getAll();
        await new Promise((done) => all.addEventListener('success', done));
        for (const row of all.result) {
          const bytes = row.text?.data ? new TextDecoder().decode(row.text.data) : '';
          found.push(JSON.stringify(row) + bytes);
        }
      }
    }
    return found.join();
  });
  assert.match(dump, /iv/);
  assert.ok(!/secret\.example|hidden/.test(dump), dump);
  await page.close();
  // The next run of the same user for the same file finds the work again.
  const exited = once(first.process, 'exit');
  first.process.kill('SIGINT');
  await exited;
  const again = await editWith(t, { cwd: here, env }, '--port', port);
  const later = await pageOf(t, context, again.address);
  await tab(later, 'Inputs').click();
  assert.match(await read(later, 'Values file'), /secret\.example/);
});

test('an environment file outside the repository is opened after a yes', async (t) => {
  const outer = folder({ 'env.yml': ENVIRONMENT });
  const here = join(outer, 'repository');
  mkdirSync(join(here, '.git'), { recursive: true });
  writeFileSync(join(here, 'opta.yml'), service('inner').replace('env.yml', '../env.yml'));
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  const question = dialog(page, 'Question');
  await question.getByText('is outside the repository').waitFor();
  await button(question, 'Allow').click();
  await tab(page, '../env.yml').click();
  await page.getByText('org_name: acme').first().waitFor();
  assert.equal(await read(page, 'Environment file'), ENVIRONMENT);
});

test('work on the environment file and the values is in the history', async (t) => {
  const { address } = await edit(t, files());
  const context = await profile();
  t.after(() => context.close());
  await context.addInitScript(() => {
    const real = Date.now.bind(Date);
    const forward = () => Number(sessionStorage.getItem('forward') ?? 0);
    Date.now = () => real() + forward();
  });
  const page = await pageOf(t, context, address);
  await saved(page);
  for (const [name, label] of [
    ['env.yml', 'Environment file'],
    ['Inputs', 'Values file'],
  ]) {
    await tab(page, name).click();
    for (const step of ['a', 'b', 'c']) {
      await page.evaluate(() => {
        sessionStorage.setItem('forward', `${Number(sessionStorage.getItem('forward')) + 61_000}`);
      });
      await text(page, label).press('ControlOrMeta+End');
      await page.keyboard.type(`# ${name} ${step}\n`);
    }
  }
  await button(page, 'History').click();
  const entries = dialog(page, 'History').getByRole('button', { name: /while typing/ });
  await entries.nth(4).waitFor();
});
