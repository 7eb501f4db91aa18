// Splits the program of the page into a first part and parts that load on demand (`wasm_split` in
// crates/web/src). This is a hook of Trunk: Trunk writes the program as one file to its staging
// folder, and the hook replaces that file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { shortenImports } from './short_imports.mjs';

const staging = process.env.TRUNK_STAGING_DIR;
const work = 'target/page/split';
// The wasm features of rustc and wasm-bindgen. wasm-split removes the section that lists them.
const FEATURES = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
].map((name) => `--enable-${name}`);
// Do not inline functions: the result is smaller, but compresses worse.
const FEW_COPIES = [
  '--one-caller-inline-max-function-size',
  '0',
  '--always-inline-max-function-size',
  '0',
];
const run = (command, ...args) =>
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const wasm = (folder) => readdirSync(folder).filter((name) => name.endsWith('.wasm'));
const inside = (name) => join(work, name);

rmSync(work, { recursive: true, force: true });
mkdirSync(inside('small'), { recursive: true });
run(
  'wasm-split-cli',
  'target/wasm32-unknown-unknown/page/optakit-web.wasm',
  inside('cut'),
  '--out-name',
  'program',
);
run(
  'wasm-bindgen',
  '--target',
  'web',
  '--no-typescript',
  '--keep-lld-exports',
  '--out-dir',
  inside('bound'),
  '--out-name',
  'program',
  inside('cut/program.wasm'),
);
renameSync(inside('bound/program_bg.wasm'), inside('cut/program.wasm'));
for (const name of wasm(inside('cut'))) {
  run(
    'wasm-opt',
    '-O2',
    '--converge',
    ...FEW_COPIES,
    ...FEATURES,
    '--strip-debug',
    '--strip-producers',
    inside(join('cut', name)),
    '-o',
    inside(join('small', name)),
  );
}

// Add a hash to the name of each part, so that browsers can cache it forever.
let link = readFileSync(inside('cut/__wasm_split.js'), 'utf8');
for (const name of wasm(inside('small'))) {
  if (name === 'program.wasm') continue;
  const bytes = readFileSync(inside(join('small', name)));
  const hashed = name.replace(
    '.wasm',
    `-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.wasm`,
  );
  link = link.replaceAll(`./${name}`, `./${hashed}`);
  writeFileSync(join(staging, hashed), bytes);
}
writeFileSync(inside('bound/__wasm_split.js'), link);

const built = readdirSync(staging);
const target = (pattern) =>
  join(
    staging,
    built.find((name) => pattern.test(name)),
  );
const short = shortenImports(
  readFileSync(inside('small/program.wasm')),
  readFileSync(inside('bound/program.js'), 'utf8'),
);
writeFileSync(target(/^optakit-web-.*_bg\.wasm$/), short.program);
writeFileSync(inside('bound/program.js'), short.bindings);
run(
  'esbuild',
  inside('bound/program.js'),
  '--bundle',
  '--minify',
  '--format=esm',
  '--target=es2022',
  '--log-level=warning',
  '--allow-overwrite',
  `--outfile=${target(/^optakit-web-.*\.js$/)}`,
);

// Copy the parts of page.js.
for (const name of readdirSync('target/page')) {
  if (/-.*\.js$/.test(name)) copyFileSync(join('target/page', name), join(staging, name));
}
/** Returns the parts that a part imports, directly or through others. */
function partsOf(name, found = new Set()) {
  const text = readFileSync(join('target/page', name), 'utf8');
  for (const [, other] of text.matchAll(/\b(?:from|import) ?"\.\/([^"]+)"/g)) {
    if (found.has(other)) continue;
    found.add(other);
    partsOf(other, found);
  }
  return found;
}
const atOnce = partsOf('page.js');
// boot.js preloads the editor after the first paint.
const [, editor] = readFileSync('target/page/page.js', 'utf8').match(
  /import\("\.\/(editor-[^"]+)"\)/,
);
const later = [editor, ...partsOf(editor)].filter((name) => !atOnce.has(name));
const links = [
  ...[...atOnce].map((name) => `<link rel="modulepreload" href="./${name}">`),
  ...later.map(
    (name) => `<link rel="later" as="script" crossorigin fetchpriority="low" href="./${name}">`,
  ),
];
const page = join(staging, 'index.html');
writeFileSync(page, readFileSync(page, 'utf8').replace('</head>', `${links.join('')}</head>`));
