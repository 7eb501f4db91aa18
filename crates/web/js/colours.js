// The colours of YAML, by the grammar that CodeMirror has for it; for the text editor and for manifests.
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { parser } from '@lezer/yaml';

export { parser };

const TAGS = {
  'code-key': [tags.definition(tags.propertyName), tags.propertyName],
  'code-number': [tags.number, tags.bool, tags.null],
  'code-string': [tags.string, tags.special(tags.string), tags.content],
  'code-comment': [tags.comment, tags.lineComment, tags.meta],
  'code-punctuation': [tags.punctuation, tags.separator, tags.squareBracket, tags.brace],
};
/** The classes of parts; each has its colour in a custom property of its name. */
export const KINDS = Object.keys(TAGS);
const classes = tagHighlighter(KINDS.flatMap((kind) => TAGS[kind].map((tag) => ({ tag, class: kind }))));

// The grammar calls every plain scalar the same; numbers and words with a meaning are told apart by their look.
const plainValue = /^(?:-?\d+(?:\.\d+)?|0x[0-9a-fA-F]+|true|false|null)$/;

/** Calls `put(from, to, class)` for each part of a tree from `from` to `to` that has a colour; `textOf(from, to)` gives its text. */
export function eachColour(tree, textOf, put, from, to) {
  const kindOf = (start, end, kind) => (kind === 'code-string' && plainValue.test(textOf(start, end)) ? 'code-number' : kind);
  highlightTree(tree, classes, (start, end, kind) => put(start, end, kindOf(start, end, kind)), from, to);
}

/** YAML as parts, `[class, text]`; a class of '' for what has none. */
export function partsOf(text) {
  const parts = [];
  let at = 0;
  eachColour(parser.parse(text), (from, to) => text.slice(from, to), (from, to, kind) => {
    if (from > at) parts.push(['', text.slice(at, from)]);
    parts.push([kind, text.slice(from, to)]);
    at = to;
  });
  parts.push(['', text.slice(at)]);
  return parts;
}
