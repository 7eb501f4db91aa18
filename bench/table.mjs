// Writes what `make bench` found into README.md, between the marks, and all of it into docs/generated/benchmarks.md.
//   node bench/table.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const FIGURES = 'docs/generated/bench.json';
const BEGIN = '<!-- figures of `make bench`: begin -->';
const END = '<!-- figures of `make bench`: end -->';

/** What is compared, in the words of a reader. */
const COMPARED = [
  ['render', 'render a service of 60 lines'],
  ['check-2000-files', 'check 2,000 files'],
  ['apply-again', 'apply with nothing to change'],
  ['apply-first', 'first apply, until its pods are ready'],
  ['page-weight', 'first load of the editor'],
  ['page-navigation', 'from navigation to the first manifests, the first visit'],
  ['page-return', 'the same, with work that was kept'],
  ['page-editor', 'from navigation until the text can be edited'],
  ['key-60-lines-p95', 'from a key to the painted page, 60 lines, p95'],
  ['key-5000-lines-p95', 'the same, 5,000 lines'],
];
const PEERS = {
  'helm-template': '`helm template`, the same objects',
  'kubectl-kustomize': '`kubectl kustomize`, the same objects',
  'kompose-convert': '`kompose convert`, which makes 5 objects of 14',
  'score-k8s-generate': '`score-k8s generate`',
  'one-core': 'the same on one core',
  kubeconform: '`kubeconform`, the manifests of those files only',
  'kubectl-apply': '`kubectl apply --server-side`',
  'helm-upgrade': '`helm upgrade --install --wait`',
  'monaco-yaml': 'monaco-editor with monaco-yaml, the text only',
  'bare-textarea': 'a text area and nothing else: what Chromium itself takes',
  'bare-leptos': 'a Leptos page that says hello',
};

const rounded = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(value < 1 ? 1 : 2))));
const quantity = ({ value, unit }) => `${rounded(value)} ${unit}`;
/** A ratio in words: how many times as much or as little. */
const compared = (ratio, unit) => {
  const [more, less] = unit === 'KB' ? ['heavier', 'lighter'] : ['slower', 'faster'];
  if (ratio > 0.95 && ratio < 1.05) return 'the same';
  return ratio < 1 ? `${Number((1 / ratio).toPrecision(2))} times ${less}` : `${Number(ratio.toPrecision(2))} times ${more}`;
};

/** The comparisons as rows of Markdown. */
function comparisons(figures) {
  const value = (name) => figures.find((figure) => figure.name === name && figure.value !== undefined);
  const rows = ['| | Optakit | beside | | |', '|---|---:|---|---:|---|'];
  for (const [what, title] of COMPARED) {
    const ours = value(`${what}/optakit`);
    figures.filter(({ name, ratio }) => ratio !== undefined && name.startsWith(`${what}/`)).forEach(({ name, ratio }, index) => {
      const peer = name.slice(what.length + 1);
      const first = index === 0 ? `${title} | ${quantity(ours)}` : ' | ';
      rows.push(`| ${first} | ${PEERS[peer]} | ${quantity(value(name))} | ${compared(ratio, ours.unit)} |`);
    });
  }
  const left = figures.filter(({ why }) => why).map(({ name, why }) => `${name.split('/')[1]} (${name.split('/')[0]}): ${why}`);
  return `${rows.join('\n')}\n${left.length ? `\nNot measured: ${left.join('; ')}.\n` : ''}`;
}

function everything(figures) {
  const rows = figures.map(({ name, value, unit, ratio, why }) => {
    if (why) return `| ${name} | | ${why} |`;
    return ratio === undefined ? `| ${name} | ${Number(value.toPrecision(3))} | ${unit} |` : `| ratio ${name} | ${Number(ratio.toPrecision(3))} | ours/peer |`;
  });
  return `# What was measured

Written by \`make bench\` from [bench.json](bench.json); do not edit. A name is \`what/who\`. Processes are medians of at least ten
runs that take turns with their peers'; of the growing applies, the better of two.

![Milliseconds by modules in a file, by files, by services applied](../pictures/growth.svg)

| name | value | |
|---|---:|---|
${rows.join('\n')}
`;
}

/** `[path, text]` of each page that holds figures, as it should be. */
export function pages() {
  const figures = JSON.parse(readFileSync(new URL(FIGURES, root), 'utf8'));
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const [before, after] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (before < 0 || after < before) throw new Error('README.md has lost the marks of its figures');
  return [
    ['README.md', `${readme.slice(0, before + BEGIN.length)}\n${comparisons(figures)}${readme.slice(after)}`],
    ['docs/generated/benchmarks.md', everything(figures)],
  ];
}

/** The pages that differ from what the figures say. */
export const stale = () =>
  pages().filter(([path, text]) => !existsSync(new URL(path, root)) || readFileSync(new URL(path, root), 'utf8') !== text).map(([path]) => path);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of pages()) writeFileSync(new URL(path, root), text);
}
