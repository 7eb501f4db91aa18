// Writes the service worker of a built page, and adds a hash to the names of the files that have
// none, so that the files of two releases never mix.
//   node scripts/offline.mjs DIST WORKER
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dist, worker] = process.argv.slice(2);
const NAMED_BY_HAND = ['boot.js', 'first.js', 'icon.svg'];

const page = join(dist, 'index.html');
let html = readFileSync(page, 'utf8');
for (const name of NAMED_BY_HAND) {
  const bytes = readFileSync(join(dist, name));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const hashed = name.replace('.', `-${hash}.`);
  const named = html
    .replaceAll(`"./${name}"`, `"${name}"`)
    .replaceAll(`"${name}"`, `"./${hashed}"`);
  if (named === html) throw new Error(`index.html does not name ${name}`);
  html = named;
  renameSync(join(dist, name), join(dist, hashed));
}
writeFileSync(page, html);

// Without the certificates: there are many, and a person needs one region.
const files = readdirSync(dist, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'offline.js')
  .map((entry) => entry.name)
  .sort();
const hash = createHash('sha256');
for (const file of files) hash.update(file).update(readFileSync(join(dist, file)));
const version = hash.digest('hex').slice(0, 16);
const list = ['./', ...files.filter((file) => file !== 'index.html')];
const text = readFileSync(worker, 'utf8')
  .replace('__VERSION__', version)
  .replace('__FILES__', JSON.stringify(list));
writeFileSync(join(dist, 'offline.js'), text);
