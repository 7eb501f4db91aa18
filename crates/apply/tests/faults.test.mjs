// docs/generated/faults.md is what the cluster tests of this run say of the faults that they made (`held` in testbed/mod.rs).
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const page = new URL('../../../docs/generated/faults.md', import.meta.url);

test('the table of faults is what the tests found', () => {
  const folder = process.env.OPTAKIT_FAULTS;
  assert.ok(folder, 'OPTAKIT_FAULTS names the folder that the cluster tests wrote to: run `make test`');
  const rows = readdirSync(folder).sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const lines = rows.map(({ done, held, test }) => `| ${done} | ${held} | \`${test}\` |`);
  const text = `# Faults

Written by \`make test\` from what its tests on a real control plane say once all of it was true; do not edit. A kubelet's part is
played by kwok, AWS is a stand-in that speaks its protocol.

| what was done | what held | test |
|---|---|---|
${lines.join('\n')}
`;
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (before !== text) writeFileSync(page, text);
  assert.equal(text, before, 'docs/generated/faults.md was out of date and has been written anew: look at the change, then run again');
});
