// Files that the page opens and saves in place (crates/web/js/files.js, opened.js, save.js,
// line_endings.js, merge.js) in a browser, without the program of the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loaded, modules } from './modules.mjs';

const profile = await modules(`
  import * as files from './files.js';
  import * as opened from './opened.js';
  import * as save from './save.js';
  import { toDisk } from './line_endings.js';
  import { editsBetween, mergeTexts } from './merge.js';
  globalThis.here = { ...files, ...opened, ...save, toDisk, editsBetween, mergeTexts };`);

/** The functions of the modules: a variable of the browser. @type {any} */
const here = undefined;

/** Opens a tab with files on a disk: the file system of the browser. */
async function start(t, contents) {
  const { tab } = await profile(t);
  const page = await tab();
  for (const [name, content] of Object.entries(contents)) await put(page, name, content);
  return { page, tab };
}

const put = (page, name, content) =>
  page.evaluate(
    async ([file, text]) => {
      const root = await navigator.storage.getDirectory();
      const stream = await (await root.getFileHandle(file, { create: true })).createWritable();
      await stream.write(text);
      await stream.close();
    },
    [name, content],
  );
const get = (page, name) =>
  page.evaluate(async (file) => {
    const root = await navigator.storage.getDirectory();
    const found = await (await root.getFileHandle(file)).getFile();
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await found.arrayBuffer());
  }, name);
const remove = (page, name) =>
  page.evaluate(async (file) => (await navigator.storage.getDirectory()).removeEntry(file), name);
/** Opens files in the picker of the browser. `names` has the name in the page of each file. */
const openAs = (page, names) =>
  page.evaluate(async (entries) => {
    const root = await navigator.storage.getDirectory();
    window.showOpenFilePicker = () =>
      Promise.all(Object.keys(entries).map((file) => root.getFileHandle(file)));
    const found = await here.openFiles();
    await here.setOpened(new Map(Object.entries(entries).map(([path, name]) => [name, path])));
    return found;
  }, names);
const save = (page, name, text) =>
  page.evaluate(([file, content]) => here.saveInPlace(file, content), [name, text]);
const choose = (page, name, text) =>
  page.evaluate(([file, content]) => here.saveChosen(file, content), [name, text]);
const call = (page, name, ...given) =>
  page.evaluate(([fn, list]) => here[fn](...list), [name, given]);

test('a saved file keeps its byte order mark and its line endings', async (t) => {
  const { page } = await start(t, { 'opta.yml': '\uFEFFa: 1\r\nb: 2' });
  const [{ path, text }] = await openAs(page, { 'opta.yml': 'opta.yml' });
  assert.deepEqual([path, text], ['opta.yml', 'a: 1\nb: 2']);
  const result = await save(page, 'opta.yml', 'a: 1\nnew: 3\nb: 2');
  assert.deepEqual(result, { kind: 'saved', path: 'opta.yml' });
  assert.equal(await get(page, 'opta.yml'), '\uFEFFa: 1\r\nnew: 3\r\nb: 2');
});

test('each line keeps its own line ending', async (t) => {
  const { page } = await start(t, {});
  const mixed = 'a\r\nb\nc\rd\r\ne\r\nf\r\n';
  for (const [text, expected] of [
    ['a\nb\nc\nd\ne\nf\n', mixed],
    ['a\nb2\nc\nd\ne\nf\n', 'a\r\nb2\nc\rd\r\ne\r\nf\r\n'],
    ['a\nb\nc2\nd\ne\nf\n', 'a\r\nb\nc2\rd\r\ne\r\nf\r\n'],
    ['a\nnew\nb\nc\nd\ne\nf\n', 'a\r\nnew\r\nb\nc\rd\r\ne\r\nf\r\n'],
    ['a\nnew\nb2\nc\nd\ne\nf\n', 'a\r\nnew\r\nb2\nc\rd\r\ne\r\nf\r\n'],
    ['a\nc\nd\ne\nf\n', 'a\r\nc\rd\r\ne\r\nf\r\n'],
    ['a\nd\ne\nf\n', 'a\r\nd\r\ne\r\nf\r\n'],
    ['a\nb\nc\nd\ne\nf', 'a\r\nb\nc\rd\r\ne\r\nf'],
  ]) {
    assert.equal(await call(page, 'toDisk', mixed, text), expected, JSON.stringify(text));
  }
  assert.equal(await call(page, 'toDisk', 'a\nb\n', 'a\nc\n'), 'a\nc\n');
  assert.equal(await call(page, 'toDisk', '', 'a\n'), 'a\n');
  assert.equal(await call(page, 'toDisk', '\uFEFFa\n', 'b\n'), '\uFEFFb\n');
});

