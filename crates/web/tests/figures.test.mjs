// What README.md and docs/ say of speed and size is what `make bench` found last.
import assert from 'node:assert/strict';
import test from 'node:test';

import { stale } from '../../../bench/table.mjs';

test('the figures of the pages are those of bench.json', () => {
  assert.deepEqual(stale(), [], 'written anew by `node bench/table.mjs`');
});
