// Writes the service worker of a built page.
//   node scripts/offline.mjs DIST WORKER
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dist, worker] = process.argv.slice(2);
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
