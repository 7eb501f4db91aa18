// Prints what the built page weighs, per file: raw, gzip and brotli, in KB.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kb = (bytes) => (bytes / 1024).toFixed(1).padStart(9);
const total = [0, 0, 0];
console.log(`${'file'.padEnd(44)}      raw     gzip   brotli   KB`);
// Certificates are fetched by few, and then one file of them.
for (const file of readdirSync('dist').filter((name) => name !== 'rds-ca').sort()) {
  const bytes = readFileSync(join('dist', file));
  const sizes = [
    bytes.length,
    gzipSync(bytes, { level: 9 }).length,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
  ];
  sizes.forEach((size, index) => (total[index] += size));
  console.log(file.padEnd(44) + sizes.map(kb).join(''));
}
console.log('first load'.padEnd(44) + total.map(kb).join(''));
