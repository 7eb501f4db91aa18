// Counts the instructions of the core with callgrind. The counts are the same on a busy machine. A
// test fails if a count is more than 10 % above its figure. After an improvement, lower the figure.
// `make test` counts the debug build.
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

/** Returns the millions of instructions that a command takes for a service file. */
function count(t, service, ...command) {
  const folder = mkdtempSync(join(tmpdir(), 'optakit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'opta.yml'), service);
  writeFileSync(
    join(folder, 'env.yml'),
    readFileSync(join(root, 'crates/core/benches/fixture/env.yml')),
  );
  const run = spawnSync(
    'valgrind',
    ['--tool=callgrind', '--callgrind-out-file=/dev/null', binary, ...command],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const found = run.stderr.match(/Collected : (\d+)/);
  assert.ok(run.status === 0 && found, run.stderr);
  return Number(found[1]) / MILLION;
}

const fixture = readFileSync(join(root, 'crates/core/benches/fixture/opta.yml'), 'utf8');
const RENDER = ['render', '--env', 'staging', '--image-tag', '1'];

/** @type {[name: string, command: string[], figure: number][]} */
const FIGURES = [
  ['checking', ['validate'], 8.8],
  ['rendering', RENDER, 14.9],
  ['bundling', ['bundle', '-o', '-', '--env', 'staging'], 74.2],
];
for (const [name, command, figure] of FIGURES) {
  test(`${name} the service of the benchmark takes ${figure} million instructions`, (t) => {
    const found = count(t, fixture, ...command);
    console.log(`${name} ${found.toFixed(2)} million instructions`);
    assert.ok(found <= figure * 1.1, `${found.toFixed(2)} is more than 10 % above ${figure}`);
  });
}

test('9 times as many services take at most 10 times the instructions', (t) => {
  const [one, few, many] = [1, 8, 64].map((services) =>
    count(t, serviceFile(services), 'render', '--env', 'staging'),
  );
  const [seven, others] = [few - one, many - one].map((value) => value.toFixed(1));
  console.log(`7 more services: ${seven} million instructions, 63 more: ${others} million`);
  assert.ok(many - one <= (few - one) * 10, `${many - one} to ${few - one}`);
});
