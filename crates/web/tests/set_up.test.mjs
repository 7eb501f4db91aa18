// The scripts that build: a step with a command that fails has failed, whatever comes behind it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const lib = new URL('../../../scripts/lib.sh', import.meta.url).pathname;

test('a step ends at its first command that fails', (t) => {
  const cache = mkdtempSync(join(tmpdir(), 'optakit-'));
  t.after(() => rmSync(cache, { recursive: true }));
  const script = '. "$0"; build() { echo begun; false; echo went on; }; step Building x build; echo after the step';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, lib], { encoding: 'utf8', env: { ...process.env, OPTAKIT_CACHE: cache } });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /begun\nerror: that failed; the whole log is/);
  assert.equal(readFileSync(join(cache, 'log/x.log'), 'utf8'), 'begun\n');
});
