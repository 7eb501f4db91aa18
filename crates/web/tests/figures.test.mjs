// The figures in README.md and docs/ equal the last results of `make bench`.
import assert from 'node:assert/strict';
import test from 'node:test';

import { stale } from '../../../bench/table.mjs';

test('figures in the documentation equal bench.json', () => {
  assert.deepEqual(stale(), [], 'run `node bench/table.mjs` to update them');
});
