// Installs the packed JavaScript package into projects of its consumers: Node, bundlers and
// TypeScript.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { build as esbuild } from 'esbuild';
import { build as vite, createServer as serveWithVite } from 'vite';
import webpack from 'webpack';
import { launch } from '../../../../scripts/browser.mjs';
import { archived, project, root, run } from './install.mjs';

// What every consumer does: a valid name, an invalid name, and the code of an error.
const USE = `
  const names = ['name: shop\\n', 'name: Shop\\n'];
  const rules = names.map((service) => validate({ service }).map(({ rule }) => rule).join());
  let code;
  try {
    validate({});
  } catch (error) {
    code = error instanceof OptakitError && error.code;
  }
  const result = [version(), ...rules, code].join(' ');
`;
const { version } = JSON.parse(readFileSync(join(root, 'target/js/package.json'), 'utf8'));
const RESULT = new RegExp(`^${version.replaceAll('.', '\\.')} \\S* \\S+ invalid-argument\\n?$`);
const NAMES = '{ OptakitError, validate, version }';
const IMPORT = `import ${NAMES} from 'optakit';${USE}`;
const WEB = `import init, ${NAMES} from 'optakit/web';
  const start = async () => { await init(); ${USE} document.title = result; };
  start().catch((error) => { document.title = String(error); });`;
const PAGE = '<!doctype html><title>loading</title><script type="module" src="main.js"></script>';
const TYPES = {
  '.js': 'text/javascript',
  '.html': 'text/html',
  '.wasm': 'application/wasm',
};

/** Opens an address in a browser and returns the title that its script sets. */
async function titleOf(address) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => document.title !== 'loading');
    return await page.title();
  } finally {
    await browser.close();
  }
}

/** Serves a folder, opens it in a browser and returns the title. */
async function titleInBrowser(folder) {
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : new URL(request.url, 'http://a').pathname;
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  try {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    return await titleOf(`http://127.0.0.1:${port}/`);
  } finally {
    server.close();
  }
}

test('Node imports the package as a module and as CommonJS, and both share the error class', () => {
  const folder = project('node', {
    'main.mjs': `${IMPORT} console.log(result);`,
    'main.cjs': `const ${NAMES} = require('optakit');${USE} console.log(result);`,
    'both.mjs': `import { createRequire } from 'node:module';
      import * as imported from 'optakit';
      import * as web from 'optakit/web';
      const required = createRequire(import.meta.url)('optakit');
      await web.init();
      const names = Object.keys(required).sort();
      console.log(imported.OptakitError === required.OptakitError,
        web.validate === required.validate, names.every((name) => imported[name]), names.join());`,
  });
  assert.match(run(folder, 'main.mjs'), RESULT);
  assert.match(run(folder, 'main.cjs'), RESULT);
  assert.equal(
    run(folder, 'both.mjs'),
    'true true true OptakitError,aws,bundle,complete,hover,remove,render,set,validate,version\n',
  );
});

