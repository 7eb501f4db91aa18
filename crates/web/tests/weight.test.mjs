// The size of the built page. A part that is more than ten percent larger than its figure below
// fails. If a part becomes much smaller, write the new figure here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { brotliCompressSync } from 'node:zlib';

const root = new URL('../../../', import.meta.url).pathname;
const {
  status,
  stdout: table,
  stderr,
} = spawnSync('node', ['scripts/size.mjs'], { cwd: root, encoding: 'utf8' });

/** Returns a function that adds up the brotli sizes of the matching files, in KB. */
const files = (name) => () => {
  const found = table
    .split('\n')
    .filter((line) => name.test(line))
    .map((line) => Number(line.match(/^\S+ +\S+ +\S+ +(\S+)/)[1]));
  assert.ok(found.length > 0, `no file of ${name} in\n${table}`);
  return found.reduce((sum, kb) => sum + kb, 0);
};
/** Returns a function that compresses a file with brotli and returns its size, in KB. */
const packed = (file) => () => brotliCompressSync(readFileSync(`${root}${file}`)).length / 1024;

test('the first load is within its budget', () => {
  assert.equal(status, 0, stderr);
  assert.match(table, /^first load /m);
});

test('form, panels, dialogs, files and help load on demand', () => {
  for (const part of ['form', 'panels', 'dialogs', 'files', 'help']) {
    assert.match(table, new RegExp(`^split_${part}-.* later$`, 'm'));
  }
  for (const part of ['editing', 'highlight', 'typing']) {
    assert.match(table, new RegExp(`^${part}-.* later$`, 'm'));
  }
});

/** @type {[part: string, weight: () => number, figure: number][]} */
const FIGURES = [
  ['the program', files(/^optakit-web-.*\.wasm/), 342],
  ['the text editor', files(/^(?:editor|chunk)-\S+\.js[ \d.]+$/), 72.1],
  ['the rest of the JavaScript', files(/^(?:page|boot|first|optakit-web)\S*\.js /), 11.5],
  ['index.html', files(/^index\.html/), 3.1],
  ['the form', files(/^split_form-/), 36.4],
  ['the panels', files(/^split_panels-/), 88.5],
  ['the dialogs', files(/^split_dialogs-/), 30.1],
  ['files', files(/^split_files-/), 46],
  ['help', files(/^split_help-/), 33.5],
  ['code that parts share', files(/^chunk_/), 97],
  ['keys, YAML and problem marks', files(/^(?:editing|highlight|chunk)-\S+\.js.* later$/), 41.6],
  ['completion and search', files(/^typing-/), 15.5],
  ['the JavaScript package', packed('target/js/optakit.wasm'), 325],
];
for (const [part, weight, figure] of FIGURES) {
  test(`${part}: ${figure} KB`, () => {
    const found = weight();
    const message = `${found.toFixed(1)} KB is more than ten percent above ${figure} KB`;
    assert.ok(found <= figure * 1.1, message);
  });
}
