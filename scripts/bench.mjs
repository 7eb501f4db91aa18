// Whole processes, beside their peers: medians of runs that take turns, so that a busy moment hits all of them.
// bench.mjs BINARY [HELM]
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUNS = 21;
const [binary, helm] = process.argv.slice(2).map((path) => path && resolve(path));
const fixture = resolve('crates/core/benches/fixture');
const work = mkdtempSync(join(tmpdir(), 'optakit-bench-'));
const figures = [];

const report = (name, value, unit) => {
  figures.push({ name, value, unit });
  console.log(`${name} ${value.toPrecision(3)} ${unit}`);
};
const ratio = (name, ours, peer) => {
  figures.push({ name, ratio: ours / peer });
  console.log(`ratio ${name} ${(ours / peer).toPrecision(3)} (${(peer / ours).toFixed(1)} times faster)`);
};

// A small shell starts them ten at a time, since a start by Node costs as much as the whole command.
const LOOP = 'for i in 1 2 3 4 5 6 7 8 9 10; do "$@" >/dev/null 2>"$0" || exit 1; done';
const loop = ([command, ...args], env = {}) => {
  const errors = join(work, 'errors');
  const started = process.hrtime.bigint();
  const { status } = spawnSync('/bin/sh', ['-c', LOOP, errors, command, ...args], { cwd: work, stdio: 'ignore', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${readFileSync(errors, 'utf8')}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
};
const once = (command, env) => loop(command, env) / 10;
const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
/** The median times of commands that take turns. */
const side_by_side = (commands, runs = RUNS) => {
  const times = commands.map(() => []);
  for (let run = 0; run <= runs; run += 1) {
    commands.forEach(({ command, env }, index) => {
      const time = once(command, env);
      if (run > 0) times[index].push(time);
    });
  }
  return times.map(median);
};

try {
  for (const file of ['opta.yml', 'env.yml']) cpSync(join(fixture, file), join(work, file));
  const render = [binary, 'render', '--image-tag', '1.4.2', '--quiet'];
  report('version', side_by_side([{ command: [binary, '--version'] }])[0], 'ms');
  if (helm) {
    cpSync('scripts/peers/chart', join(work, 'chart'), { recursive: true });
    cpSync('assets/rds-ca/us-east-1.pem', join(work, 'chart/rds_ca.pem'));
    const template = [helm, 'template', 'shop', 'chart'];
    // A comparison of two different things would be none.
    const objects = (command) => {
      const text = execFileSync(command[0], command.slice(1), { cwd: work, encoding: 'utf8' });
      const parts = text.split(/^---\n/m).map((part) => [/^kind: (.*)$/m.exec(part)?.[1], /^ {2}name: (.*)$/m.exec(part)?.[1]]);
      return parts.filter(([kind]) => kind).map((part) => part.join(' ')).sort();
    };
    const [ours, theirs] = [objects(render), objects(template)];
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) throw new Error(`not the same objects:\n${ours}\n${theirs}`);
    const [mine, peer] = side_by_side([{ command: render }, { command: template }]);
    report('render of 60 lines, process', mine, 'ms');
    report('helm template of the same objects, process', peer, 'ms');
    ratio('render/helm template', mine, peer);
  } else {
    report('render of 60 lines, process', side_by_side([{ command: render }])[0], 'ms');
  }
  for (let index = 0; index < 2000; index += 1) {
    const folder = join(work, 'tree', String(index % 40), String(index));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'opta.yml'), readFileSync(join(fixture, 'opta.yml')));
    writeFileSync(join(folder, 'env.yml'), readFileSync(join(fixture, 'env.yml')));
  }
  const validate = [binary, 'validate', 'tree', '--quiet'];
  const [all, one] = side_by_side([{ command: validate }, { command: validate, env: { RAYON_NUM_THREADS: '1' } }], 10);
  report('validate of 2000 files, all cores', all, 'ms');
  report('validate of 2000 files, one core', one, 'ms');
  ratio('validate all cores/one core', all, one);
} finally {
  rmSync(work, { recursive: true, force: true });
}
mkdirSync('target', { recursive: true });
writeFileSync('target/bench.json', `${JSON.stringify(figures, null, 2)}\n`);
