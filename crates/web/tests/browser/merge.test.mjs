// `optakit edit` beside other programs: undo, and what is typed right before the page closes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contains, edit, files, replace, until } from './served.mjs';
import {
  button,
  dialog,
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

const saved = (page) => page.getByText('Saved in opta.yml').waitFor();
const undo = (page) => page.keyboard.press('ControlOrMeta+z');
const redo = (page) => page.keyboard.press('ControlOrMeta+Shift+z');

/** Starts the editor with a file, and returns its page and the path of the file. */
async function start(t) {
  const here = files();
  const { address } = await edit(t, here);
  const page = await open(t, {}, address);
  await saved(page);
  return { page, path: join(here, 'opta.yml') };
}

/** Adds a text at the end. */
async function append(page, added) {
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.insertText(added);
}

test('undo takes back own edits, and keeps the changes of others', async (t) => {
  const { page, path } = await start(t);
  await append(page, '    max_containers: 7\n');
  await contains(path, 'max_containers: 7');
  await saved(page);
  // A change that the page takes, and one that it merges with an edit of the page.
  replace(path, readFileSync(path, 'utf8').replace('acme/api:1', 'acme/api:22'));
  await region(page, 'Manifests').getByText('acme/api:22').first().waitFor();
  const typing = page.keyboard.type('    healthcheck_path: /health', { delay: 40 });
  await text(page).getByText('healthcheck_path').waitFor();
  replace(path, `# by others\n${readFileSync(path, 'utf8')}`);
  await typing;
  const theirs = service('edited', '', 'acme/api:22');
  const all = `# by others\n${theirs}    max_containers: 7\n    healthcheck_path: /health`;
  await until(path, (content) => content === all);
  await saved(page);
  assert.equal(await read(page), all);
  const texts = new Set();
  for (let step = 0; step < 40; step += 1) {
    await undo(page);
    texts.add(await read(page));
  }
  await page.getByText('Nothing to undo').waitFor();
  for (const shown of texts) {
    assert.match(shown, /^# by others\n/);
    assert.match(shown, /acme\/api:22/);
  }
  assert.equal(await read(page), `# by others\n${theirs}`);
  await until(path, (content) => content === `# by others\n${theirs}`);
  for (let step = 0; step < 40; step += 1) await redo(page);
  assert.equal(await read(page), all);
});

test('undo takes back the chosen lines, and keeps the other changes of others', async (t) => {
  const { page, path } = await start(t);
  const mine = service('edited', '', 'acme/api:mine');
  const theirs = `# by others\n${service('edited', '', 'acme/api:theirs')}`;
  await write(page, mine);
  replace(path, theirs);
  const choice = dialog(page, 'Changed on disk');
  await choice.getByText('image: acme/api:theirs').waitFor();
  await choice.getByLabel(/Lines on disk/).check();
  await button(choice, 'Save chosen lines').click();
  await saved(page);
  assert.equal(await read(page), theirs);
  await undo(page);
  assert.equal(await read(page), `# by others\n${mine}`);
  await until(path, (content) => content === `# by others\n${mine}`);
});

test('what is typed right before a reload is kept', async (t) => {
  const here = files();
  const { address } = await edit(t, here);
  const context = await profile();
  t.after(() => context.close());
  const page = await pageOf(t, context, address);
  page.on('dialog', (question) => question.accept());
  await saved(page);
  await tab(page, 'Inputs').click();
  await text(page, 'Values file').focus();
  await page.keyboard.insertText('parent: {domain: first.example}\n');
  await page.reload();
  await tab(page, 'Inputs').click();
  assert.equal(await read(page, 'Values file'), 'parent: {domain: first.example}\n');
  const input = region(page, 'Inputs').or(page.getByRole('group', { name: 'Inputs' }));
  const field = input.getByRole('textbox', { name: 'parent.domain', exact: true });
  await field.fill('second.example');
  await page.reload();
  await tab(page, 'Inputs').click();
  assert.match(await read(page, 'Values file'), /domain: second\.example/);
  await tab(page, 'opta.yml').click();
  await append(page, '# the last letters\n');
  await page.reload();
  await contains(join(here, 'opta.yml'), '# the last letters');
  await shows(page, 'edited');
  await text(page).getByText('# the last letters').waitFor();
  await tab(page, 'env.yml').click();
  await text(page, 'Environment file').press('ControlOrMeta+End');
  await page.keyboard.insertText('# more\n');
  await page.reload();
  await contains(join(here, 'env.yml'), '# more');
});

test('a form edit keeps the line ending of each line', async (t) => {
  const { page, path } = await start(t);
  const lines = service('edited', '    min_containers: 2\n    max_containers: 3\n').split('\n');
  const ending = (index) => (index % 3 === 1 ? '\n' : '\r\n');
  const mixed = lines.map((line, index) => (line ? line + ending(index) : '')).join('');
  replace(path, mixed);
  await region(page, 'Manifests').getByText('minReplicas: 2').waitFor();
  await saved(page);
  await button(page, 'Form').click();
  await region(page, 'Form')
    .getByRole('textbox', { name: 'min_containers', exact: true })
    .fill('3');
  await until(
    path,
    (content) => content === mixed.replace('min_containers: 2', 'min_containers: 3'),
  );
});
