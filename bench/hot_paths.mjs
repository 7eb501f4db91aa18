// Writes a page from the output of callgrind_annotate: the share of each part of the program, and
// the functions that take the most instructions.
//   node bench/hot_paths.mjs FOLDER PAGE
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, page] = process.argv.slice(2);
const PATHS = [
  [
    'keystroke',
    'A hundred keystrokes in a file of 60 lines',
    'What the page does after each key, without the browser (`crates/core/benches/hot_paths.rs`).',
  ],
  [
    'files',
    'Rendering 2,000 files',
    'Files of 60 lines each, one after the other, without reading them from the disk.',
  ],
  [
    'apply',
    'A first `optakit apply` of one service',
    'On a real control plane, until the pods are ready. These are the instructions of Optakit ' +
      'only; the API server takes most of the time.',
  ],
];
const ROWS = 12;

/** Returns the part of the program that a function belongs to. */
function part(name) {
  if (
    /^(_?_?(libc_)?(malloc|free|realloc|calloc)|_int_\w+|malloc_\w+|unlink_chunk|__rustc?::?__rust_\w+|__rust_\w+)/.test(
      name,
    )
  ) {
    return 'allocation (libc)';
  }
  if (/^__?mem|^mem(cpy|move|set|cmp)/.test(name)) return 'copying and comparing (libc)';
  const path = name.replace(/^<+/, '').replace(/^(&|mut |dyn |impl )+/, '');
  const own = /^(optakit(?:_core)?(?:::\w+)?)/.exec(path);
  if (own) return own[1];
  return /^(\w+)::/.exec(path)?.[1] ?? 'other';
}

/** Adds up the instructions by the `key` of each function; returns the largest sums. */
function summed(functions, key) {
  const sums = new Map();
  for (const [name, count] of functions) sums.set(key(name), (sums.get(key(name)) ?? 0) + count);
  return [...sums].sort((one, other) => other[1] - one[1]).slice(0, ROWS);
}

const code = (name) => `\`${name.replaceAll('|', '\\|').slice(0, 90)}\``;
const millions = (count) => (count / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
let text = `# Hot paths

\`make profile\` writes this page from the counts of callgrind. Do not edit it.
It shows which parts of the program, and which functions, use the most instructions. \
[Reliability](../reliability.md#performance) lists what was improved.
`;
for (const [name, title, about] of PATHS) {
  const functions = [];
  let total = 0;
  for (const line of readFileSync(join(folder, `${name}.txt`), 'utf8').split('\n')) {
    const [, count, rest] = /^ *([\d,]+) \([^)]*\) +(.*)$/.exec(line) ?? [];
    if (!count) continue;
    const instructions = Number(count.replaceAll(',', ''));
    if (/PROGRAM TOTALS/.test(rest)) total = instructions;
    // file:function [object]
    else {
      functions.push([
        rest
          .replace(/^[^ ]*?:(?!:)/, '')
          .replace(/ \[[^\]]*\]$/, '')
          .replace(/'\d+$/, '')
          .replace(/::h[0-9a-f]{16}$/, ''),
        instructions,
      ]);
    }
  }
  const ranked = summed(functions, part);
  const most = summed(functions, (functionName) => functionName);
  const share = (count) => `${((count / total) * 100).toFixed(1)} %`;
  text += `\n## ${title}\n\n${about} ${millions(total)} million instructions.\n\n`;
  text += '| Part | Share | | Function | Share |\n|---|---:|---|---|---:|\n';
  for (let row = 0; row < Math.max(ranked.length, most.length); row += 1) {
    const [one, other] = [ranked[row], most[row]];
    const left = one ? `${one[0]} | ${share(one[1])}` : '|';
    const right = other ? `${code(other[0])} | ${share(other[1])}` : '|';
    text += `| ${left} | | ${right} |\n`;
  }
}
writeFileSync(page, text);