test('a save includes the changes of others, each time', async (t) => {
  const { page } = await start(t, { 'opta.yml': 'a\nb\nc\n' });
  await openAs(page, { 'opta.yml': 'opta.yml' });
  await put(page, 'opta.yml', 'a\nb\nc2\n');
  const first = await save(page, 'opta.yml', 'a1\nb\nc\n');
  assert.deepEqual(first, { kind: 'merged', path: 'opta.yml', text: 'a1\nb\nc2\n' });
  assert.equal(await get(page, 'opta.yml'), 'a1\nb\nc2\n');
  // The page now has the merged text, so this change is its own.
  const second = await save(page, 'opta.yml', 'a1\nb\nc3\n');
  assert.deepEqual(second, { kind: 'saved', path: 'opta.yml' });
  assert.equal(await get(page, 'opta.yml'), 'a1\nb\nc3\n');
  // Both made the same change, and the page made another one.
  const parts = await call(page, 'mergeTexts', 'a\nb\nc', 'a1\nb\nc1', 'a1\nb\nc');
  assert.ok(
    parts.every((part) => 'same' in part),
    JSON.stringify(parts),
  );
  // Others made the same change.
  await put(page, 'opta.yml', 'a1\r\nb\r\nc4\r\n');
  assert.deepEqual(await save(page, 'opta.yml', 'a1\nb\nc4\n'), second);
  assert.equal(await get(page, 'opta.yml'), 'a1\r\nb\r\nc4\r\n');
});

test('lines that both changed are a question, and nothing is written', async (t) => {
  const { page } = await start(t, { 'opta.yml': 'a\nb\n' });
  await openAs(page, { 'opta.yml': 'opta.yml' });
  await put(page, 'opta.yml', 'theirs\nb\n');
  const result = await save(page, 'opta.yml', 'mine\nb\n');
  assert.equal(result.kind, 'conflict');
  assert.deepEqual(result.parts[0], { mine: ['mine'], theirs: ['theirs'] });
  assert.equal(await get(page, 'opta.yml'), 'theirs\nb\n');
  assert.equal((await save(page, 'opta.yml', 'mine\nb\n')).kind, 'conflict', 'it stays one');
  // Others write again before the answer: the person has not seen this line.
  await put(page, 'opta.yml', 'unseen\nb\n');
  assert.equal((await choose(page, 'opta.yml', 'mine\nb\n')).kind, 'conflict');
  assert.equal(await get(page, 'opta.yml'), 'unseen\nb\n');
  assert.equal((await choose(page, 'opta.yml', 'mine\nb\n')).kind, 'saved');
  assert.equal(await get(page, 'opta.yml'), 'mine\nb\n');
});

test('a removed file is not created again', async (t) => {
  const { page } = await start(t, { 'opta.yml': 'a\n' });
  await openAs(page, { 'opta.yml': 'opta.yml' });
  await remove(page, 'opta.yml');
  await assert.rejects(save(page, 'opta.yml', 'b\n'), /opta\.yml was removed/);
  await assert.rejects(get(page, 'opta.yml'), /NotFoundError/);
});

test('a text is saved only to the file that it was opened from', async (t) => {
  const { page } = await start(t, { 'a.yml': 'a\n', 'env.yml': 'e\n', 'b.yml': 'b\r\n' });
  await openAs(page, { 'a.yml': 'opta.yml', 'env.yml': '../env.yml' });
  await save(page, '../env.yml', 'e2\n');
  await save(page, 'opta.yml', 'a2\n');
  assert.deepEqual([await get(page, 'a.yml'), await get(page, 'env.yml')], ['a2\n', 'e2\n']);
  assert.deepEqual(await save(page, 'other.yml', 'x\n'), { kind: 'unknown', raw: 'x\n' });
  // Another project: the file before it must not change.
  await openAs(page, { 'b.yml': 'opta.yml' });
  await save(page, 'opta.yml', 'b2\n');
  assert.deepEqual([await get(page, 'a.yml'), await get(page, 'b.yml')], ['a2\n', 'b2\r\n']);
  assert.equal((await save(page, '../env.yml', 'x\n')).kind, 'unknown');
  // A dropped file of the same name, without access to it: the file before it must not change.
  const raw = await page.evaluate(async () => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['dropped\n'], 'b.yml'));
    const [{ path }] = await here.dropped(new DragEvent('drop', { dataTransfer }));
    await here.setOpened(new Map([['opta.yml', path]]));
    return here.saveInPlace('opta.yml', 'dropped 2\n');
  });
  assert.deepEqual(raw, { kind: 'unknown', raw: 'dropped 2\n' });
  assert.equal(await get(page, 'b.yml'), 'b2\r\n');
  await openAs(page, { 'b.yml': 'opta.yml' });
  // An example is shown: no file must change.
  await page.evaluate(() => here.forgetOpened());
  assert.equal((await save(page, 'opta.yml', 'example\n')).kind, 'unknown');
  assert.equal(await get(page, 'b.yml'), 'b2\r\n');
});

