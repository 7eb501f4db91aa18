// Rendering and checking as people start them, beside the programs of the field on the same service.
//   node bench/commands.mjs FIGURES BINARY     the peers' paths are in HELM, KUBECTL, KOMPOSE, KUBECONFORM, SCORE, SCHEMAS
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Figures } from './figures.mjs';
import { run, side_by_side } from './processes.mjs';

const [target, program] = process.argv.slice(2);
const binary = resolve(program);
const { HELM, KUBECTL, KOMPOSE, KUBECONFORM, SCORE, SCHEMAS } = process.env;
const FILES = 2000;
const fixture = resolve('crates/core/benches/fixture');
const peers = resolve('scripts/peers');
const figures = new Figures(target);
const work = mkdtempSync(join(tmpdir(), 'optakit-bench-'));

const service_into = (folder) => {
  mkdirSync(folder, { recursive: true });
  for (const file of ['opta.yml', 'env.yml']) cpSync(join(fixture, file), join(folder, file));
};
/** `Kind name` of every object of a stream of manifests. */
const objects = (text) =>
  text.split(/^---\n/m).map((part) => [/^kind: (.*)$/m.exec(part)?.[1], /^ {2}name: (.*)$/m.exec(part)?.[1]]).filter(([kind]) => kind).map((part) => part.join(' ')).sort();

function rendering() {
  service_into(work);
  const render = [binary, 'render', '--image-tag', '1.4.2', '--quiet'];
  const ours = objects(run(render, work));
  const theirs = [];
  // A comparison of two different things would be none.
  const same = (command) => {
    const found = objects(run(command, work));
    if (JSON.stringify(found) !== JSON.stringify(ours)) throw new Error(`not the same objects: ${ours}\n${command.join(' ')}: ${found}`);
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
  if (KOMPOSE) theirs.push({ who: 'kompose-convert', command: [KOMPOSE, 'convert', '--stdout', '-f', join(peers, 'kompose/compose.yml')] });
  else figures.without('render/kompose-convert', 'no Go toolchain to build it with');
  if (SCORE) {
    run([SCORE, 'init', '--no-sample'], work);
    theirs.push({ who: 'score-k8s-generate', command: [SCORE, 'generate', join(peers, 'score/score.yaml'), '-o', 'score-manifests.yaml'] });
  } else figures.without('render/score-k8s-generate', 'score-k8s is not on the PATH');
  const [mine, start, ...times] = side_by_side([{ command: render }, { command: [binary, '--version'] }, ...theirs], work);
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
    service_into(join(work, 'tree', folder));
    mkdirSync(join(manifests, folder), { recursive: true });
    writeFileSync(join(manifests, folder, 'all.yaml'), text);
  }
  const validate = [binary, 'validate', 'tree', '--quiet'];
  const commands = [{ command: validate }, { command: validate, env: { RAYON_NUM_THREADS: '1' } }];
  const conform = [KUBECONFORM, '-strict', '-schema-location', `${SCHEMAS}/{{.ResourceKind}}{{.KindSuffix}}.json`, 'manifests'];
  // It checks the manifests of those files, and nothing of what they were made from.
  const is_there = KUBECONFORM && SCHEMAS;
  if (is_there) commands.push({ command: conform });
  const [all, one, checked] = side_by_side(commands, work, 1);
  figures.report('check-2000-files/optakit', all, 'ms');
  figures.report('check-2000-files/one-core', one, 'ms');
  figures.ratio('check-2000-files', 'one-core');
  if (!is_there) return figures.without('check-2000-files/kubeconform', 'no Go toolchain to build it and its cluster with');
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
