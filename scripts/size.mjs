// Prints the size of each file of the page in KB: raw, gzip and brotli. Fails if the files of the
// first load are larger than the limit.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** The limit of the first load, in KB with brotli. */
const LIMIT = 450;
/** The page names the files that it loads first. All others load when a person needs them. */
const page = readFileSync('dist/index.html', 'utf8');
const isLater = (name) =>
  name !== 'index.html' && !page.includes(`/${name}"`) && !page.includes(`"${name}"`);

const kb = (bytes) => (bytes / 1024).toFixed(1).padStart(9);
const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
const total = [0, 0, 0];
console.log(`${'file'.padEnd(44)}      raw     gzip   brotli   KB`);
// Without the certificates: few people load one, and only one file.
for (const entry of readdirSync('dist', { withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const bytes = readFileSync(join('dist', entry.name));
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli(bytes)];
  const later = isLater(entry.name);
  if (!later) sizes.forEach((size, index) => (total[index] += size));
  console.log(entry.name.padEnd(44) + sizes.map(kb).join('') + (later ? '   later' : ''));
}
console.log('first load'.padEnd(44) + total.map(kb).join(''));
if (total[2] > LIMIT * 1024) {
  console.error(`error: the first load is larger than ${LIMIT} KB`);
  process.exit(1);
}
