// How many instructions the core's paths take, counted by callgrind: the same on a busy machine. Ten per cent above what is
// written here is a regression; what is far below belongs here as the new figure. Counted in the debug build, which `make test` has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { serviceFile } from '../../../scripts/service_file.mjs';

const root = new URL('../../../', import.meta.url).pathname;
const binary = join(root, 'target/debug/optakit');
const MILLION = 1e6;

/** Millions of instructions that a command takes on a service file. */
function counted(t, service, ...command) {
  const folder = mkdtempSync(join(tmpdir(), 'optakit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'opta.yml'), service);
  writeFileSync(join(folder, 'env.yml'), readFileSync(join(root, 'crates/core/benches/fixture/env.yml')));
  const run = spawnSync('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', binary, ...command], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  const found = run.stderr.match(/Collected : (\d+)/);
  assert.ok(run.status === 0 && found, run.stderr);
  return Number(found[1]) / MILLION;
}

const fixture = readFileSync(join(root, 'crates/core/benches/fixture/opta.yml'), 'utf8');
const RENDER = ['render', '--env', 'staging', '--image-tag', '1'];

for (const [name, command, figure] of [
  ['checking', ['validate'], 8.32],
  ['rendering', RENDER, 14.6],
  ['bundling', ['bundle', '-o', '-', '--env', 'staging'], 80.2],
]) {
  test(`${name} the service of the benchmark takes ${figure} million instructions`, (t) => {
    const found = counted(t, fixture, ...command);
    console.log(`${name} ${found.toFixed(2)} million instructions`);
    assert.ok(found <= figure * 1.1, `${found.toFixed(2)} are more than a tenth above ${figure}`);
  });
}

test('nine times the services take at most ten times the instructions', (t) => {
  const [one, few, many] = [1, 8, 64].map((services) => counted(t, serviceFile(services), 'render', '--env', 'staging'));
  console.log(`7 more services ${(few - one).toFixed(1)}, 63 more ${(many - one).toFixed(1)} million instructions`);
  assert.ok(many - one <= (few - one) * 10, `${many - one} to ${few - one}`);
});
