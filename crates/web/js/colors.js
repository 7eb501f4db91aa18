// Colors of YAML, with the grammar of CodeMirror: for the text editor and for manifests. The first
// view does not need them, so they load after the editor.
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { parser } from '@lezer/yaml';

export { parser };

/** @type {Record<import('./color_kinds.js').Kind, import('@lezer/highlight').Tag[]>} */
const TAGS = {
  'code-key': [tags.definition(tags.propertyName), tags.propertyName],
  'code-number': [tags.number, tags.bool, tags.null],
  'code-string': [tags.string, tags.special(tags.string), tags.content],
  'code-comment': [tags.comment, tags.lineComment, tags.meta],
  'code-punctuation': [tags.punctuation, tags.separator, tags.squareBracket, tags.brace],
};
const classes = tagHighlighter(
  Object.entries(TAGS).flatMap(([kind, list]) => list.map((tag) => ({ tag, class: kind }))),
);

// The grammar has one kind of plain scalar; numbers and booleans are found by this pattern.
const NUMBER = /^(?:-?\d+(?:\.\d+)?|0x[0-9a-fA-F]+|true|false|null)$/;

/**
 * Calls `put(from, to, class)` for each colored part of a tree.
 *
 * @param {import('@lezer/common').Tree} tree
 * @param {(from: number, to: number) => string} textOf
 * @param {(from: number, to: number, kind: string) => void} put
 * @param {number} [from]
 * @param {number} [to]
 */
export function eachColor(tree, textOf, put, from, to) {
  highlightTree(
    tree,
    classes,
    (start, end, kind) => {
      const isNumber = kind === 'code-string' && NUMBER.test(textOf(start, end));
      put(start, end, isNumber ? 'code-number' : kind);
    },
    from,
    to,
  );
}

/**
 * Splits YAML into parts with a class. The class is empty for a part without a color.
 *
 * @param {string} text
 * @returns {[kind: string, text: string][]}
 */
export function partsOf(text) {
  /** @type {[string, string][]} */
  const parts = [];
  let at = 0;
  const textOf = (/** @type {number} */ from, /** @type {number} */ to) => text.slice(from, to);
  eachColor(parser.parse(text), textOf, (from, to, kind) => {
    if (from > at) parts.push(['', text.slice(at, from)]);
    parts.push([kind, text.slice(from, to)]);
    at = to;
  });
  parts.push(['', text.slice(at)]);
  return parts;
}
