// Writes the partitions and regions of AWS, from the endpoint rules of the AWS SDK for Rust.
//   node scripts/partitions.mjs [YYYY-MM-DD]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SDK = 'aws-sdk-ecr';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const date = process.argv[2] ?? new Date().toISOString().slice(0, 10);

const metadata = spawnSync('cargo', ['metadata', '--format-version', '1', '--offline'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const sdk = JSON.parse(metadata.stdout).packages.find(({ name }) => name === SDK);
const source = readFileSync(join(dirname(sdk.manifest_path), 'src/endpoint_lib.rs'), 'utf8');
const literal = /new_from_json\(b("\{\\"partitions.*?[^\\]")\)/.exec(source)[1];
const { partitions } = JSON.parse(JSON.parse(literal));

/** Returns the areas of a pattern: `us-gov` of `^us\\-gov\\-\\w+\\-\\d+$`. */
function areas(pattern) {
  const area = /^\^(.+)\\-\\w\+\\-\\d\+\$$/.exec(pattern)[1].replaceAll('\\-', '-');
  const [, start, names, end] = /^([^(]*)\(([^)]*)\)(.*)$/.exec(area) ?? [];
  return names ? names.split('|').map((name) => `${start}${name}${end}`) : [area];
}

const entry = ({ id, outputs, regionRegex, regions }) => {
  const names = Object.keys(regions).filter((region) => !region.endsWith('-global'));
  const listed = areas(regionRegex).map((area) => `"${area}"`);
  const lines = names.sort().map((region) => `            "${region}",\n`);
  return `    AwsPartition {
        name: "${id}",
        dns_suffix: "${outputs.dnsSuffix}",
        areas: &[${listed.join(', ')}],
        regions: &[
${lines.join('')}        ],
    },
`;
};
const text = `//! The partitions and regions of AWS, as of ${date} (${SDK} ${sdk.version}).
//!
//! \`node scripts/partitions.mjs\` writes this file.

/// A partition of AWS: a group of regions with separate accounts
/// (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>).
#[derive(Debug)]
pub struct AwsPartition {
    /// The name, which is a part of every ARN.
    pub name: &'static str,
    /// The end of the domains of its services.
    pub dns_suffix: &'static str,
    /// The starts of the names of its regions, from the pattern of the SDK. A word and a number
    /// follow.
    pub areas: &'static [&'static str],
    /// The regions.
    pub regions: &'static [&'static str],
}

/// Every partition, the default first.
pub(super) const PARTITIONS: &[AwsPartition] = &[
${partitions.map(entry).join('')}];
`;
const file = join(root, 'crates/core/src/model/aws_partitions.rs');
writeFileSync(file, text);
const formatted = spawnSync('rustfmt', [file]);
if (formatted.status !== 0) throw new Error(String(formatted.stderr));
console.log(`${partitions.length} partitions written to crates/core/src/model/aws_partitions.rs`);
