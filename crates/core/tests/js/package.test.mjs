// Tests the JavaScript package in Node, and compares its output with the native binary.
// `make test` builds both; OPTAKIT_BIN is the path of the binary.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = new URL('../../../../', import.meta.url).pathname;
const folder = join(root, 'target/js');
const binary = resolve(process.env.OPTAKIT_BIN ?? join(root, 'target/debug/optakit'));
const optakit = await import(join(folder, 'node.js'));

const ENVIRONMENT = `name: staging
org_name: acme
providers: {aws: {region: us-east-1, account_id: 123456789012}}
modules:
  - {type: dns, domain: staging.acme.io}
`;
const SERVICE = `name: shop
environments: [{name: staging, path: env.yml}]
modules:
  - {type: postgres, name: db}
  - type: k8s-service
    name: api
    image: nginx
    port: {http: 80}
`;
const input = (service = SERVICE) => ({ service, environmentFiles: { 'env.yml': ENVIRONMENT } });

test('a diagnostic has a range and a fix', () => {
  assert.deepEqual(optakit.validate(input()), []);
  const [diagnostic, ...others] = optakit.validate(
    input(`${SERVICE}    min_container: 2 # Größe\n`),
  );
  assert.deepEqual(others, []);
  assert.equal(diagnostic.rule, 'unknown-field');
  assert.equal(diagnostic.severity, 'error');
  const { utf16Start, utf16End } = diagnostic.place;
  assert.deepEqual(
    [diagnostic.place.line, utf16Start, utf16End],
    [9, SERVICE.length + 4, SERVICE.length + 17],
  );
  assert.equal(diagnostic.fixes[0].edits[0].text, 'min_containers');
});

test('a file with errors has no manifests', () => {
  const { manifests, aws, diagnostics } = optakit.render(input());
  assert.deepEqual(
    manifests.map(({ kind, name }) => `${kind} ${name}`),
    [
      'Namespace shop',
      'ServiceAccount api',
      'Service api',
      'Deployment shop-api-k8s-service',
      'HorizontalPodAutoscaler shop-api-k8s-service',
    ],
  );
  assert.deepEqual([diagnostics, aws.map(({ kind }) => kind)], [[], ['iam-role']]);
  assert.equal(optakit.render(input(`${SERVICE}    min_containers: x\n`)).manifests, null);
});

test('completion and hover take UTF-16 offsets', () => {
  const service = `${SERVICE}    links: [`;
  const { utf16Start, utf16End, items } = optakit.complete(
    input(service),
    'opta.yml',
    service.length,
  );
  assert.deepEqual(
    [utf16Start, utf16End, items.map(({ label }) => label)],
    [service.length, service.length, ['db']],
  );
  assert.match(
    optakit.hover(input(), 'opta.yml', SERVICE.indexOf('port')).markdown,
    /containerPort/,
  );
  assert.equal(optakit.hover(input(), 'opta.yml', SERVICE.length), undefined);
});

test('setting a value changes nothing else', () => {
  const apply = ({ place: { utf16Start, utf16End }, text }) =>
    SERVICE.slice(0, utf16Start) + text + SERVICE.slice(utf16End);
  assert.equal(
    apply(optakit.set(SERVICE, ['modules', 1, 'port', 'http'], 8080)),
    SERVICE.replace('80}', '8080}'),
  );
  assert.equal(
    apply(optakit.set(SERVICE, ['modules', 1, 'secrets'], ['A'])),
    `${SERVICE}    secrets:\n      - A\n`,
  );
  assert.equal(
    apply(optakit.remove(SERVICE, ['modules', 1, 'image'])),
    SERVICE.replace('    image: nginx\n', ''),
  );
  assert.equal(optakit.remove(SERVICE, ['modules', 7]), undefined);
  assert.throws(() => optakit.set('a: [', ['a'], 1), /line 1/);
});

test('an edit keeps CRLF', () => {
  const windows = SERVICE.replaceAll('\n', '\r\n');
  const edits = [
    optakit.set(windows, ['modules', 1, 'secrets'], ['A', 'B']),
    optakit.set(windows, ['modules', 1, 'env_vars'], { TEXT: 'one\ntwo\n' }),
    optakit.set(windows, ['modules', 2], { type: 'redis', name: 'cache' }),
    optakit.set(windows, ['modules', 1, 'port'], { tcp: 1, http: 2 }),
    optakit.set(windows, ['new', 'map'], { a: [1, { b: 2 }] }),
    optakit.remove(windows, ['modules', 0]),
    optakit.remove(windows, ['modules', 1, 'image']),
  ];
  for (const { place, text } of edits) {
    const edited = windows.slice(0, place.utf16Start) + text + windows.slice(place.utf16End);
    assert.doesNotMatch(edited, /(?<!\r)\n|\r(?!\n)/, JSON.stringify(edited));
  }
});

test('the types declare every function', () => {
  const types = readFileSync(join(folder, 'index.d.ts'), 'utf8');
  for (const line of [
    'validate(input: Input): Diagnostic[]',
    'render(input: Input): Analysis',
    'bundle(input: Input): BundleFile',
    'complete(input: Input, file: string, offset: number): Completions | undefined',
    'hover(input: Input, file: string, offset: number): Hover | undefined',
  ]) {
    assert.ok(types.includes(line), `${line} in\n${types}`);
  }
});

test('the package and the binary print the same bytes for every case', () => {
  const cases = join(root, 'crates/core/tests/render');
  let compared = 0;
  for (const name of readdirSync(cases)) {
    if (!existsSync(join(cases, name, 'opta.yml'))) continue;
    const work = mkdtempSync(join(tmpdir(), 'optakit-'));
    cpSync(join(cases, name), work, { recursive: true });
    cpSync(join(cases, 'env.yml'), join(work, 'env.yml'));
    const service = readFileSync(join(work, 'opta.yml'), 'utf8');
    const values = existsSync(join(work, 'values.yml'))
      ? readFileSync(join(work, 'values.yml'), 'utf8')
      : undefined;
    for (const [profile, exposure] of [
      ['default', 'nginx'],
      ['opta-2021', 'nginx'],
      ['default', 'gateway'],
      ['default', 'alb'],
    ]) {
      const choices = { profile, exposure, imageTag: '1.4.2' };
      const request = {
        service,
        environmentFiles: { 'env.yml': readFileSync(join(work, 'env.yml'), 'utf8') },
        values,
        choices,
      };
      const region = optakit.render(request).rdsCertificatesFor;
      if (region) {
        request.rdsCertificates = readFileSync(join(folder, 'rds-ca', `${region}.pem`), 'utf8');
      }
      const flags = [
        '--profile',
        profile,
        '--exposure',
        exposure,
        '--image-tag',
        '1.4.2',
        ...(values ? ['--values', 'values.yml'] : []),
      ];
      const native = (...command) =>
        execFileSync(binary, [...command, ...flags], {
          cwd: work,
          stdio: ['ignore', 'pipe', 'pipe'],
          encoding: 'utf8',
        });
      const rendered = optakit.render(request);
      // The binary cannot render unknown outputs of the environment; it can bundle them.
      if (rendered.inputs.length === 0) {
        assert.equal(
          rendered.manifests.map(({ yaml }) => yaml).join('---\n'),
          native('render'),
          `${name} ${profile} ${exposure}`,
        );
      }
      assert.equal(
        optakit.bundle(request).text,
        native('bundle', '-o', '-'),
        `bundle of ${name} ${profile} ${exposure}`,
      );
      compared += 1;
    }
    rmSync(work, { recursive: true });
  }
  assert.ok(compared > 40, `only ${compared} cases were compared`);
});