test('files of this tab are known after a reload, with their contents', async (t) => {
  const { page, tab } = await start(t, { 'opta.yml': 'a\r\nm\r\nb\r\n' });
  await page.evaluate(() => sessionStorage.setItem('optakit.draft', 'one'));
  await openAs(page, { 'opta.yml': 'opta.yml' });
  await page.reload();
  await loaded(page);
  await put(page, 'opta.yml', 'a\r\nm\r\nb2\r\n');
  const result = await save(page, 'opta.yml', 'a1\nm\nb\n');
  assert.deepEqual(result, { kind: 'merged', path: 'opta.yml', text: 'a1\nm\nb2\n' });
  // After a save, a reload knows the new content.
  await page.reload();
  await loaded(page);
  assert.equal((await save(page, 'opta.yml', 'a3\nm3\nb3\n')).kind, 'saved');
  const other = await tab();
  await other.evaluate(() => sessionStorage.setItem('optakit.draft', 'two'));
  assert.equal((await save(other, 'opta.yml', 'x\n')).kind, 'unknown');
  await page.evaluate(() => here.forgetOpened());
  await page.reload();
  await loaded(page);
  assert.equal((await save(page, 'opta.yml', 'x\n')).kind, 'unknown');
  assert.equal(await get(page, 'opta.yml'), 'a3\r\nm3\r\nb3\r\n');
});

test('without permission the text is downloaded with its line endings', async (t) => {
  const { page } = await start(t, { 'opta.yml': 'a\r\n' });
  await openAs(page, { 'opta.yml': 'opta.yml' });
  const asked = await page.evaluate(async () => {
    const modes = [];
    const answer = (state) => async (mode) => (modes.push(mode), state);
    Object.assign(FileSystemHandle.prototype, {
      queryPermission: answer('prompt'),
      requestPermission: answer('denied'),
    });
    return [await here.saveInPlace('opta.yml', 'b\n'), modes];
  });
  const mode = { mode: 'readwrite' };
  assert.deepEqual(asked, [{ kind: 'unknown', raw: 'b\r\n' }, [mode, mode]]);
  assert.equal(await get(page, 'opta.yml'), 'a\r\n');
});

test('files that are too large or not text are refused, and the others open', async (t) => {
  const { page } = await start(t, { 'a.yml': 'a\n', 'large.yml': 'x'.repeat(5 * 1024 * 1024 + 1) });
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    for (const [name, bytes] of Object.entries({
      'bad.yml': [0x61, 0xff],
      'little.yml': [0xff, 0xfe, 0x62, 0],
      'big.yml': [0xfe, 0xff, 0, 0x63],
    })) {
      const stream = await (await root.getFileHandle(name, { create: true })).createWritable();
      await stream.write(new Uint8Array(bytes));
      await stream.close();
    }
  });
  const names = ['a.yml', 'large.yml', 'bad.yml', 'little.yml', 'big.yml'];
  const found = await openAs(page, Object.fromEntries(names.map((name) => [name, name])));
  assert.deepEqual(
    found.map(({ text, refused }) => refused ?? text),
    ['a\n', 'large.yml is larger than 5 MiB', 'bad.yml is not text in UTF-8', 'b', 'c'],
  );
  const cancelled = page.evaluate(() => {
    window.showOpenFilePicker = () => Promise.reject(new DOMException('', 'AbortError'));
    return here.openFiles();
  });
  assert.deepEqual(await cancelled, []);
});

test('edits between two texts are small and lead from one to the other', async (t) => {
  const { page } = await start(t, {});
  for (const [before, after, count] of [
    ['a\nb\nc\n', 'a\nb\nc\n', 0],
    ['a\nb\nc\n', 'a1\nb\nc1\n', 2],
    ['a\nb\nc', 'a\nb', 1],
    ['a\nb', 'a\nb\nc', 1],
    ['a', '', 1],
    ['', 'a\nb', 1],
    ['a\nb\n', 'b\n', 1],
  ]) {
    const edits = await call(page, 'editsBetween', before, after);
    const result = edits.reduceRight(
      (text, { from, to, text: part }) => text.slice(0, from) + part + text.slice(to),
      before,
    );
    assert.equal(result, after, JSON.stringify(before));
    assert.equal(edits.length, count, JSON.stringify(edits));
  }
});
