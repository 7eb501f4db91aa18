// The first load of the built page stays below its budget, and what few people open stays out of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';

const root = new URL('../../../', import.meta.url).pathname;

test('the first load is within its budget', () => {
  const table = execFileSync('node', ['scripts/size.mjs'], { cwd: root, encoding: 'utf8' });
  assert.match(table, /^first load /m);
});

test('form, panels, dialogs, files and help are fetched later', () => {
  const table = execFileSync('node', ['scripts/size.mjs'], { cwd: root, encoding: 'utf8' });
  for (const part of ['form', 'panels', 'dialogs', 'files', 'help']) assert.match(table, new RegExp(`^split_${part}-.* later$`, 'm'));
  assert.match(table, /^typing-.* later$/m);
});
