// Writes the figures of `make bench` into README.md, between the markers, and into
// docs/generated/benchmarks.md.
//   node bench/table.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const FIGURES = 'docs/generated/bench.json';
const BEGIN = '<!-- figures of `make bench`: begin -->';
const END = '<!-- figures of `make bench`: end -->';

/** The measurements of the README, each with its title. */
const COMPARED = [
  ['render', 'Render a service of 60 lines'],
  ['check-2000-files', 'Check 2,000 files'],
  ['apply-again', 'Apply without changes'],
  ['apply-first', 'First apply, until the pods are ready'],
  ['page-weight', 'First load of the editor'],
  ['page-navigation', 'Time until the editor shows manifests, first visit'],
  ['page-return', 'Time until the editor shows manifests, with saved work'],
  ['page-editor', 'Time until you can type in the editor'],
  ['key-60-lines-p95', 'Time to show a keystroke, 60 lines (p95)'],
  ['key-5000-lines-p95', 'Time to show a keystroke, 5,000 lines (p95)'],
];
const PEERS = {
  'helm-template': '`helm template`, same objects',
  'kubectl-kustomize': '`kubectl kustomize`, same objects',
  'kompose-convert': '`kompose convert`, 5 of the 14 objects',
  'score-k8s-generate': '`score-k8s generate`',
  'one-core': 'Optakit on one core',
  kubeconform: '`kubeconform`, on the rendered manifests',
  'kubectl-apply': '`kubectl apply --server-side`',
  'helm-upgrade': '`helm upgrade --install --wait`',
  'monaco-yaml': 'monaco-editor with monaco-yaml, text only',
  'bare-textarea': 'an empty page with one text area',
  'bare-leptos': 'a Leptos page that shows one word',
};

const rounded = (value) =>
  value >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(value < 1 ? 1 : 2)));
const quantity = ({ value, unit }) => `${rounded(value)} ${unit}`;
/** Returns a ratio in words, such as `2 times faster`. */
const ratioInWords = (ratio, { unit }) => {
  const [more, less] = unit === 'KB' ? ['larger', 'smaller'] : ['slower', 'faster'];
  if (ratio > 0.95 && ratio < 1.05) return 'the same';
  return ratio < 1
    ? `${Number((1 / ratio).toPrecision(2))} times ${less}`
    : `${Number(ratio.toPrecision(2))} times ${more}`;
};

/** Returns the comparisons as a Markdown table. */
function comparisons(figures) {
  const value = (name) =>
    figures.find((figure) => figure.name === name && figure.value !== undefined);
  const rows = [
    '| Measurement | Optakit | Compared with | | Optakit is |',
    '|---|---:|---|---:|---|',
  ];
  for (const [what, title] of COMPARED) {
    const ours = value(`${what}/optakit`);
    figures
      .filter(({ name, ratio }) => ratio !== undefined && name.startsWith(`${what}/`))
      .forEach(({ name, ratio }, index) => {
        const peer = name.slice(what.length + 1);
        const first = index === 0 ? `${title} | ${quantity(ours)}` : ' | ';
        rows.push(
          `| ${first} | ${PEERS[peer]} | ${quantity(value(name))} | ${ratioInWords(ratio, ours)} |`,
        );
      });
  }
  const left = figures
    .filter(({ why }) => why)
    .map(({ name, why }) => `${PEERS[name.split('/')[1]]} (${why})`);
  return `${rows.join('\n')}\n${left.length ? `\nNot measured: ${left.join('; ')}.\n` : ''}`;
}

function everything(figures) {
  const rows = figures.map(({ name, value, unit, ratio, why }) => {
    if (why) return `| ${name} | | ${why} |`;
    return ratio === undefined
      ? `| ${name} | ${Number(value.toPrecision(3))} | ${unit} |`
      : `| ratio ${name} | ${Number(ratio.toPrecision(3))} | Optakit ÷ other |`;
  });
  return `# Benchmarks

\`make bench\` writes this page from [bench.json](bench.json). Do not edit it.

- A name is \`measurement/tool\`. A ratio is the figure of Optakit divided by the figure of the
  other tool: below 1, Optakit is faster or smaller.
- A figure for a command is the median of at least ten runs. Runs of Optakit and of the other
  tools alternate.
- A figure for an apply of many services is the better of two runs.

![Time in milliseconds by number of modules, files and applied services](../pictures/growth.svg)

| Name | Value | |
|---|---:|---|
${rows.join('\n')}
`;
}

/** Returns `[path, text]` of each page that contains figures. */
export function pages() {
  const figures = JSON.parse(readFileSync(new URL(FIGURES, root), 'utf8'));
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const [before, after] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (before < 0 || after < before) {
    throw new Error('README.md has no markers around its figures');
  }
  return [
    [
      'README.md',
      `${readme.slice(0, before + BEGIN.length)}\n${comparisons(figures)}${readme.slice(after)}`,
    ],
    ['docs/generated/benchmarks.md', everything(figures)],
  ];
}

/** Returns the paths of the pages that do not match the figures. */
export const stale = () =>
  pages()
    .filter(
      ([path, text]) =>
        !existsSync(new URL(path, root)) || readFileSync(new URL(path, root), 'utf8') !== text,
    )
    .map(([path]) => path);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of pages()) writeFileSync(new URL(path, root), text);
}
