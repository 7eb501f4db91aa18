// Measures an apply with Optakit, kubectl and helm. Each applies the same seven objects to a
// separate namespace.
//   node bench/apply.mjs FIGURES BINARY     needs a testbed, HELM and KUBECTL
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Figures, median } from './figures.mjs';
import { milliseconds, run as start } from './processes.mjs';

const FIRST = 10;
const AGAIN = 21;
const [target, program] = process.argv.slice(2);
const binary = resolve(program);
const { HELM, KUBECTL, OPTAKIT_TEST_KUBECONFIG: KUBECONFIG } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'optakit-bench-'));
const env = { KUBECONFIG };
const run = (command) => start(command, folder, env);
const timed = (command) => milliseconds(command, folder, env);
const times = (count, once) => Array.from({ length: count }, once);

/** Writes a service file with one service; returns its manifests. */
function service(layer) {
  const home = join(folder, layer);
  mkdirSync(home, { recursive: true });
  cpSync('crates/core/benches/fixture/env.yml', join(home, 'env.yml'));
  const fields = [
    'type: k8s-service',
    'name: api',
    'image: acme/api:1',
    'port: {http: 8000}',
    'healthcheck_path: /health',
    'max_containers: 4',
    `public_uri: ${layer}.acme.io/v1`,
  ];
  writeFileSync(
    join(home, 'opta.yml'),
    `name: ${layer}
environments: [{name: staging, path: env.yml}]
modules:
  - ${fields.join('\n    ')}
`,
  );
  return run([binary, 'render', join(home, 'opta.yml'), '--quiet']);
}

try {
  const figures = new Figures(target);
  service('mine');
  run([binary, 'bundle', 'mine/opta.yml', '--quiet', '-o', 'mine.bundle.json']);
  writeFileSync(join(folder, 'theirs.yaml'), service('theirs'));
  // A Helm release does not contain its namespace.
  const released = service('released')
    .split(/^---\n/m)
    .filter((text) => !/^kind: Namespace$/m.test(text));
  mkdirSync(join(folder, 'released/chart/templates'), { recursive: true });
  writeFileSync(
    join(folder, 'released/chart/Chart.yaml'),
    'apiVersion: v2\nname: api\nversion: 1.0.0\n',
  );
  writeFileSync(join(folder, 'released/chart/templates/all.yaml'), released.join('---\n'));
  const mine = [
    binary,
    'apply',
    'mine.bundle.json',
    '--kubeconfig',
    KUBECONFIG,
    '--skip-aws',
    '--yes',
    '--quiet',
  ];
  const theirs = [KUBECTL, 'apply', '--server-side', '-f', 'theirs.yaml'];
  const upgrade = [
    HELM,
    'upgrade',
    '--install',
    '--wait',
    'api',
    'released/chart',
    '--namespace',
    'released',
    '--create-namespace',
  ];
  const first = times(FIRST, () => {
    const found = [timed(mine), timed(upgrade)];
    run([binary, 'destroy', 'mine.bundle.json', '--kubeconfig', KUBECONFIG, '--yes', '--quiet']);
    run([HELM, 'uninstall', 'api', '--namespace', 'released', '--wait']);
    return found;
  });
  for (const command of [mine, theirs, upgrade]) run(command);
  const again = times(AGAIN, () => [timed(mine), timed(theirs), timed(upgrade)]);
  const column = (rows, index) => median(rows.map((row) => row[index]));
  figures.report('apply-first/optakit', column(first, 0), 'ms');
  figures.report('apply-first/helm-upgrade', column(first, 1), 'ms');
  figures.ratio('apply-first', 'helm-upgrade');
  figures.without('apply-first/kubectl-apply', 'kubectl apply does not wait for a rollout');
  figures.report('apply-again/optakit', column(again, 0), 'ms');
  figures.report('apply-again/kubectl-apply', column(again, 1), 'ms');
  figures.report('apply-again/helm-upgrade', column(again, 2), 'ms');
  figures.ratio('apply-again', 'kubectl-apply');
  figures.ratio('apply-again', 'helm-upgrade');
  figures.save();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
