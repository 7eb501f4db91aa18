// Measures the time of processes. Their runs alternate, so that a busy machine affects all of them.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './figures.mjs';

// A shell starts the processes, because Node needs as much time for a start as Optakit for a run.
const LOOP =
  'count=$1; shift; while [ "$count" -gt 0 ]; ' +
  'do "$@" >/dev/null 2>"$0" || exit 1; count=$((count - 1)); done';

const ROUNDS = 11;

/** Runs a command and returns its output. The error of a failed command has its standard error. */
export const run = (command, cwd, env = {}) =>
  execFileSync(command[0], command.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
  });

/** Returns the milliseconds that a command takes. */
export function milliseconds(command, cwd, env) {
  const started = process.hrtime.bigint();
  run(command, cwd, env);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** Returns the median milliseconds of commands. Their runs alternate, `times` times each. */
export function sideBySide(commands, cwd, times = 10) {
  const errors = join(tmpdir(), `optakit-bench-errors-${process.pid}`);
  const once = ({ command, env = {} }) => {
    const started = process.hrtime.bigint();
    const { status } = spawnSync('/bin/sh', ['-c', LOOP, errors, String(times), ...command], {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, ...env },
    });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${readFileSync(errors, 'utf8')}`);
    return Number(process.hrtime.bigint() - started) / 1e6 / times;
  };
  const found = commands.map(() => []);
  // The first round fills the file caches and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    commands.forEach((command, index) => {
      const time = once(command);
      if (round > 0) found[index].push(time);
    });
  }
  rmSync(errors, { force: true });
  return found.map(median);
}
