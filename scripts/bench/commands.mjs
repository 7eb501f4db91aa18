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

/** An apply beside kubectl and helm, each with the same seven objects in a namespace of its own. */
function apply(folder) {
  const { OPTAKIT_TEST_KUBECONFIG: KUBECONFIG, OPTAKIT_TEST_KUBECTL: kubectl } = process.env;
  const env = { KUBECONFIG };
  const run = (command) => execFileSync(command[0], command.slice(1), { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const milliseconds = (command) => {
    const started = process.hrtime.bigint();
    run(command);
    return Number(process.hrtime.bigint() - started) / 1e6;
  };
  const service = (layer) => {
    const home = join(folder, layer);
    mkdirSync(home, { recursive: true });
    cpSync(join(fixture, 'env.yml'), join(home, 'env.yml'));
    const fields = ['type: k8s-service', 'name: api', 'image: acme/api:1', 'port: {http: 8000}', 'healthcheck_path: /health', 'max_containers: 4', `public_uri: ${layer}.acme.io/v1`];
    writeFileSync(join(home, 'opta.yml'), `name: ${layer}\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  - ${fields.join('\n    ')}\n`);
    return run([binary, 'render', join(home, 'opta.yml'), '--quiet']);
  };
  service('mine');
  run([binary, 'bundle', 'mine/opta.yml', '--quiet', '-o', 'mine.bundle.json']);
  writeFileSync(join(folder, 'theirs.yaml'), service('theirs'));
  // The namespace is no part of a release.
  const released = service('released').split(/^---\n/m).filter((text) => !/^kind: Namespace$/m.test(text));
  mkdirSync(join(folder, 'released/chart/templates'), { recursive: true });
  writeFileSync(join(folder, 'released/chart/Chart.yaml'), 'apiVersion: v2\nname: api\nversion: 1.0.0\n');
  writeFileSync(join(folder, 'released/chart/templates/all.yaml'), released.join('---\n'));
  const mine = [binary, 'apply', 'mine.bundle.json', '--kubeconfig', KUBECONFIG, '--skip-aws', '--quiet'];
  const theirs = [kubectl, 'apply', '--server-side', '-f', 'theirs.yaml'];
  const upgrade = [helm, 'upgrade', '--install', '--wait', 'api', 'released/chart', '--namespace', 'released', '--create-namespace'];
  const first = { mine: [], released: [] };
  for (let again = 0; again < 5; again += 1) {
    first.mine.push(milliseconds(mine));
    first.released.push(milliseconds(upgrade));
    run([binary, 'destroy', 'mine.bundle.json', '--kubeconfig', KUBECONFIG, '--yes', '--quiet']);
    run([helm, 'uninstall', 'api', '--namespace', 'released', '--wait']);
  }
  for (const command of [mine, theirs, upgrade]) run(command);
  const same = { mine: [], theirs: [], released: [] };
  for (let again = 0; again < RUNS; again += 1) {
    same.mine.push(milliseconds(mine));
    same.theirs.push(milliseconds(theirs));
    same.released.push(milliseconds(upgrade));
  }
  report('apply, nothing to change', median(same.mine), 'ms');
  report('kubectl apply --server-side, nothing to change', median(same.theirs), 'ms');
  report('helm upgrade --install --wait, nothing to change', median(same.released), 'ms');
  ratio('apply/kubectl, nothing to change', median(same.mine), median(same.theirs));
  ratio('apply/helm, nothing to change', median(same.mine), median(same.released));
  report('apply, first, with wait', median(first.mine), 'ms');
  report('helm upgrade --install --wait, first', median(first.released), 'ms');
  ratio('apply/helm, first', median(first.mine), median(first.released));
}

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
  if (process.env.OPTAKIT_TEST_KUBECONFIG) apply(work);
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
