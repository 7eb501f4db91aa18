// Packs the JavaScript package with npm and installs the archive into temporary projects.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

export const root = new URL('../../../../', import.meta.url).pathname;

const work = mkdtempSync(join(tmpdir(), 'optakit-js-'));
after(() => rmSync(work, { recursive: true, force: true }));

const npm = (cwd, ...command) => execFileSync('npm', command, { cwd, encoding: 'utf8' });
const [packed] = JSON.parse(
  npm(join(root, 'target/js'), 'pack', '--json', '--pack-destination', work),
);

/** The paths of the files in the archive. */
export const archived = packed.files.map(({ path }) => path);

/** Creates a project with the files, and installs the archive into it. Returns its folder. */
export function project(name, files, manifest = {}) {
  const folder = join(work, name);
  const all = { 'package.json': JSON.stringify({ name, private: true, ...manifest }), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  npm(folder, 'install', ...options, join(work, packed.filename));
  return folder;
}

/** Runs a file of a project in Node and returns its output. */
export const run = (folder, file) =>
  execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
