// Tests what the functions of the JavaScript package do with arguments that are not valid.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './install.mjs';

const folder = join(root, 'target/js');
const optakit = await import(join(folder, 'node.js'));
const { OptakitError } = optakit;
const types = readFileSync(join(folder, 'index.d.ts'), 'utf8');

const ENVIRONMENT = `name: staging
org_name: acme
providers: {aws: {region: us-east-1, account_id: 123456789012}}
`;
const SERVICE = `name: shop
environments: [{name: staging, path: env.yml}]
input_variables: [{name: level, default: info}]
modules:
  - {type: postgres, name: db}
  - type: k8s-service
    name: api
    image: nginx
    port: {http: 80}
    env_vars: {LEVEL: "{vars.level}"}
`;
const input = (service = SERVICE) => ({ service, environmentFiles: { 'env.yml': ENVIRONMENT } });
const ANALYSES = ['validate', 'render', 'aws', 'bundle'];
// Words of the program that the package is written in.
const RUST = /struct|enum|Option|Vec|tuple|sequence|unit value|u32|usize|i64|serde|wasm|panic/;

/** Checks the code and the message of the error that a function throws. */
function fails(code, message, run, type = OptakitError) {
  assert.throws(run, (/** @type {any} */ error) => {
    assert.ok(error instanceof type && error instanceof Error, `${error}`);
    const found = /** @type {any} */ (error);
    assert.deepEqual([found.name, found.code], ['OptakitError', code], found.message);
    assert.match(found.message, message);
    assert.doesNotMatch(found.message, RUST);
    return true;
  });
}

