// The first load of the built page stays below its budget, what few people open stays out of it, and each part stays as light as
// it is: ten per cent above what is written here is a regression; what is far below belongs here as the new figure.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { brotliCompressSync } from 'node:zlib';

const root = new URL('../../../', import.meta.url).pathname;
const { status, stdout: table, stderr } = spawnSync('node', ['scripts/size.mjs'], { cwd: root, encoding: 'utf8' });

/** What the files of the page whose lines match weigh together by brotli, in KB. */
const files = (name) => () => {
  const found = table.split('\n').filter((line) => name.test(line)).map((line) => Number(line.match(/^\S+ +\S+ +\S+ +(\S+)/)[1]));
  assert.ok(found.length > 0, `no file of ${name} in\n${table}`);
  return found.reduce((sum, kb) => sum + kb, 0);
};
const packed = (file) => () => brotliCompressSync(readFileSync(`${root}${file}`)).length / 1024;

test('the first load is within its budget', () => {
  assert.equal(status, 0, stderr);
  assert.match(table, /^first load /m);
});

test('form, panels, dialogs, files and help are fetched later', () => {
  for (const part of ['form', 'panels', 'dialogs', 'files', 'help']) assert.match(table, new RegExp(`^split_${part}-.* later$`, 'm'));
  assert.match(table, /^typing-.* later$/m);
});

for (const [part, weight, figure] of [
  ['the program', files(/^optakit-web-.*\.wasm/), 319],
  ['the text editor', files(/^(?:editor|chunk)-.*\.js/), 106],
  ['the rest of the JavaScript', files(/^(?:page|boot|first|optakit-web)\S*\.js /), 12.2],
  ['the page itself', files(/^index\.html/), 2.8],
  ['the form', files(/^split_form-/), 31.5],
  ['the panels', files(/^split_panels-/), 72.5],
  ['the dialogs', files(/^split_dialogs-/), 18.8],
  ['files', files(/^split_files-/), 34],
  ['help', files(/^split_help-/), 16.5],
  ['what parts share', files(/^chunk_/), 44.1],
  ['help while typing', files(/^typing-/), 15.5],
  ['the JavaScript package', packed('target/js/nodejs/optakit_bg.wasm'), 275],
]) {
  test(`${part}: ${figure} KB`, () => {
    const found = weight();
    assert.ok(found <= figure * 1.1, `${found.toFixed(1)} KB are more than a tenth above ${figure}`);
  });
}