test('esbuild bundles the package for Node and for a browser without options', async () => {
  const folder = project('esbuild', { 'main.js': `${IMPORT} globalThis.console.log(result);` });
  for (const [platform, format] of /** @type {const} */ ([
    ['node', 'cjs'],
    ['node', 'esm'],
    ['browser', 'iife'],
    ['browser', 'esm'],
  ])) {
    // The bundle is outside the project, so that it cannot load the package.
    const outfile = join(folder, `../${platform}-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    const entryPoints = [join(folder, 'main.js')];
    await esbuild({ entryPoints, outfile, platform, format, bundle: true, logLevel: 'error' });
    assert.match(run(folder, outfile), RESULT, `${platform} ${format}`);
  }
});

test('esbuild bundles optakit/web; the program is a file next to the bundle', async () => {
  const folder = project('esbuild-web', { 'main.js': WEB, 'out/index.html': PAGE });
  await esbuild({
    entryPoints: [join(folder, 'main.js')],
    outfile: join(folder, 'out/main.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
  const program = readFileSync(join(folder, 'node_modules/optakit/optakit.wasm'));
  writeFileSync(join(folder, 'out/optakit.wasm'), program);
  assert.match(await titleInBrowser(join(folder, 'out')), RESULT);
});

/** Bundles with webpack. Fails on errors and warnings. */
const bundleWithWebpack = (folder, options) =>
  new Promise((resolve, reject) => {
    const output = { path: join(folder, 'out'), filename: 'main.js', publicPath: '/' };
    const all = { mode: 'production', context: folder, entry: './main.js', output, ...options };
    webpack(/** @type {any} */ (all), (error, stats) => {
      const { errors = [], warnings = [] } = stats?.toJson() ?? {};
      const problems = [...errors, ...warnings].map(({ message }) => message);
      const found = problems.filter((message) => !/size limit|performance/.test(message));
      if (error ?? found.length > 0) reject(error ?? new Error(found.join('\n')));
      else resolve(undefined);
    });
  });

test('webpack bundles the package for Node and for a browser without options', async () => {
  const folder = project('webpack', { 'main.js': `${IMPORT} console.log(result);` });
  for (const target of ['node', 'web']) {
    await bundleWithWebpack(folder, { target });
    assert.match(run(folder, 'out/main.js'), RESULT, target);
  }
});

test('webpack bundles optakit/web with the program', async () => {
  const folder = project('webpack-web', { 'main.js': WEB, 'out/index.html': PAGE });
  await bundleWithWebpack(folder, { target: 'web' });
  assert.match(await titleInBrowser(join(folder, 'out')), RESULT);
});

for (const entry of ['optakit', 'optakit/web']) {
  test(`vite bundles and serves ${entry} without options`, async () => {
    const script = entry === 'optakit' ? `${IMPORT} document.title = result;` : WEB;
    const folder = project(`vite-${entry.replace('/', '-')}`, {
      'index.html': PAGE.replace('main.js', '/main.js'),
      'main.js': script,
    });
    await vite({ root: folder, configFile: false, logLevel: 'error' });
    assert.match(await titleInBrowser(join(folder, 'dist')), RESULT);
    const server = await serveWithVite({ root: folder, configFile: false, logLevel: 'error' });
    try {
      await server.listen();
      assert.match(await titleOf(server.resolvedUrls?.local[0]), RESULT);
    } finally {
      await server.close();
    }
  });
}

const CHECKED = `import { OptakitError, bundle, complete, hover, remove, render, set, validate, aws,
  type Analysis, type Choices, type ErrorCode, type Input, type Kind } from 'optakit';
const input: Input = { service: '', variables: { tag: 'x' }, choices: { profile: 'default' } };
for (const found of validate(input)) {
  const severity: 'error' | 'warning' | 'hint' = found.severity;
  // @ts-expect-error The severity is one of three.
  const other: boolean = found.severity === 'fatal';
  console.log(severity, other, found.place.line, found.fixes[0]?.edits[0]?.text);
}
const analysis: Analysis = render(input);
const kinds: Kind[] | undefined = analysis.manifests?.map(({ kind }) => kind);
const edit = set('a: 1', ['a', 0], { b: [1, null] });
const text: string | undefined = edit?.text ?? remove('a: 1', ['a'])?.text;
const word: number | undefined = complete(input, 'opta.yml', 0)?.utf16Start;
const help: string | undefined = hover(input, 'opta.yml', 0)?.markdown;
const kind: 'ecr-repository' | 'iam-role' | undefined = aws(input)[0]?.kind;
const choices: Partial<Choices> = { exposure: 'alb', hardening: 'restricted' };
// @ts-expect-error There is no such profile.
validate({ service: '', choices: { profile: 'newest' } });
// @ts-expect-error A path is an array.
set('a: 1', 'a', 2);
// @ts-expect-error JSON has no undefined.
set('a: 1', ['a'], undefined);
try {
  console.log(bundle(input).text, kinds, text, word, help, kind, choices);
} catch (error) {
  const code: ErrorCode | undefined = error instanceof OptakitError ? error.code : undefined;
  console.log(code);
}
`;
const CHECKED_WEB = `import init, { init as named, validate, type Diagnostic } from 'optakit/web';
const ready: Promise<void> = init(new URL('https://a/optakit.wasm'));
export async function found(): Promise<Diagnostic[]> {
  await ready;
  await named();
  return validate({ service: '' });
}
`;

for (const { resolution, module, compiler } of [
  { resolution: 'node10', module: 'commonjs', compiler: 'typescript5' },
  { resolution: 'node16', module: 'node16', compiler: 'typescript5' },
  { resolution: 'bundler', module: 'esnext', compiler: 'typescript5' },
  { resolution: 'nodenext', module: 'nodenext', compiler: 'typescript' },
  { resolution: 'bundler', module: 'esnext', compiler: 'typescript' },
]) {
  test(`TypeScript knows the types: ${compiler}, moduleResolution ${resolution}`, () => {
    const compilerOptions = {
      module,
      moduleResolution: resolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      ...(module === 'commonjs' && { esModuleInterop: true }),
    };
    const folder = project(`types-${compiler}-${resolution}`, {
      'tsconfig.json': JSON.stringify({ compilerOptions }),
      'main.mts': CHECKED,
      'web.mts': CHECKED_WEB,
      'main.cts': CHECKED,
    });
    const command = [join(root, 'node_modules', compiler, 'bin/tsc'), '--project', '.'];
    const { status, stdout } = spawnSync(process.execPath, command, {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  });
}

test('the archive has all files, and only those', () => {
  assert.deepEqual(archived.filter((path) => !path.startsWith('rds-ca/')).sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'index.cjs',
    'index.d.cts',
    'index.d.ts',
    'index.js',
    'node.js',
    'optakit.wasm',
    'package.json',
    'web-node.js',
    'web.d.ts',
    'web.js',
  ]);
  const folder = project('manifest', {
    'main.cjs': `const manifest = require('optakit/package.json');
      console.log(JSON.stringify([manifest, require.resolve('optakit/optakit.wasm')]));`,
  });
  const [manifest, program] = JSON.parse(run(folder, 'main.cjs'));
  assert.ok(program.endsWith('/optakit.wasm'));
  assert.deepEqual(manifest.engines, { node: '>=20' });
  assert.match(manifest.repository.url, /^git\+https:\/\/github\.com\/.+\.git$/);
  for (const path of manifest.files) {
    assert.ok(
      archived.some((found) => found === path || found.startsWith(`${path}/`)),
      path,
    );
  }
});

test('the archive has certificates for every region', () => {
  const source = readFileSync(join(root, 'crates/core/src/model/aws_partitions.rs'), 'utf8');
  const regions = source.match(/(?<=")[a-z]+(?:-[a-z]+)+-\d+(?=")/g);
  assert.ok(regions.includes('us-gov-west-1') && regions.includes('cn-north-1'), `${regions}`);
  for (const region of regions) assert.ok(archived.includes(`rds-ca/${region}.pem`), region);
  const folder = project('certificates', {
    'main.cjs': `const { readFileSync } = require('node:fs');
      const { bundle, render } = require('optakit');
      for (const region of ${JSON.stringify(regions)}) {
        const input = {
          service: ${JSON.stringify(`name: shop
environments: [{name: staging, path: env.yml}]
modules:
  - {type: postgres, name: db}
  - {type: k8s-service, name: api, image: nginx, port: {http: 80}, links: [db]}
`)},
          environmentFiles: { 'env.yml': 'name: staging\\norg_name: acme\\nproviders: ' +
            '{aws: {region: ' + region + ', account_id: 123456789012}}\\n' },
        };
        const named = render(input).rdsCertificatesFor;
        const file = require.resolve('optakit/rds-ca/' + named + '.pem');
        input.rdsCertificates = readFileSync(file, 'utf8');
        if (!bundle(input).text.includes('BEGIN CERTIFICATE')) throw new Error(region);
      }
      console.log('done');`,
  });
  assert.equal(run(folder, 'main.cjs'), 'done\n');
  assert.equal(readdirSync(join(folder, 'node_modules/optakit/rds-ca')).length, regions.length + 1);
});
