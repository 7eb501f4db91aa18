// How time grows with the number of modules in a file, of files, and of services applied at once: figures, and a picture of them
// drawn by gnuplot.
//   node bench/growth.mjs FIGURES BINARY PICTURE
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { file } from '../scripts/service_file.mjs';
import { Figures, median } from './figures.mjs';
import { milliseconds, run, side_by_side } from './processes.mjs';

const [target, program, picture] = process.argv.slice(2);
const binary = resolve(program);
const { OPTAKIT_TEST_KUBECONFIG: KUBECONFIG } = process.env;
const environment = resolve('crates/core/benches/fixture/env.yml');
const work = mkdtempSync(join(tmpdir(), 'optakit-bench-'));
const figures = new Figures(target);

/** A folder with a file of so many services. */
function folder_of(services, name = `many${services}`) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  cpSync(environment, join(folder, 'env.yml'));
  writeFileSync(join(folder, 'opta.yml'), file(services, { layer: `many${services}`, secrets: false }));
  return folder;
}

const curves = [
  {
    name: 'render-modules', label: 'render, by modules in a file', steps: [1, 10, 100, 1000, 10_000],
    prepare: (count) => ({ cwd: folder_of(count), command: [binary, 'render', '--quiet'] }),
  },
  {
    name: 'check-files', label: 'validate, by files', steps: [1, 10, 100, 1000, 10_000],
    prepare(count) {
      for (let index = 0; index < count; index += 1) folder_of(1, `tree${count}/${index % 100}/${index}`);
      return { cwd: work, command: [binary, 'validate', `tree${count}`, '--quiet'] };
    },
  },
  KUBECONFIG && {
    name: 'apply-services', label: 'apply and wait, by services', steps: [1, 5, 20, 50, 100, 200],
    prepare(count) {
      const cwd = folder_of(count);
      run([binary, 'bundle', '--quiet', '-o', 'bundle.json'], cwd);
      const bundle = ['bundle.json', '--kubeconfig', KUBECONFIG, '--quiet'];
      // A run that finds nothing of the one before.
      return { cwd, command: [binary, 'apply', ...bundle, '--skip-aws'], undo: [binary, 'destroy', ...bundle, '--yes'] };
    },
  },
].filter(Boolean);

function draw(curves) {
  const series = curves.map(({ label, points }) => ({ label, data: points.map((point) => point.join(' ')).join('\n') }));
  const script = [
    "set terminal svg size 720,420 dynamic font 'system-ui,sans-serif,13' background rgb '#ffffff'",
    `set output '${picture}'`,
    'set logscale xy; set grid lc rgb "#d8dce3"; set key top left; set border 3; set tics nomirror',
    "set xlabel 'modules, files, services'; set ylabel 'milliseconds'",
    ...series.map(({ data }, index) => `$data${index} << EOD\n${data}\nEOD`),
    `plot ${series.map(({ label }, index) => `$data${index} with linespoints lw 2 pt 7 ps 0.5 title '${label}'`).join(', ')}`,
  ];
  const { status, stderr, error } = spawnSync('gnuplot', { input: script.join('\n'), encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr);
}

/** The median milliseconds of a command whose work is undone after each run. */
function undone(command, undo, cwd) {
  const times = Array.from({ length: 3 }, () => {
    const time = milliseconds(command, cwd);
    run(undo, cwd);
    return time;
  });
  return median(times);
}

try {
  for (const curve of curves) {
    curve.points = curve.steps.map((count) => {
      const { cwd, command, undo } = curve.prepare(count);
      const time = undo ? undone(command, undo, cwd) : side_by_side([{ command }], cwd, count > 100 ? 1 : 10)[0];
      figures.report(`${curve.name}-${count}/optakit`, time, 'ms');
      return [count, time];
    });
    // What a process costs before its first module is no part of the growth; a step is seen where it is not most of the time.
    const [[, base]] = curve.points;
    const first = Math.max(1, curve.points.findIndex(([, time]) => time > 1.5 * base));
    const steps = curve.points.slice(first + 1).map(([count, time], index) => {
      const [before, earlier] = curve.points[first + index];
      return (time - base) / (earlier - base) / ((count * Math.log2(count)) / (before * Math.log2(before)));
    });
    // Above 1 a step is steeper than n log n.
    figures.report(`${curve.name}-steepest/optakit`, Math.max(...steps), 'of-n-log-n');
  }
  figures.save();
  if (picture) draw(curves);
} finally {
  rmSync(work, { recursive: true, force: true });
}
