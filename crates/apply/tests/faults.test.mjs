// Writes docs/generated/faults.md from the rows of the cluster tests (testbed/faults_table.rs).
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const page = new URL('../../../docs/generated/faults.md', import.meta.url);

/** Reads the files that tests wrote into a folder. */
const read = (folder) =>
  (folder ? readdirSync(folder) : []).map((name) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')),
  );

test('the table of faults is up to date', () => {
  const folder = process.env.OPTAKIT_FAULTS;
  assert.ok(
    folder,
    'OPTAKIT_FAULTS is not set: run `make test`, which runs the cluster tests first',
  );
  const rows = read(folder);
  const lines = rows.map((row) => `| ${row.fault} | ${row.result} | \`${row.test}\` |`);
  // The row of a test that was skipped stays.
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  for (const { test: skipped } of read(process.env.OPTAKIT_SKIPPED)) {
    lines.push(...before.split('\n').filter((line) => line.endsWith(`| \`${skipped}\` |`)));
  }
  const testOf = (line) => line.split(' | ').at(-1);
  lines.sort((a, b) => (testOf(a) < testOf(b) ? -1 : 1));
  const text = `# Faults

Each row is a test that causes a fault on a real control plane and asserts the result. kwok
replaces the kubelet, and a simulation replaces AWS. \`make test\` writes this page; do not edit it.

| Fault | Result | Test |
|---|---|---|
${lines.join('\n')}
`;
  if (before !== text) writeFileSync(page, text);
  assert.equal(
    text,
    before,
    'docs/generated/faults.md was out of date and was rewritten: review it, then run again',
  );
});
