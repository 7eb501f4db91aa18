// Runs vale over all text for people: Markdown, comments, strings, and the help of the commands.
//   node scripts/prose.mjs VALE [FILE...]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { EXTENSIONS, proseOf } from './prose_text.mjs';

const FOLDER = 'target/prose';
const BINARY = 'target/debug/optakit';
// Data of third parties and input of tests.
const IGNORED = /^(assets|fuzz\/seeds)\/|\/(fixtures|render)\/.*\.ya?ml$|^LICENSE|^package-lock/;

const [vale, ...named] = process.argv.slice(2);
if (vale === undefined) {
  console.error('usage: node scripts/prose.mjs VALE [FILE...], where VALE is the path of vale');
  process.exit(2);
}
const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
const tracked = git('ls-files', '-z')
  .split('\0')
  .filter((path) => path && !IGNORED.test(path));
const files = named.length > 0 ? named : tracked.filter((path) => existsSync(path));
const extensionOf = (path) => extname(path).slice(1) || path.split('/').at(-1);

/** Writes the text of a source file below `FOLDER`; returns the path. */
function write(path, text) {
  const target = join(FOLDER, `${path}.txt`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

/** Checks whether the binary is newer than the sources of its help. */
function isBuilt() {
  if (!existsSync(BINARY)) return false;
  const { mtimeMs } = statSync(BINARY);
  const sources = tracked.filter((path) => path.startsWith('crates/apply/src/cli'));
  return sources.every((path) => !existsSync(path) || statSync(path).mtimeMs < mtimeMs);
}

/** The help of the program and of all its commands: `[name, text]`. */
function help(command = []) {
  const { status, stdout } = spawnSync(BINARY, [...command, '--help'], { encoding: 'utf8' });
  if (status !== 0) return [];
  const [, commands = ''] = /^Commands:\n((?: .*\n|\n)*)/m.exec(stdout) ?? [];
  const names = [...commands.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name);
  const inner = names.filter((name) => name !== 'help').flatMap((name) => help([...command, name]));
  return [[['optakit', ...command].join(' '), stdout], ...inner];
}

rmSync(FOLDER, { recursive: true, force: true });
const inputs = [];
for (const path of files) {
  const extension = extensionOf(path);
  if (extension === 'md') inputs.push(path);
  else if (EXTENSIONS.includes(extension)) {
    inputs.push(write(path, proseOf(readFileSync(path, 'utf8'), extension)));
  }
}
if (named.length === 0 && isBuilt()) {
  for (const [name, text] of help()) inputs.push(write(`help/${name}`, text));
} else if (named.length === 0) {
  console.error(`The help of the commands is not checked: ${BINARY} is missing or outdated`);
}
const { stdout, stderr, status } = spawnSync(vale, ['--output=line', ...inputs], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const output = stdout.replaceAll(`${FOLDER}/`, '').replace(/\.txt(?=:\d+:)/gm, '');
process.stdout.write(output);
process.stderr.write(stderr);
if (status !== 0) {
  const count = output.split('\n').filter(Boolean).length;
  console.error(`error: ${count} phrases are hard to read; .vale/ lists the words to use`);
}
process.exit(status ?? 1);
