// The build scripts: a step fails if any of its commands fails.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const lib = new URL('../../../scripts/lib.sh', import.meta.url).pathname;
const SCRIPT = `. "$0"
build() { echo begun; false; echo went on; }
step Building x build
echo after the step
`;

test('a step stops at the first command that fails', (t) => {
  const cache = mkdtempSync(join(tmpdir(), 'optakit-'));
  t.after(() => rmSync(cache, { recursive: true }));
  const env = { ...process.env, OPTAKIT_CACHE: cache };
  const result = spawnSync('bash', ['-c', SCRIPT, lib], { encoding: 'utf8', env });
  assert.equal(result.status, 1);
  assert.equal(result.stdout, '');
  assert.match(result.stderr, /begun\nerror: the last step failed; its log is/);
  assert.equal(readFileSync(join(cache, 'log/x.log'), 'utf8'), 'begun\n');
});
