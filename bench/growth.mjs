// Measures how the time grows with the number of modules in a file, of files, and of services in an
// apply. Draws the figures with gnuplot.
//   node bench/growth.mjs FIGURES BINARY PICTURE
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serviceFile } from '../scripts/service_file.mjs';
import { Figures, median } from './figures.mjs';
import { milliseconds, run, sideBySide } from './processes.mjs';

const [target, program, picture] = process.argv.slice(2);
const binary = resolve(program);
const { OPTAKIT_TEST_KUBECONFIG: KUBECONFIG } = process.env;
const environment = resolve('crates/core/benches/fixture/env.yml');
const work = mkdtempSync(join(tmpdir(), 'optakit-bench-'));
const figures = new Figures(target);

/** A module whose variables are filled in. */
const ENV_SERVICE =
  '  - {type: k8s-service, name: variables, image: nginx, port: {http: 80}, env_vars: {}}\n';

/** Creates a folder with a service file of `services` services. */
function folderOf(services, name = `many${services}`) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  cpSync(environment, join(folder, 'env.yml'));
  writeFileSync(
    join(folder, 'opta.yml'),
    serviceFile(services, { layer: `many${services}`, secrets: false }),
  );
  return folder;
}

const LONG = 'a_long_name_as_generators_write_it_for_each_of_the_variables_of_a_service_number';
const HEAD = 'name: mistakes\nenvironments:\n  - name: staging\n    path: env.yml\n';
const SERVICE = '  - type: k8s-service\n    name: api\n    image: nginx\n    port: {http: 80}\n';

const lines = (count, line) => Array.from({ length: count }, (_, index) => line(index)).join('');

/** Returns a service file with long variables, and with as many references that misspell them. */
const unknownReferences = (count) => {
  const wrong = LONG.replace('names', 'nmaes');
  const variables = lines(count, (index) => `      ${LONG}_${index}: a\n`);
  const references = lines(count, (index) => `      E${index}: "{vars.${wrong}x_${index}}"\n`);
  return `${HEAD}    variables:\n${variables}modules:\n${SERVICE}    env_vars:\n${references}`;
};

/** Returns a service file with databases, and with as many links to others. */
const unknownLinks = (count) =>
  `${HEAD}modules:\n${lines(count, (index) => `  - {type: postgres, name: db${index}}\n`)}` +
  `${SERVICE}    links:\n${lines(count, (index) => `      - bd${index}x\n`)}`;

/** Returns a service file with many environments that share an environment file. */
const manyEnvironments = (count) =>
  `name: environments\nenvironments:\n` +
  `${lines(count, (index) => `  - {name: e${index}, path: env.yml, vars: {size: ${index}}}\n`)}` +
  `modules:\n${SERVICE}    env_vars: {SIZE: "{vars.size}"}\n`;

/** Returns the check of a service file with errors. It fails, so its status is not used. */
function mistakes(count, name, text) {
  const folder = join(work, `${name}${count}`);
  mkdirSync(folder, { recursive: true });
  cpSync(environment, join(folder, 'env.yml'));
  writeFileSync(join(folder, 'opta.yml'), text);
  const check = `${binary} validate --format json >/dev/null 2>&1; true`;
  return { cwd: folder, command: ['/bin/sh', '-c', check] };
}

