// Records docs/pictures/terminal.svg for the README: a terminal session with the testbed.
//   scripts/testbed.sh up DIR && . DIR/env && node bench/recording.mjs [BINARY]
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [columns, rows] = [100, 30];
const binary = resolve(process.argv[2] ?? 'target/debug/optakit');
const { OPTAKIT_TEST_KUBECONFIG, OPTAKIT_TEST_KUBECTL, OPTAKIT_TEST_AWS } = process.env;
if (!OPTAKIT_TEST_KUBECONFIG) throw new Error('start the testbed and source its env file first');

const work = mkdtempSync(join(tmpdir(), 'optakit-recording-'));
const write = (name, text) => writeFileSync(join(work, name), text);
mkdirSync(join(work, 'env'));
copyFileSync('crates/core/benches/fixture/env.yml', join(work, 'env/staging.yml'));
write(
  'opta.yml',
  `name: shop
environments:
  - name: staging
    path: env/staging.yml
modules:
  - name: api
    type: k8s-service
    image: AUTO
    port: {http: 8080}
    healthcheck: /health
    min_containers: 2
    max_containers: 6
    public_uri: "api.{parent.domain}"
`,
);
const layer = Buffer.alloc(40_000_000, 'a layer of the image ');
const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
write('layer.tar', layer);
write(
  'config.json',
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digest] },
  }),
);
write(
  'manifest.json',
  JSON.stringify([{ Config: 'config.json', RepoTags: ['shop/api:1.4.2'], Layers: ['layer.tar'] }]),
);
execFileSync('tar', ['-cf', 'app.tar', 'config.json', 'layer.tar', 'manifest.json'], { cwd: work });

write(
  'class.yml',
  `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
`,
);
execFileSync(OPTAKIT_TEST_KUBECTL, [
  '--kubeconfig',
  OPTAKIT_TEST_KUBECONFIG,
  'apply',
  '-f',
  join(work, 'class.yml'),
]);

// Types each command like a person, then runs it.
write(
  'session.sh',
  `type() {
  printf '\\033[1;32m$\\033[0m '
  for ((i = 0; i < \${#1}; i++)); do printf '%s' "\${1:i:1}"; sleep 0.035; done
  echo
  eval "$1"
  sleep "$2"
  echo
}
optakit() { "${binary}" "$@"; }
type 'optakit validate' 2.5
type "sed -i 's/healthcheck:/healthcheck_path:/' opta.yml && optakit validate" 1.5
type 'optakit bundle' 1.5
type 'optakit deploy shop-staging.bundle.json app.tar --yes' 3
type 'optakit status shop-staging.bundle.json' 3
`,
);
chmodSync(join(work, 'session.sh'), 0o755);
/** @type {NodeJS.ProcessEnv} */
const env = {
  ...process.env,
  AWS_ENDPOINT_URL: OPTAKIT_TEST_AWS,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  TERM: 'xterm-256color',
  COLUMNS: String(columns),
  LINES: String(rows),
};
delete env.NO_COLOR;
delete env.CI;
const lines = [JSON.stringify({ version: 2, width: columns, height: rows })];
const started = process.hrtime.bigint();
const session = spawn(
  'script',
  ['-qfec', `stty cols ${columns} rows ${rows}; bash session.sh`, '/dev/null'],
  { cwd: work, env, stdio: ['ignore', 'pipe', 'inherit'] },
);
session.stdout.on('data', (data) =>
  lines.push(
    JSON.stringify([Number(process.hrtime.bigint() - started) / 1e9, 'o', data.toString('utf8')]),
  ),
);
const code = await new Promise((done) => session.on('close', done));
if (code !== 0) throw new Error(`the session failed with exit code ${code}`);
write('session.cast', `${lines.join('\n')}\n`);
execFileSync(
  'npx',
  [
    '--yes',
    'svg-term-cli@2.1.1',
    '--in',
    join(work, 'session.cast'),
    '--out',
    'docs/pictures/terminal.svg',
    '--window',
    '--no-optimize',
    '--width',
    String(columns),
    '--height',
    String(rows),
  ],
  { stdio: 'inherit' },
);
rmSync(work, { recursive: true, force: true });
console.log('docs/pictures/terminal.svg');
