// YAML in the text editor: colors, folding, indentation, brackets. CodeMirror's own language
// support parses during each keystroke. This one first paints the key and moves the old colors with
// the text; it parses after the paint.
import {
  DocInput,
  bracketMatching,
  foldGutter,
  foldService,
  indentService,
  indentUnit,
} from '@codemirror/language';
import { EditorState, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, ViewPlugin } from '@codemirror/view';
import { TreeFragment } from '@lezer/common';
import { KINDS } from './color_kinds.js';
import { eachColor, parser } from './colors.js';
import { foldMarker } from './empty_gutters.js';
import { INDENT, nextColumn } from './indentation.js';
import { painted } from './painted.js';

/**
 * The result of the last parse.
 *
 * @typedef {object} Parsed
 * @property {import('@lezer/common').Tree | null} tree Of the current or an earlier text.
 * @property {boolean} isWhole Whether the tree reaches the end of its text.
 * @property {readonly TreeFragment[]} fragments The parts that the next parse can use again.
 * @property {import('@codemirror/state').ChangeDesc | null} back
 *   The changes from the current text back to the text of the tree.
 */

/** @type {import('@codemirror/state').StateEffectType<Parsed>} */
const setParsed = StateEffect.define();
/** @param {import('@codemirror/view').ViewUpdate} update */
const isParsed = ({ transactions }) =>
  transactions.some(({ effects }) => effects.some((effect) => effect.is(setParsed)));

/** @type {Parsed} */
const NOT_PARSED = { tree: null, isWhole: false, fragments: [], back: null };

const parsed = StateField.define({
  create: () => NOT_PARSED,
  update(before, { effects, docChanged, changes }) {
    const current = effects.find((effect) => effect.is(setParsed))?.value ?? before;
    if (!docChanged) return current;
    /** @type {import('@lezer/common').ChangedRange[]} */
    const ranges = [];
    changes.iterChangedRanges((fromA, toA, fromB, toB) => {
      ranges.push({ fromA, toA, fromB, toB });
    });
    const fragments = TreeFragment.applyChanges(current.fragments, ranges);
    const back = changes.invertedDesc;
    return { ...current, fragments, back: current.back ? back.composeDesc(current.back) : back };
  },
});

// Text that is typed at the end of a part gets its color until the next parse.
/** @type {Record<string, Decoration>} */
const marks = Object.fromEntries(
  KINDS.map((kind) => [kind, Decoration.mark({ class: kind, inclusiveEnd: true })]),
);

/** @param {import('@codemirror/view').EditorView} view */
function colorsOf({ state, visibleRanges }) {
  const { tree } = state.field(parsed);
  /** @type {RangeSetBuilder<Decoration>} */
  const found = new RangeSetBuilder();
  if (!tree) return found.finish();
  const textOf = (/** @type {number} */ from, /** @type {number} */ to) => state.sliceDoc(from, to);
  for (const { from, to } of visibleRanges) {
    eachColor(tree, textOf, (start, end, kind) => found.add(start, end, marks[kind]), from, to);
  }
  return found.finish();
}

/** The longest time to parse without a pause, in milliseconds. Keys wait that long. */
const MAX_PARSE_TIME = 8;

/** Parses the text after each change, and updates the colors. */
class Colors {
  /** @type {import('@codemirror/view').DecorationSet} */
  decorations = Decoration.none;
  isDestroyed = false;
  isParsing = false;

  /** @param {import('@codemirror/view').EditorView} view */
  constructor(view) {
    this.view = view;
    // Extensions that load later can create this object again, when the text is already parsed.
    if (!view.state.field(parsed).back) this.decorations = colorsOf(view);
    this.parse();
  }

  /** @param {import('@codemirror/view').ViewUpdate} update */
  update(update) {
    const { tree, back } = update.state.field(parsed);
    if (tree && !back && (isParsed(update) || update.viewportChanged)) {
      this.decorations = colorsOf(update.view);
    } else {
      this.decorations = this.decorations.map(update.changes);
    }
    if (update.docChanged) this.parse();
  }

  destroy() {
    this.isDestroyed = true;
  }

  isOutdated() {
    const { isWhole, back } = this.view.state.field(parsed);
    return !this.isDestroyed && (!isWhole || back !== null);
  }

  async parse() {
    if (this.isParsing) return;
    this.isParsing = true;
    while (this.isOutdated()) {
      await painted();
      await this.parseOnce();
    }
    this.isParsing = false;
  }

  /**
   * Parses the text, with pauses, until it is done or the text changes. The first parse only reads
   * the visible part.
   */
  async parseOnce() {
    const { state, viewport } = this.view;
    const { tree: known, fragments } = state.field(parsed);
    const parse = parser.startParse(new DocInput(state.doc), fragments);
    const isPart = !known && viewport.to < state.doc.length;
    if (isPart) parse.stopAt(viewport.to);
    /** @type {import('@lezer/common').Tree | null} */
    let tree = null;
    while (!tree) {
      const until = performance.now() + MAX_PARSE_TIME;
      while (!tree && performance.now() < until) tree = parse.advance();
      if (tree) {
        const newFragments = TreeFragment.addTree(tree, fragments, isPart);
        const result = { tree, isWhole: !isPart, fragments: newFragments, back: null };
        this.view.dispatch({ effects: setParsed.of(result) });
      } else {
        await new Promise((resolve) => setTimeout(resolve));
      }
      if (this.isDestroyed || this.view.state.doc !== state.doc) return;
    }
  }
}

const colors = ViewPlugin.fromClass(Colors, { decorations: (plugin) => plugin.decorations });

const FOLDED = new Set(['Item', 'Pair', 'BlockLiteral', 'FlowMapping', 'FlowSequence']);

/** Folds from the end of a line to the end of the largest node that starts in it. */
const folds = foldService.of((state, start, end) => {
  const { tree, back } = state.field(parsed);
  if (!tree) return null;
  const [from, to] = back ? [back.mapPos(start), back.mapPos(end)] : [start, end];
  let found = null;
  /** @type {import('@lezer/common').SyntaxNode | null} */
  let node = tree.resolveInner(to, -1);
  for (; node && node.from >= from; node = node.parent) {
    if (FOLDED.has(node.name) && node.to > to) found = node;
  }
  return found && { from: end, to: back ? back.invertedDesc.mapPos(found.to) : found.to };
});

/** The indentation of a new line. */
const indentation = indentService.of((context, at) => {
  if (context.simulatedBreak !== at) return undefined;
  const { text, from } = context.lineAt(at, -1);
  return nextColumn(text.slice(0, at - from));
});

/** The extensions for YAML. */
export const yaml = [
  parsed,
  colors,
  folds,
  indentation,
  foldGutter({ markerDOM: foldMarker, foldingChanged: isParsed }),
  bracketMatching(),
  indentUnit.of(INDENT),
  EditorState.languageData.of(() => [{ commentTokens: { line: '#' } }]),
];
