// Makes mistakes in a file on purpose, and reports which of them a test notices.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** A text of the file, and what replaces it. @typedef {[name: string, from: string, to: string]}
 * Mistake */

/** Selects the mistakes that are made: those with this text in their names. */
const SELECTED = process.argv[2] ?? '';

/**
 * Makes one mistake at a time in a copy of a file, and runs the copy of a test.
 *
 * @param {string} file
 * @param {Mistake[]} all
 * @param {string} test
 */
export function report(file, all, test) {
  const mistakes = all.filter(([name]) => name.includes(SELECTED));
  if (mistakes.length === 0) return;
  const work = mkdtempSync(join(tmpdir(), 'optakit-mistakes-'));
  for (const path of ['crates/web/js', 'crates/web/tests/browser', 'scripts', test]) {
    cpSync(join(root, path), join(work, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
  const good = readFileSync(join(root, file), 'utf8');
  const passes = () => spawnSync('node', ['--test', join(work, test)]).status === 0;
  if (!passes()) throw new Error(`${test} fails without a mistake`);
  const unnoticed = mistakes.filter(([name, from, to]) => {
    if (!good.includes(from)) throw new Error(`${name}: ${file} does not contain ${from}`);
    writeFileSync(join(work, file), good.replace(from, to));
    const isUnnoticed = passes();
    console.log(`${isUnnoticed ? 'not noticed' : 'noticed'}: ${name}`);
    return isUnnoticed;
  });
  rmSync(work, { recursive: true });
  const noticed = mistakes.length - unnoticed.length;
  console.log(`${file}: ${noticed} of ${mistakes.length} mistakes were noticed`);
  if (unnoticed.length > 0) process.exitCode = 1;
}
