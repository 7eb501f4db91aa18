// Cuts the page's program into what every visitor needs and what is fetched when it is opened (crates/web/src/later.rs):
// a hook of Trunk, which itself binds the program as one file. Takes that file's place in the staging folder.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const staging = process.env.TRUNK_STAGING_DIR;
const work = 'target/page/split';
// What rustc and wasm-bindgen make use of; the cut files have lost the list.
const FEATURES = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'].map((name) => `--enable-${name}`);
// What is called once is smaller where it stands, but packs worse when it is copied into its caller.
const FEW_COPIES = ['--one-caller-inline-max-function-size', '0', '--always-inline-max-function-size', '0'];
const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const wasm = (folder) => readdirSync(folder).filter((name) => name.endsWith('.wasm'));
const inside = (name) => join(work, name);

rmSync(work, { recursive: true, force: true });
mkdirSync(inside('small'), { recursive: true });
run('wasm-split-cli', 'target/wasm32-unknown-unknown/page/optakit-web.wasm', inside('cut'), '--out-name', 'program');
run('wasm-bindgen', '--target', 'web', '--no-typescript', '--keep-lld-exports', '--out-dir', inside('bound'), '--out-name', 'program', inside('cut/program.wasm'));
renameSync(inside('bound/program_bg.wasm'), inside('cut/program.wasm'));
for (const name of wasm(inside('cut'))) run('wasm-opt', '-O2', '--converge', ...FEW_COPIES, ...FEATURES, '--strip-debug', '--strip-producers', inside(join('cut', name)), '-o', inside(join('small', name)));

// The parts are told from those of other versions by their names, as all files that may be kept for good.
let link = readFileSync(inside('cut/__wasm_split.js'), 'utf8');
for (const name of wasm(inside('small')).filter((name) => name !== 'program.wasm')) {
  const bytes = readFileSync(inside(join('small', name)));
  const hashed = name.replace('.wasm', `-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.wasm`);
  link = link.replaceAll(`./${name}`, `./${hashed}`);
  writeFileSync(join(staging, hashed), bytes);
}
writeFileSync(inside('bound/__wasm_split.js'), link);

const built = readdirSync(staging);
const target = (pattern) => join(staging, built.find((name) => pattern.test(name)));
renameSync(inside('small/program.wasm'), target(/^optakit-web-.*_bg\.wasm$/));
run('esbuild', inside('bound/program.js'), '--bundle', '--minify', '--format=esm', '--target=es2022', '--log-level=warning', '--allow-overwrite', `--outfile=${target(/^optakit-web-.*\.js$/)}`);

// The parts of page.js, of which the first load has some.
for (const name of readdirSync('target/page').filter((name) => /-.*\.js$/.test(name))) copyFileSync(join('target/page', name), join(staging, name));
/** The parts that a part is read with. */
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
// boot.js has the editor fetched, which is read when the page is on the screen.
const [, editor] = readFileSync('target/page/page.js', 'utf8').match(/import\("\.\/(editor-[^"]+)"\)/);
const later = [editor, ...partsOf(editor)].filter((name) => !atOnce.has(name));
const links = [
  ...[...atOnce].map((name) => `<link rel="modulepreload" href="./${name}">`),
  ...later.map((name) => `<link rel="later" as="script" crossorigin fetchpriority="low" href="./${name}">`),
];
const page = join(staging, 'index.html');
writeFileSync(page, readFileSync(page, 'utf8').replace('</head>', `${links.join('')}</head>`));