test('an argument of the wrong type is named', () => {
  const all = [...ANALYSES, 'complete', 'hover'];
  const cases = [
    [undefined, /^`input` is undefined, expected an object$/],
    [null, /^`input` is null/],
    ['name: shop', /^`input` is a string/],
    [[SERVICE], /^`input` is an array/],
    [{}, /^`input\.service` is missing$/],
    [{ service: undefined }, /^`input\.service` is missing$/],
    [{ service: 1 }, /^`input\.service` is a number, expected a string$/],
    [{ servce: '' }, /^`input` has the unknown key `servce`, expected `service`, /],
    [{ service: '', name: 7 }, /^`input\.name` is a number/],
    [{ service: '', values: {} }, /^`input\.values` is an object, expected a string$/],
    [{ service: '', environmentFiles: [] }, /^`input\.environmentFiles` is an array/],
    [{ service: '', environmentFiles: new Map() }, /^`input\.environmentFiles` is a Map/],
    [
      { service: '', environmentFiles: { 'e.yml': 1 } },
      /environmentFiles\["e\.yml"\]` is a number/,
    ],
    [{ service: '', variables: { level: 1 } }, /^`input\.variables\["level"\]` is a number/],
    [{ service: '', choices: 'default' }, /^`input\.choices` is a string, expected an object$/],
    [{ service: '', choices: { profil: 'x' } }, /^`input\.choices` has the unknown key `profil`/],
    [{ service: '', choices: { profile: 1 } }, /^`input\.choices\.profile` is a number/],
    [{ service: '', rdsCertificates: Buffer.from('') }, /^`input\.rdsCertificates` is a/],
  ];
  for (const name of all) {
    for (const [given, message] of cases) {
      fails('invalid-argument', message, () => optakit[name](given, 'opta.yml', 0));
    }
  }
  assert.deepEqual(optakit.validate(input()), [], 'the next call works');
});

test('an offset is a number from 0, and a file is a string', () => {
  for (const name of ['complete', 'hover']) {
    const call = (...position) => optakit[name](input(), ...position);
    fails('invalid-argument', /^`file` is undefined/, () => call());
    fails('invalid-argument', /^`file` is an object/, () => call({}, 0));
    for (const offset of [undefined, null, NaN, -1, 1.5, Infinity, '3', 3n]) {
      fails('invalid-argument', /^`offset` is .*, expected a UTF-16 offset/, () =>
        call('opta.yml', offset),
      );
    }
    assert.doesNotThrow(() => call('opta.yml', Number.MAX_SAFE_INTEGER));
    assert.equal(call('other.yml', 0), undefined);
  }
});

test('a path is an array of keys and indexes', () => {
  for (const call of [
    (path) => optakit.set(SERVICE, path, 1),
    (path) => optakit.remove(SERVICE, path),
  ]) {
    fails('invalid-argument', /^`path` is a string, expected an array of keys/, () => call('name'));
    fails('invalid-argument', /^`path` is undefined/, () => call());
    fails('invalid-argument', /^`path` is an object/, () => call({ 0: 'name', length: 1 }));
    for (const step of [undefined, null, NaN, -1, 0.5, true, ['a'], {}]) {
      fails('invalid-argument', /^`path\[1\]` is .*, expected a key or an index from 0$/, () =>
        call(['modules', step]),
      );
    }
    fails('invalid-argument', /^`path\[0\]` is undefined/, () => call(new Array(1)));
  }
  fails('invalid-argument', /^`text` is an object/, () => optakit.set({}, ['a'], 1));
});

test('a value is JSON', () => {
  const cyclic = {};
  cyclic.self = cyclic;
  for (const [value, message] of [
    [undefined, /^`value` is undefined, expected a JSON value$/],
    [NaN, /^`value` is NaN/],
    [Infinity, /^`value` is Infinity/],
    [3n, /^`value` is a bigint/],
    [() => 1, /^`value` is a function/],
    [Symbol('a'), /^`value` is a symbol/],
    [new Date(0), /^`value` is a Date/],
    [{ a: { b: undefined } }, /^`value\.a\.b` is undefined/],
    [[1, NaN], /^`value\[1\]` is NaN/],
    [new Array(1), /^`value\[0\]` is undefined/],
    [cyclic, /is nested too deeply$/],
  ]) {
    fails('invalid-argument', message, () => optakit.set('a: 1\n', ['a'], value));
  }
  const value = { b: [1, true, null, 'x'] };
  assert.equal(optakit.set('a: 1\n', ['a'], value).text.includes('true'), true);
});

test('an error that a getter throws is thrown unchanged', () => {
  class Mine extends Error {}
  const mine = new Mine('mine');
  const throwing = (key, rest = {}) =>
    Object.defineProperty({ ...rest }, key, {
      enumerable: true,
      get() {
        throw mine;
      },
    });
  const same = (run) => assert.throws(run, (error) => error === mine);
  for (const name of [...ANALYSES, 'complete', 'hover']) {
    for (const given of [
      throwing('service'),
      throwing('choices', { service: '' }),
      { service: '', choices: throwing('profile') },
      { service: '', environmentFiles: throwing('env.yml') },
      { service: '', variables: throwing('level') },
      new Proxy({ service: '' }, { get: (target, key) => throwing(key)[key] ?? target }),
    ]) {
      same(() => optakit[name](given, 'opta.yml', 0));
    }
  }
  same(() => optakit.set('a: 1', ['a'], throwing('b')));
  // The values of getters are used, and a class may have them on its prototype.
  class Files {
    get service() {
      return 'name: Shop\n';
    }
  }
  assert.deepEqual(optakit.validate(new Files()), optakit.validate({ service: 'name: Shop\n' }));
});

test('unknown choices are errors', () => {
  const several = SERVICE.replace(
    '[{name: staging, path: env.yml}]',
    '[{name: staging, path: env.yml}, {name: production, path: env.yml}]',
  );
  /** @type {[string, object, RegExp][]} */
  const cases = [
    [SERVICE, { profile: 'newest' }, /^unknown profile `newest`, expected one of `default`, /],
    [SERVICE, { hardening: 'none' }, /^unknown hardening `none`/],
    [SERVICE, { exposure: 'elb' }, /^unknown exposure `elb`/],
    [SERVICE, { kubernetes: '1.2' }, /^unknown Kubernetes version `1\.2`/],
    [SERVICE, { gateway: 'public' }, /^`public` is not a valid Gateway/],
    [SERVICE, { imageTag: 'a b' }, /^`a b` is not a valid image tag/],
    [SERVICE, { imageDigest: 'x' }, /image digest/],
    [SERVICE, { environment: 'test' }, /^unknown environment `test`, expected `staging`$/],
    [several, { environment: 'test' }, /expected one of `staging` and `production`$/],
  ];
  for (const [service, choices, message] of cases) {
    for (const name of ['validate', 'aws', 'bundle']) {
      fails('invalid-choice', message, () => optakit[name]({ ...input(service), choices }));
    }
    const { refusal, manifests } = optakit.render({ ...input(service), choices });
    assert.match(refusal, message);
    assert.equal(manifests, null);
  }
  const choose = /^the file has several environments: set `choices\.environment` to one of/;
  assert.match(optakit.render(input(several)).refusal, choose);
  fails('invalid-choice', choose, () => optakit.bundle(input(several)));
  assert.deepEqual(optakit.validate(input(several)), [], 'each environment can be valid');
});

test('the types of choices list what is accepted', () => {
  for (const choice of ['profile', 'hardening', 'exposure']) {
    const union = new RegExp(`${choice}\\?: (.*);`).exec(types)[1];
    const { refusal } = optakit.render({ ...input(), choices: { [choice]: '-' } });
    const accepted = refusal
      .match(/`[^`]+`/g)
      .slice(1)
      .map((name) => name.replaceAll('`', "'"));
    assert.deepEqual(union.split(' | '), accepted, choice);
  }
});

test('the types of results list what occurs', () => {
  const union = (name) => new RegExp(`${name} =?([^;]*);`).exec(types)[1].match(/(?<=')[^']+/g);
  const source = readFileSync(join(root, 'crates/core/src/kind.rs'), 'utf8');
  const kinds = new Set(source.match(/(?<=facts\(\s*")[A-Z]\w+(?=",\s*")/g));
  const declared = union('export type Kind').filter((_, index) => index % 2 === 0);
  assert.deepEqual(new Set(declared), kinds);
  const codes = union('export type ErrorCode').filter((_, index) => index % 2 === 0);
  assert.equal(codes.length, 7);
  assert.match(types, /export type Severity = "error" \| "warning" \| "hint";/);
});

test('a bundle needs a file without errors and certificates', () => {
  const invalid = input(`${SERVICE}    min_containers: x\n`);
  fails('invalid-file', /^opta\.yml:11:21: /, () => optakit.bundle(invalid));
  fails('invalid-file', /./, () => optakit.bundle({ service: '' }));
  assert.deepEqual(optakit.aws(invalid), []);
  const linked = input(`${SERVICE}    links: [db]\n`);
  assert.equal(optakit.render(linked).rdsCertificatesFor, 'us-east-1');
  fails('missing-certificates', /`optakit\/rds-ca\/us-east-1\.pem`$/, () => optakit.bundle(linked));
});

test('variables override the default and the values file', () => {
  const level = (rest) => {
    const { manifests } = optakit.render({ ...input(), ...rest });
    const { yaml } = manifests.find(({ kind }) => kind === 'Deployment');
    return /name: LEVEL\n\s+value: (.*)/.exec(yaml)[1];
  };
  assert.equal(level({}), 'info');
  assert.equal(level({ values: 'vars: {level: warn}\n' }), 'warn');
  const variables = { level: 'debug' };
  assert.equal(level({ variables }), 'debug');
  assert.equal(level({ values: 'vars: {level: warn}\n', variables }), 'debug');
  assert.match(optakit.bundle({ ...input(), variables }).text, /debug/);
  for (const name of ANALYSES) {
    const call = (service, names) => optakit[name]({ ...input(service), variables: names });
    const unknown =
      /^`variables`: opta\.yml has no input variable `levl`\n {2}help: did you mean `level`\?$/;
    fails('invalid-argument', unknown, () => call(SERVICE, { levl: '' }));
    const none = SERVICE.replace(/input_variables.*\n/, '').replace('{vars.level}', 'x');
    fails('invalid-argument', /help: remove it: the file has no/, () => call(none, { a: '' }));
  }
});

test('an edit that is not possible says why', () => {
  fails('cannot-edit', /line 1/, () => optakit.set('a: [', ['a'], 1));
  fails('cannot-edit', /^cannot add key `b` to /, () => optakit.set('a: 1\n', ['a', 'b'], 1));
  fails('cannot-edit', /line 1/, () => optakit.remove('a: [', ['a']));
});

test('texts that are not valid Unicode keep their length', () => {
  const service = `${SERVICE}    image_tag_: "\ud800"\n`;
  const [diagnostic] = optakit.validate(input(service));
  assert.equal(service.slice(diagnostic.place.utf16Start).startsWith('image_tag_'), true);
  assert.doesNotThrow(() => optakit.set('a: 1\n', ['a'], '\udc00'));
});

test('optakit/web asks for init()', async () => {
  const web = await import(join(folder, 'web.js'));
  const early = () => web.validate({ service: '' });
  fails('not-initialized', /`init\(\)`/, early, web.OptakitError);
  const failed = await web.init(Promise.resolve(new Uint8Array(3))).catch((error) => error);
  assert.ok(failed instanceof web.OptakitError && failed.cause instanceof Error);
  assert.equal(failed.code, 'not-initialized');
  await web.default(readFileSync(join(folder, 'optakit.wasm')));
  await web.init();
  assert.deepEqual(web.validate(input()), []);
});

test('the README describes every function, option and code', () => {
  const readme = readFileSync(join(root, 'crates/core/js/README.md'), 'utf8');
  const functions = types.match(/(?<=export function )\w+/g);
  const keys = /interface Input \{(.*?)\n\}/s.exec(types)[1].match(/^ {4}\w+(?=\??:)/gm);
  const choices = /interface Choices \{(.*?)\n\}/s.exec(types)[1].match(/^ {4}\w+(?=\??:)/gm);
  const codes = /export type ErrorCode =([^;]*);/.exec(types)[1].match(/[a-z]+-?[a-z]+(?=')/g);
  assert.equal(functions.length, 9);
  for (const name of [...functions, ...keys, ...choices, ...codes, 'init', 'OptakitError']) {
    assert.match(readme, new RegExp(`\\b${name.trim()}\\b`), name);
  }
  assert.ok(readdirSync(join(folder, 'rds-ca')).includes('default.pem'));
});
