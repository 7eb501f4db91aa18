// Colored YAML outside of the editor: manifests.
import { partsOf } from './colors.js';

/** @typedef {[kind: string, text: string][]} Parts The parts of a line. */

/** @param {string} text */
const splitLines = (text) => text.split(/(?<=\n)/);

/**
 * Returns the parts of each line of a text.
 *
 * @param {string} text
 */
function partsOfLines(text) {
  /** @type {Parts[]} */
  const lines = [[]];
  for (const [kind, part] of partsOf(text)) {
    for (const piece of splitLines(part)) {
      lines[lines.length - 1].push([kind, piece]);
      if (piece.endsWith('\n')) lines.push([]);
    }
  }
  return lines;
}

// Lines of a block scalar cannot be colored one by one. Manifests have no other scalar of several
// lines.
const BLOCK_SCALAR = /[|>][-+\d]*\n/;
/**
 * The parts of lines that were shown. The manifests of many services repeat the same lines.
 *
 * @type {Map<string, Parts>}
 */
const known = new Map();
const MAX_KNOWN = 10_000;

/**
 * Returns the parts of each line of a text that ends with a line break.
 *
 * @param {string} text
 */
function linesOf(text) {
  if (BLOCK_SCALAR.test(text)) return partsOfLines(text);
  if (known.size > MAX_KNOWN) known.clear();
  const lines = splitLines(text);
  // Parsing the whole text is faster than parsing more than three lines one by one.
  if (lines.filter((line) => !known.has(line)).length > 3) {
    const parts = partsOfLines(text);
    lines.forEach((line, index) => known.set(line, parts[index]));
  }
  return lines.map((line) => {
    const parts = known.get(line) ?? partsOf(line);
    known.set(line, parts);
    return parts;
  });
}

/** @param {Parts} parts */
function lineElement(parts) {
  const line = document.createElement('span');
  for (const [kind, part] of parts) {
    if (kind === '') {
      line.append(part);
      continue;
    }
    const span = document.createElement('span');
    span.className = kind;
    span.textContent = part;
    line.append(span);
  }
  return line;
}

/**
 * The lines that an element shows. Each line is a child.
 *
 * @type {WeakMap<Element, string[]>}
 */
const drawn = new WeakMap();

/**
 * Shows a YAML text in an element: one child per line, with spans for the colors. Keeps the lines
 * that do not change.
 *
 * @param {Element} element
 * @param {string} text
 */
export function highlight(element, text) {
  const before = drawn.get(element) ?? [];
  const after = splitLines(text);
  drawn.set(element, after);
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const old = [...element.children].slice(start, before.length - end);
  const next = element.children[before.length - end] ?? null;
  for (const line of old) line.remove();
  for (const parts of linesOf(text).slice(start, after.length - end)) {
    element.insertBefore(lineElement(parts), next);
  }
}
