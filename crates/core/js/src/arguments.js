// Checks the arguments of the functions and copies them, so that WebAssembly gets plain data. An
// error that is thrown while a property is read, for example by a getter, is not caught.
import { invalid } from './error.js';

/** Checks a value and returns a copy. The name is the one for messages, like `input.service`.
 * @typedef {(value: unknown, name: string) => unknown} Check */

const MAX_DEPTH = 500;

/** Describes a value for a message, without its content. */
function describe(value) {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object') {
    return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
  }
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' ? 'an object' : `a ${tag}`;
}

const mismatch = (name, value, expected) =>
  invalid(`\`${name}\` is ${describe(value)}, expected ${expected}`);

const isObject = (value) => Object.prototype.toString.call(value) === '[object Object]';

/** @type {Check} */
export function string(value, name) {
  if (typeof value !== 'string') throw mismatch(name, value, 'a string');
  // WebAssembly has no lone surrogates. The replacement has the same length.
  return value.toWellFormed?.() ?? value;
}

/** @type {Check} */
export function offset(value, name) {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Math.min(Number(value), 0xffffffff);
  const found = typeof value === 'number' ? String(value) : describe(value);
  throw invalid(`\`${name}\` is ${found}, expected a UTF-16 offset, counted from 0`);
}

/** @type {Check} */
export function path(value, name) {
  if (!Array.isArray(value)) {
    throw mismatch(name, value, "an array of keys and indexes like ['modules', 0, 'name']");
  }
  return Array.from(value, (step, index) => {
    if (typeof step === 'string') return string(step, name);
    if (Number.isSafeInteger(step) && step >= 0 && step <= 0xffffffff) return step;
    const found = typeof step === 'number' ? String(step) : describe(step);
    throw invalid(`\`${name}[${index}]\` is ${found}, expected a key or an index from 0`);
  });
}

/** Checks a JSON value.
 * @param {unknown} value
 * @param {string} name
 * @param {number} depth */
export function json(value, name, depth = 0) {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return string(value, name);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth > MAX_DEPTH) throw invalid(`\`${name}\` is nested too deeply`);
  if (Array.isArray(value)) {
    return Array.from(value, (item, index) => json(item, `${name}[${index}]`, depth + 1));
  }
  if (!isObject(value)) throw mismatch(name, value, 'a JSON value');
  return Object.fromEntries(
    Object.keys(value).map((key) => [
      string(key, name),
      json(value[key], `${name}.${key}`, depth + 1),
    ]),
  );
}

/** Checks a map from names to texts.
 * @type {Check} */
function texts(value, name) {
  if (!isObject(value)) throw mismatch(name, value, 'an object');
  return Object.fromEntries(
    Object.keys(value).map((key) => [
      string(key, name),
      string(value[key], `${name}[${JSON.stringify(key)}]`),
    ]),
  );
}

/** Returns a check of an object with known keys.
 * @param {Record<string, Check>} fields
 * @param {string[]} required
 * @returns {Check} */
const object = (fields, required) => (value, name) => {
  if (!isObject(value)) throw mismatch(name, value, 'an object');
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) {
      const known = Object.keys(fields).map((field) => `\`${field}\``);
      throw invalid(`\`${name}\` has the unknown key \`${key}\`, expected ${known.join(', ')}`);
    }
  }
  const copy = {};
  for (const [key, check] of Object.entries(fields)) {
    const found = value[key];
    if (found !== undefined && found !== null) copy[key] = check(found, `${name}.${key}`);
    else if (required.includes(key)) throw invalid(`\`${name}.${key}\` is missing`);
  }
  return copy;
};

const choices = object(
  {
    environment: string,
    profile: string,
    hardening: string,
    exposure: string,
    gateway: string,
    kubernetes: string,
    imageTag: string,
    imageDigest: string,
  },
  [],
);

/** Checks the input of a function. */
export const input = object(
  {
    service: string,
    name: string,
    environmentFiles: texts,
    values: string,
    variables: texts,
    choices,
    rdsCertificates: string,
  },
  ['service'],
);
