// Prints what the first load of the built page weighs, by part: raw, gzip and brotli, in KB. Fails above the ceiling.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** In KB by brotli. */
const CEILING = 450;
/** The page names what it loads at once; everything else is fetched when it is needed. */
const page = readFileSync('dist/index.html', 'utf8');
const isLater = (name) => name !== 'index.html' && !page.includes(`/${name}"`) && !page.includes(`"${name}"`);

const kb = (bytes) => (bytes / 1024).toFixed(1).padStart(9);
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const total = [0, 0, 0];
console.log(`${'file'.padEnd(44)}      raw     gzip   brotli   KB`);
// Certificates are fetched by few, and then one file of them.
for (const entry of readdirSync('dist', { withFileTypes: true }).filter((entry) => entry.isFile())) {
  const bytes = readFileSync(join('dist', entry.name));
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli(bytes)];
  const later = isLater(entry.name);
  if (!later) sizes.forEach((size, index) => (total[index] += size));
  console.log(entry.name.padEnd(44) + sizes.map(kb).join('') + (later ? '   later' : ''));
}
console.log('first load'.padEnd(44) + total.map(kb).join(''));
if (total[2] > CEILING * 1024) {
  console.error(`error: the first load is above its ceiling of ${CEILING} KB`);
  process.exit(1);
}
