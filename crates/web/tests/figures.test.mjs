// The figures in README.md and docs/ equal the last results of `make bench`, and the tests that
// docs/ names exist.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';

import { stale } from '../../../bench/table.mjs';

const root = new URL('../../../', import.meta.url).pathname;

test('figures in the documentation equal bench.json', () => {
  assert.deepEqual(stale(), [], 'run `node bench/table.mjs` to update them');
});

test('the tests that security.md and reliability.md name exist', () => {
  const folders = ['', 'crates/web/tests/browser/', 'crates/apply/tests/', 'crates/core/'];
  for (const page of ['security', 'reliability']) {
    const text = readFileSync(`${root}docs/${page}.md`, 'utf8');
    const named = text.match(/(?<=`)[\w./-]+(?:\.rs|\.test\.mjs)(?=`)/g) ?? [];
    assert.ok(named.length > 3, page);
    for (const path of named) {
      const files = folders.map((folder) => `${root}${folder}${path}`);
      assert.ok(files.some(existsSync), `${page}.md names ${path}`);
    }
  }
});
