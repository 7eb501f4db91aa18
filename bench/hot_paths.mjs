// Makes a page of what callgrind_annotate prints of the hot paths: which part of the program takes how much, and the functions
// that take most themselves.   node bench/hot_paths.mjs FOLDER PAGE
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, page] = process.argv.slice(2);
const PATHS = [
  ['keystroke', 'A hundred keystrokes in a file of 60 lines', 'What the page does between a key and its manifests, without the browser: `crates/core/benches/hot_paths.rs`.'],
  ['files', 'Rendering 2,000 files', 'Of 60 lines each, one after the other, without reading them from the disk.'],
  ['apply', 'A first `optakit apply` of one service', 'On a real control plane, until its pods are ready. The time of an apply is that of the API server: these are the instructions of our side.'],
];
const MOST = 12;

/** The part of the program that a function belongs to. */
function part(name) {
  if (/^(_?_?(libc_)?(malloc|free|realloc|calloc)|_int_\w+|malloc_\w+|unlink_chunk|__rustc?::?__rust_\w+|__rust_\w+)/.test(name)) return 'allocation (libc)';
  if (/^__?mem|^mem(cpy|move|set|cmp)/.test(name)) return 'copying and comparing (libc)';
  const path = name.replace(/^<+/, '').replace(/^(&|mut |dyn |impl )+/, '');
  const own = /^(optakit(?:_core)?(?:::\w+)?)/.exec(path);
  if (own) return own[1];
  return /^(\w+)::/.exec(path)?.[1] ?? 'other';
}

/** The greatest sums of instructions by what `key` makes of a function's name. */
function summed(functions, key) {
  const sums = new Map();
  for (const [name, count] of functions) sums.set(key(name), (sums.get(key(name)) ?? 0) + count);
  return [...sums].sort((one, other) => other[1] - one[1]).slice(0, MOST);
}

const millions = (count) => (count / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
let text = '# Where the instructions go\n\nWritten by `make profile` from callgrind\'s counts; do not edit. What was done about it is in [reliability.md](../reliability.md#where-the-time-goes).\n';
for (const [name, title, about] of PATHS) {
  const functions = [];
  let total = 0;
  for (const line of readFileSync(join(folder, `${name}.txt`), 'utf8').split('\n')) {
    const [, count, rest] = /^ *([\d,]+) \([^)]*\) +(.*)$/.exec(line) ?? [];
    if (!count) continue;
    const instructions = Number(count.replaceAll(',', ''));
    if (/PROGRAM TOTALS/.test(rest)) total = instructions;
    // file:function [object]
    else functions.push([rest.replace(/^[^ ]*?:(?!:)/, '').replace(/ \[[^\]]*\]$/, '').replace(/'\d+$/, '').replace(/::h[0-9a-f]{16}$/, ''), instructions]);
  }
  const ranked = summed(functions, part);
  const most = summed(functions, (name) => name);
  const share = (count) => `${((count / total) * 100).toFixed(1)} %`;
  text += `\n## ${title}\n\n${about} ${millions(total)} million instructions.\n\n| part | share | | function | share |\n|---|---:|---|---|---:|\n`;
  for (let row = 0; row < Math.max(ranked.length, most.length); row += 1) {
    const [one, other] = [ranked[row], most[row]];
    text += `| ${one ? `${one[0]} | ${share(one[1])}` : '|'} | | ${other ? `\`${other[0].replaceAll('|', '\\|').slice(0, 90)}\` | ${share(other[1])}` : '|'} |\n`;
  }
}
writeFileSync(page, text);
