// Writes docs/generated/faults.md from the rows of the cluster tests (testbed/faults_table.rs).
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const page = new URL('../../../docs/generated/faults.md', import.meta.url);

test('the table of faults is up to date', () => {
  const folder = process.env.OPTAKIT_FAULTS;
  assert.ok(
    folder,
    'OPTAKIT_FAULTS is not set: run `make test`, which runs the cluster tests first',
  );
  const names = readdirSync(folder).sort();
  const rows = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const lines = rows.map((row) => `| ${row.fault} | ${row.result} | \`${row.test}\` |`);
  const text = `# Faults

Each row is a test that causes a fault on a real control plane and asserts the result. kwok
replaces the kubelet, and a simulation replaces AWS. \`make test\` writes this page; do not edit it.

| Fault | Result | Test |
|---|---|---|
${lines.join('\n')}
`;
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (before !== text) writeFileSync(page, text);
  assert.equal(
    text,
    before,
    'docs/generated/faults.md was out of date and was rewritten: review it, then run again',
  );
});
