// The first load of the built page stays below its budget, what few people open stays out of it, and each part stays as light as
// it is: ten per cent above what is written here is a regression; what is far below belongs here as the new figure.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { brotliCompressSync } from 'node:zlib';

const root = new URL('../../../', import.meta.url).pathname;
const table = execFileSync('node', ['scripts/size.mjs'], { cwd: root, encoding: 'utf8' });
const KB = 1024;

/** What the files of a name weigh together by brotli, in KB. */
function weight(name) {
  const found = table.split('\n').filter((line) => name.test(line)).map((line) => Number(line.match(/^\S+ +\S+ +\S+ +(\S+)/)[1]));
  assert.ok(found.length > 0, `no file of ${name} in\n${table}`);
  return found.reduce((sum, kb) => sum + kb, 0);
}

test('the first load is within its budget', () => {
  assert.match(table, /^first load /m);
});

test('form, panels, dialogs, files and help are fetched later', () => {
  for (const part of ['form', 'panels', 'dialogs', 'files', 'help']) assert.match(table, new RegExp(`^split_${part}-.* later$`, 'm'));
  assert.match(table, /^typing-.* later$/m);
});

for (const [part, name, figure] of [
  ['program', /^optakit-web-.*\.wasm/, 319],
  ['text editor', /^(?:editor|chunk)-.*\.js/, 106],
  ['rest of the JavaScript', /^(?:page|boot|optakit-web)\S*\.js /, 12.2],
  ['form', /^split_form-/, 31.5],
  ['panels', /^split_panels-/, 72.5],
  ['dialogs', /^split_dialogs-/, 18.8],
  ['files', /^split_files-/, 34],
  ['help', /^split_help-/, 16.5],
  ['what parts share', /^chunk_/, 44.1],
  ['help while typing', /^typing-/, 15.5],
]) {
  test(`the page's ${part}: ${figure} KB`, () => {
    const found = weight(name);
    assert.ok(found <= figure * 1.1, `${found.toFixed(1)} KB are more than a tenth above ${figure}`);
  });
}

test('the JavaScript package: 275 KB', () => {
  const found = brotliCompressSync(readFileSync(`${root}target/js/nodejs/optakit_bg.wasm`)).length / KB;
  assert.ok(found <= 275 * 1.1, `${found.toFixed(1)} KB are more than a tenth above 275`);
});
