// YAML in the text editor: colours, folding, indentation. A key is painted without the text being read: what was read before moves
// with it, and the text is read after the paint. CodeMirror's own support of a language reads within each key.
import { DocInput, foldGutter, foldService, indentService } from '@codemirror/language';
import { EditorState, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, ViewPlugin } from '@codemirror/view';
import { TreeFragment } from '@lezer/common';
import { KINDS, eachColour, parser } from './colours.js';
import { painted } from './painted.js';

const setRead = StateEffect.define();
const isRead = ({ transactions }) => transactions.some(({ effects }) => effects.some((effect) => effect.is(setRead)));

/** What was read: the tree of the text or of an earlier one, whether to its end, what can be used again, and the way back to that text. */
const reading = StateField.define({
  create: () => ({ tree: null, isWhole: false, fragments: [], back: null }),
  update(before, { effects, docChanged, changes }) {
    const read = effects.find((effect) => effect.is(setRead))?.value ?? before;
    if (!docChanged) return read;
    const ranges = [];
    changes.iterChangedRanges((fromA, toA, fromB, toB) => ranges.push({ fromA, toA, fromB, toB }));
    const back = changes.invertedDesc;
    return { ...read, fragments: TreeFragment.applyChanges(read.fragments, ranges), back: read.back ? back.composeDesc(read.back) : back };
  },
});

// What is typed behind a part has its colour until the text is read.
const marks = Object.fromEntries(KINDS.map((kind) => [kind, Decoration.mark({ class: kind, inclusiveEnd: true })]));

function coloursOf({ state, visibleRanges }) {
  const { tree } = state.field(reading);
  const found = new RangeSetBuilder();
  const put = (from, to, kind) => found.add(from, to, marks[kind]);
  for (const { from, to } of visibleRanges) eachColour(tree, (start, end) => state.sliceDoc(start, end), put, from, to);
  return found.finish();
}

/** How long a piece of reading may take, in milliseconds: keys wait for it. */
const PIECE = 8;

const colours = ViewPlugin.fromClass(
  class {
    decorations = Decoration.none;

    constructor(view) {
      this.view = view;
      this.read();
    }

    update(update) {
      const { tree, back } = update.state.field(reading);
      if (tree && !back && (isRead(update) || update.viewportChanged)) this.decorations = coloursOf(update.view);
      else this.decorations = this.decorations.map(update.changes);
      if (update.docChanged) this.read();
    }

    destroy() {
      this.isGone = true;
    }

    isBehind() {
      const { isWhole, back } = this.view.state.field(reading);
      return !this.isGone && (!isWhole || back);
    }

    async read() {
      if (this.isReading) return;
      this.isReading = true;
      while (this.isBehind()) {
        await painted();
        await this.readOnce();
      }
      this.isReading = false;
    }

    /** Reads the text, in pieces, until it is read or changes; for the first time as far as it is seen. */
    async readOnce() {
      const { state, viewport } = this.view;
      const { tree: known, fragments } = state.field(reading);
      const parse = parser.startParse(new DocInput(state.doc), fragments);
      const isPart = !known && viewport.to < state.doc.length;
      if (isPart) parse.stopAt(viewport.to);
      for (let tree = null; !tree; ) {
        for (const until = performance.now() + PIECE; !tree && performance.now() < until; ) tree = parse.advance();
        if (tree) {
          const read = { tree, isWhole: !isPart, fragments: TreeFragment.addTree(tree, fragments, isPart), back: null };
          this.view.dispatch({ effects: setRead.of(read) });
        } else {
          await new Promise((done) => setTimeout(done));
        }
        if (this.isGone || this.view.state.doc !== state.doc) return;
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const FOLDED = new Set(['Item', 'Pair', 'BlockLiteral', 'FlowMapping', 'FlowSequence']);

/** From the end of a line to the end of what begins in it. */
const folds = foldService.of((state, start, end) => {
  const { tree, back } = state.field(reading);
  if (!tree) return null;
  const [from, to] = back ? [back.mapPos(start), back.mapPos(end)] : [start, end];
  let found = null;
  for (let node = tree.resolveInner(to, -1); node && node.from >= from; node = node.parent) {
    if (FOLDED.has(node.name) && node.to > to) found = node;
  }
  return found && { from: end, to: back ? back.invertedDesc.mapPos(found.to) : found.to };
});

/** What opens something deeper: a key without a value, the head of a block, a bracket, a dash by itself. */
const opens = /(?:^-|:|[|>][-+\d]*|[[{])\s*(?:#.*)?$/;
const isKey = /^[^\s#].*?:(?:\s|$)/;

/** Where a line begins that is broken off another. */
const indentation = indentService.of((context, at) => {
  if (context.simulatedBreak !== at) return undefined;
  const { text, from } = context.lineAt(at, -1);
  const [, lead, dashes, rest] = text.slice(0, at - from).match(/^(\s*)((?:- +)*)(.*)$/s);
  const [below, column] = [context.countColumn(lead), context.countColumn(lead + dashes)];
  if (!rest.startsWith('#') && opens.test(rest)) return (/^[|>]/.test(rest) ? below : column) + context.unit;
  return isKey.test(rest) ? column : below;
});

/** YAML in an editor; `marker(open)` makes the mark of a fold. */
export const yaml = (marker) => [
  reading,
  colours,
  folds,
  indentation,
  foldGutter({ markerDOM: marker, foldingChanged: isRead }),
  EditorState.languageData.of(() => [{ commentTokens: { line: '#' } }]),
];
