// Shortens the names of the functions that the program of the page imports. wasm-bindgen puts a
// hash in each name, and hashes cannot be compressed: they are 1 % of the first load.

/** The module of the imports in the output of wasm-bindgen, and its shorter name. */
const MODULE = './program_bg.js';
const SHORT_MODULE = 'p';
const IMPORT_SECTION = 2;
/** The length of the magic number and the version of a wasm file. */
const HEADER = 8;

/** Reads the values of a wasm file one after another. */
class Reader {
  /**
   * @param {Buffer} bytes
   * @param {number} at
   */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Reads a number in LEB128. */
  number() {
    for (let result = 0, shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at];
      this.at += 1;
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
  }

  /** @param {number} length */
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() {
    return this.take(this.number()).toString();
  }
}

/** @param {number} value */
function number(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 0x80) | 0x80);
  }
}

/** @param {string} text */
const name = (text) => Buffer.concat([number(Buffer.byteLength(text)), Buffer.from(text)]);

/**
 * Reads the description of an import: its kind and its type.
 *
 * @param {Reader} reader
 */
function description(reader) {
  const start = reader.at;
  const [kind] = reader.take(1);
  // A function has the index of its type. A table, a memory and a global have a type and limits.
  if (kind === 1 || kind === 3 || kind === 4) reader.take(1);
  if (kind === 1 || kind === 2) {
    const [flags] = reader.take(1);
    reader.number();
    if (flags & 1) reader.number();
  } else if (kind === 3) {
    reader.take(1);
  } else {
    reader.number();
  }
  return reader.bytes.subarray(start, reader.at);
}

/**
 * Returns the import section with short names. Adds each new name to `renamed`.
 *
 * @param {Buffer} section
 * @param {Map<string, string>} renamed
 */
function shortenSection(section, renamed) {
  const reader = new Reader(section);
  const count = reader.number();
  /** @type {Buffer[]} */
  const parts = [number(count)];
  for (let index = 0; index < count; index += 1) {
    let [module, field] = [reader.name(), reader.name()];
    if (module === MODULE) {
      const short = renamed.get(field) ?? `_${renamed.size.toString(36)}`;
      renamed.set(field, short);
      [module, field] = [SHORT_MODULE, short];
    }
    parts.push(name(module), name(field), description(reader));
  }
  return Buffer.concat(parts);
}

/**
 * Shortens the names in a program and in its bindings.
 *
 * @param {Buffer} program
 * @param {string} bindings The JavaScript of wasm-bindgen.
 * @returns {{program: Buffer, bindings: string}}
 */
export function shortenImports(program, bindings) {
  /** @type {Map<string, string>} */
  const renamed = new Map();
  const parts = [program.subarray(0, HEADER)];
  const reader = new Reader(program, HEADER);
  while (reader.at < program.length) {
    const [id] = reader.take(1);
    const section = reader.take(reader.number());
    const content = id === IMPORT_SECTION ? shortenSection(section, renamed) : section;
    parts.push(Buffer.from([id]), number(content.length), content);
  }
  let found = 0;
  const short = bindings
    .replace(`"${MODULE}":`, `"${SHORT_MODULE}":`)
    .replace(/^ {8}(\w+):/gm, (line, field) => {
      if (!renamed.has(field)) return line;
      found += 1;
      return `        ${renamed.get(field)}:`;
    });
  if (found !== renamed.size) {
    throw new Error(`found ${found} of ${renamed.size} imports in the output of wasm-bindgen`);
  }
  return { program: Buffer.concat(parts), bindings: short };
}
