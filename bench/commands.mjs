// Measures rendering and checking as commands, with Optakit and other tools for the same service.
//   node bench/commands.mjs FIGURES BINARY
// The paths of the other tools are in HELM, KUBECTL, KOMPOSE, KUBECONFORM, SCORE and SCHEMAS.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Figures } from './figures.mjs';
import { run, sideBySide } from './processes.mjs';

const [target, program] = process.argv.slice(2);
const binary = resolve(program);
const { HELM, KUBECTL, KOMPOSE, KUBECONFORM, SCORE, SCHEMAS } = process.env;
const FILES = 2000;
const fixture = resolve('crates/core/benches/fixture');
const peers = resolve('scripts/peers');
const figures = new Figures(target);
const work = mkdtempSync(join(tmpdir(), 'optakit-bench-'));

const copyService = (folder) => {
  mkdirSync(folder, { recursive: true });
  for (const file of ['opta.yml', 'env.yml']) cpSync(join(fixture, file), join(folder, file));
};
/** Returns `Kind name` of each object in a stream of manifests. */
const objects = (text) =>
  text
    .split(/^---\n/m)
    .map((part) => [/^kind: (.*)$/m.exec(part)?.[1], /^ {2}name: (.*)$/m.exec(part)?.[1]])
    .filter(([kind]) => kind)
    .map((part) => part.join(' '))
    .sort();

function rendering() {
  copyService(work);
  const render = [binary, 'render', '--image-tag', '1.4.2', '--quiet'];
  const ours = objects(run(render, work));
  const theirs = [];
  // Compare only commands that render the same objects.
  const same = (command) => {
    const found = objects(run(command, work));
    if (JSON.stringify(found) !== JSON.stringify(ours)) {
      throw new Error(`not the same objects: ${ours}\n${command.join(' ')}: ${found}`);
    }
  };
  if (HELM) {
    cpSync(join(peers, 'chart'), join(work, 'chart'), { recursive: true });
    cpSync('assets/rds-ca/us-east-1.pem', join(work, 'chart/rds_ca.pem'));
    const command = [HELM, 'template', 'shop', 'chart'];
    same(command);
    theirs.push({ who: 'helm-template', command });
  } else figures.without('render/helm-template', 'no Go toolchain to build it with');
  if (KUBECTL) {
    run([...render, '-o', 'kustomize', '--output-dir', 'overlay/base'], work);
    cpSync(join(peers, 'kustomize/kustomization.yaml'), join(work, 'overlay/kustomization.yaml'));
    const command = [KUBECTL, 'kustomize', 'overlay'];
    same(command);
    theirs.push({ who: 'kubectl-kustomize', command });
  } else figures.without('render/kubectl-kustomize', 'no Go toolchain to build it with');
  if (KOMPOSE) {
    theirs.push({
      who: 'kompose-convert',
      command: [KOMPOSE, 'convert', '--stdout', '-f', join(peers, 'kompose/compose.yml')],
    });
  } else figures.without('render/kompose-convert', 'no Go toolchain to build it with');
  if (SCORE) {
    run([SCORE, 'init', '--no-sample'], work);
    theirs.push({
      who: 'score-k8s-generate',
      command: [SCORE, 'generate', join(peers, 'score/score.yaml'), '-o', 'score-manifests.yaml'],
    });
  } else figures.without('render/score-k8s-generate', 'score-k8s is not on the PATH');
  const [mine, start, ...times] = sideBySide(
    [{ command: render }, { command: [binary, '--version'] }, ...theirs],
    work,
  );
  figures.report('start/optakit', start, 'ms');
  figures.report('render/optakit', mine, 'ms');
  theirs.forEach(({ who }, index) => {
    figures.report(`render/${who}`, times[index], 'ms');
    figures.ratio('render', who);
  });
}

function checking() {
  const manifests = join(work, 'manifests');
  mkdirSync(manifests);
  const text = run([binary, 'render', '--image-tag', '1.4.2', '--quiet'], work);
  for (let index = 0; index < FILES; index += 1) {
    const folder = join(String(index % 40), String(index));
    copyService(join(work, 'tree', folder));
    mkdirSync(join(manifests, folder), { recursive: true });
    writeFileSync(join(manifests, folder, 'all.yaml'), text);
  }
  const validate = [binary, 'validate', 'tree', '--quiet'];
  const commands = [{ command: validate }, { command: validate, env: { RAYON_NUM_THREADS: '1' } }];
  const conform = [
    KUBECONFORM,
    '-strict',
    '-schema-location',
    `${SCHEMAS}/{{.ResourceKind}}{{.KindSuffix}}.json`,
    'manifests',
  ];
  // kubeconform checks the manifests, Optakit the service files.
  const isInstalled = KUBECONFORM && SCHEMAS;
  if (isInstalled) commands.push({ command: conform });
  const [all, one, checked] = sideBySide(commands, work, 1);
  figures.report('check-2000-files/optakit', all, 'ms');
  figures.report('check-2000-files/one-core', one, 'ms');
  figures.ratio('check-2000-files', 'one-core');
  if (!isInstalled) {
    return figures.without(
      'check-2000-files/kubeconform',
      'no Go toolchain to build it and its cluster with',
    );
  }
  figures.report('check-2000-files/kubeconform', checked, 'ms');
  figures.ratio('check-2000-files', 'kubeconform');
}

try {
  rendering();
  checking();
} finally {
  rmSync(work, { recursive: true, force: true });
}
figures.save();