const curves = [
  {
    name: 'render-modules',
    label: 'render, by modules in a file',
    steps: [1, 10, 100, 1000, 10_000],
    prepare: (count) => ({ cwd: folderOf(count), command: [binary, 'render', '--quiet'] }),
  },
  {
    name: 'bundle-variables',
    label: 'bundle, by variables of a service',
    steps: [1, 10, 100, 1000, 10_000],
    prepare(count) {
      const cwd = folderOf(1, `variables${count}`);
      const variables = Array.from({ length: count }, (_, index) => `A${index}: "${index}"`);
      appendFileSync(join(cwd, 'opta.yml'), ENV_SERVICE.replace('{}', `{${variables.join(', ')}}`));
      return { cwd, command: [binary, 'bundle', '--quiet', '-o', 'bundle.json'] };
    },
  },
  {
    name: 'check-files',
    label: 'validate, by files',
    steps: [1, 10, 100, 1000, 10_000],
    prepare(count) {
      for (let index = 0; index < count; index += 1) {
        folderOf(1, `tree${count}/${index % 100}/${index}`);
      }
      return { cwd: work, command: [binary, 'validate', `tree${count}`, '--quiet'] };
    },
  },
  {
    name: 'unknown-references',
    label: 'validate, by unknown references',
    steps: [1, 500, 1000, 2000, 4000],
    prepare: (count) => mistakes(count, 'references', unknownReferences(count)),
  },
  {
    name: 'unknown-links',
    label: 'validate, by unknown links',
    steps: [1, 500, 1000, 2000, 4000],
    prepare: (count) => mistakes(count, 'links', unknownLinks(count)),
  },
  {
    name: 'environments',
    label: 'validate, by environments',
    steps: [1, 500, 1000, 2000, 4000],
    prepare: (count) => mistakes(count, 'environments', manyEnvironments(count)),
  },
  KUBECONFIG && {
    name: 'apply-services',
    label: 'apply and wait, by services',
    steps: [1, 5, 20, 50, 100, 200],
    prepare(count) {
      const cwd = folderOf(count);
      run([binary, 'bundle', '--quiet', '-o', 'bundle.json'], cwd);
      const bundle = ['bundle.json', '--kubeconfig', KUBECONFIG, '--quiet'];
      // Delete everything after each run.
      return {
        cwd,
        command: [binary, 'apply', ...bundle, '--skip-aws', '--yes'],
        undo: [binary, 'destroy', ...bundle, '--yes'],
      };
    },
  },
].filter(Boolean);

const LINE = 'with linespoints lw 2 pt 7 ps 0.5';

function draw() {
  const series = curves.map(({ label, points }) => ({
    label,
    data: points.map((point) => point.join(' ')).join('\n'),
  }));
  const script = [
    "set terminal svg size 720,420 dynamic font 'system-ui,sans-serif,13' background rgb '#ffffff'",
    `set output '${picture}'`,
    'set logscale xy; set grid lc rgb "#d8dce3"; set key top left; set border 3; set tics nomirror',
    "set xlabel 'modules, files, services'; set ylabel 'milliseconds'",
    ...series.map(({ data }, index) => `$data${index} << EOD\n${data}\nEOD`),
    `plot ${series.map(({ label }, index) => `$data${index} ${LINE} title '${label}'`).join(', ')}`,
  ];
  const { status, stderr, error } = spawnSync('gnuplot', {
    input: script.join('\n'),
    encoding: 'utf8',
  });
  if (status !== 0) throw error ?? new Error(stderr);
}

/** Returns the median milliseconds of a command. Runs `undo` after each run. */
function timeWithUndo(command, undo, cwd) {
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
      const time = undo
        ? timeWithUndo(command, undo, cwd)
        : sideBySide([{ command }], cwd, count > 100 ? 1 : 10)[0];
      figures.report(`${curve.name}-${count}/optakit`, time, 'ms');
      return [count, time];
    });
    // The growth does not include the start of the process. Steps where the start takes most of the
    // time do not count.
    const [[, base]] = curve.points;
    const first = Math.max(
      1,
      curve.points.findIndex(([, time]) => time > 1.5 * base),
    );
    const steps = curve.points.slice(first + 1).map(([count, time], index) => {
      const [before, earlier] = curve.points[first + index];
      return (
        (time - base) /
        (earlier - base) /
        ((count * Math.log2(count)) / (before * Math.log2(before)))
      );
    });
    // Above 1, the growth is steeper than n log n.
    figures.report(`${curve.name}-steepest/optakit`, Math.max(...steps), 'of-n-log-n');
  }
  figures.save();
  if (picture) draw();
} finally {
  rmSync(work, { recursive: true, force: true });
}
