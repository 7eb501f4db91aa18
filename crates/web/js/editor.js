// The text editor of the page: CodeMirror for YAML, with the functions that the Rust side calls
// (crates/web/src/editor/). The rules, defaults and texts about fields are in the core.
import { Compartment, EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { earlyKeys } from './early_keys.js';
import { emptyFoldGutter, emptyProblemGutter } from './empty_gutters.js';
import { loadTyping, searchIn, searchKey, typing } from './late_typing.js';
import { painted } from './painted.js';
import { loadMissing, part } from './parts.js';
import { prose } from './prose.js';
import { store, stored } from './settings.js';
import { theme } from './theme.js';

export { startLayout } from './layout.js';

/** @typedef {{from: number, to: number, text: string}} TextEdit Offsets are in UTF-16. */
/** @typedef {{title: string, edits: TextEdit[]}} Fix */

/**
 * @typedef {object} Diagnostic
 * @property {number} from
 * @property {number} to
 * @property {'error' | 'warning' | 'hint'} severity
 * @property {string} message
 * @property {Fix[]} fixes
 */

/** @typedef {{utf16Start: number, utf16End: number, markdown: string}} Hover */

/** @type {import('@codemirror/state').StateEffectType<{from: number, to: number}>} */
const setLit = StateEffect.define();
const litLine = Decoration.line({ class: 'cm-lit' });
// The highlighted lines: those that decide the line that is selected in a manifest.
/** @type {StateField<import('@codemirror/view').DecorationSet>} */
const lit = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setLit)) continue;
      const { doc } = transaction.state;
      const { from, to } = effect.value;
      const marks = [];
      for (let line = from; line > 0 && line <= Math.min(to, doc.lines); line += 1) {
        marks.push(litLine.range(doc.line(line).from));
      }
      return Decoration.set(marks);
    }
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Highlights the lines `from` to `to`, counted from 1, and no others. 0 highlights none.
 *
 * @param {EditorView} view
 * @param {number} from
 * @param {number} to
 */
export function light(view, from, to) {
  view.dispatch({ effects: setLit.of({ from, to }) });
}

// The keys, YAML and the marks of problems load right after the first view. Until then, empty
// gutters keep their space.
const keys = new Compartment();
const language = new Compartment();
const problemGutter = new Compartment();
/** @param {EditorView} view */
const hasKeys = (view) => keys.get(view.state) !== earlyKeys;

/**
 * The problems of each editor.
 *
 * @type {WeakMap<EditorView, Diagnostic[]>}
 */
const problems = new WeakMap();

let canPrint = false;

/** @param {EditorView} view */
async function loadEditing(view) {
  const loaded = await part('editing', () => import('./editing.js'));
  if (!loaded) return;
  if (!canPrint) loaded.printText(shownView);
  canPrint = true;
  if (!views.has(view)) return;
  if (!hasKeys(view)) {
    view.dispatch({
      effects: [
        keys.reconfigure(loaded.keys),
        language.reconfigure(loaded.language),
        problemGutter.reconfigure(loaded.problemGutter),
      ],
    });
  }
  loaded.mark(view, problems.get(view) ?? [], (edits) => apply(view, edits));
}

/** Loads the parts again that could not be fetched. */
export async function loadMissingParts() {
  await loadMissing();
  for (const view of views) void loadEditing(view);
}

// Whether long lines are wrapped, in all editors.
const WRAP_KEY = 'optakit.wrap';
const wrapping = new Compartment();
let isWrapped = stored(WRAP_KEY) === 'true';
/**
 * All editors of the page.
 *
 * @type {Set<EditorView>}
 */
const views = new Set();
const lineWrapping = () => (isWrapped ? EditorView.lineWrapping : []);

/** Wraps long lines in all editors, or stops wrapping them. */
export function toggleLineWrapping() {
  isWrapped = !isWrapped;
  store(WRAP_KEY, String(isWrapped));
  for (const view of views) view.dispatch({ effects: wrapping.reconfigure(lineWrapping()) });
}

/** Returns the editor on the screen. */
const shownView = () => [...views].find(({ dom }) => dom.checkVisibility());

/** Opens the search panel of the editor on the screen. */
export async function searchText() {
  const view = shownView();
  if (view) await searchIn(view);
}

/**
 * Creates an editor inside `parent`, in a shadow root. There, CodeMirror uses adopted style sheets,
 * which a strict style-src allows.
 *
 * @param {Element} parent
 * @param {string} label
 * @param {string} text
 * @param {string} hint Shown while the editor is empty.
 * @param {(text: string, typing: boolean) => void} onChange
 * @param {import('./typing.js').Complete} onComplete
 * @param {(at: number) => Promise<Hover | null>} onHover
 * @param {(line: number, at: number) => void} onCursor The line is 0 without the focus.
 * @param {(back: boolean) => void} onStep Undoes or redoes a step.
 */
export function create(parent, label, text, hint, onChange, onComplete, onHover, onCursor, onStep) {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      problemGutter.of(emptyProblemGutter),
      language.of(emptyFoldGutter),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      typing.of([]),
      searchKey,
      // The problems come first, then the documentation.
      Prec.lowest(hoverTooltip(async (_, at) => tooltip(await onHover(at)))),
      wrapping.of(lineWrapping()),
      EditorState.tabSize.of(2),
      lit,
      placeholder(hint),
      stepKeymap(onStep),
      keys.of(earlyKeys),
      EditorView.contentAttributes.of({
        'aria-label': label,
        tabindex: '0',
        spellcheck: 'false',
        autocapitalize: 'off',
        autocorrect: 'off',
      }),
      typeOverSelection,
      // CodeMirror would only log an error of the functions that it calls.
      EditorView.exceptionSink.of((error) => globalThis.OptakitPage.crashed(String(error))),
      EditorView.domEventHandlers({
        focus: (_, view) => void loadTyping(view, onComplete),
        // The page opens dropped files, so the editor must not insert them.
        drop: (event) => event.dataTransfer?.types.includes('Files') ?? false,
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString(), isTyping(update));
        if (update.selectionSet || update.docChanged || update.focusChanged) {
          const { from } = update.state.selection.main;
          onCursor(update.view.hasFocus ? update.state.doc.lineAt(from).number : 0, from);
        }
      }),
      theme,
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  views.add(view);
  void painted().then(() => loadEditing(view));
  return view;
}

/**
 * Whether all changes were typed.
 *
 * @param {import('@codemirror/view').ViewUpdate} update
 */
function isTyping({ transactions }) {
  return transactions.every(
    (transaction) => transaction.isUserEvent('input.type') || transaction.isUserEvent('delete'),
  );
}

/**
 * The keys of the undo history, which all texts share.
 *
 * @param {(back: boolean) => void} onStep
 */
function stepKeymap(onStep) {
  const isMac = /Mac|iP(hone|[oa]d)/.test(navigator.platform);
  return [
    keymap.of([
      {
        any(_, event) {
          const key = event.key.toLowerCase();
          const hasModifier = isMac ? event.metaKey : event.ctrlKey;
          if (!hasModifier || event.altKey || (key !== 'z' && key !== 'y')) return false;
          onStep(key === 'z' && !event.shiftKey);
          return true;
        },
      },
    ]),
    // The menu of the browser can undo too.
    EditorView.domEventHandlers({
      beforeinput(event) {
        if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return false;
        event.preventDefault();
        onStep(event.inputType === 'historyUndo');
        return true;
      },
    }),
  ];
}

/**
 * @param {Hover | null} hover
 * @returns {import('@codemirror/view').Tooltip | null}
 */
function tooltip(hover) {
  if (!hover) return null;
  const { utf16Start: pos, utf16End: end, markdown } = hover;
  return { pos, end, above: true, create: () => ({ dom: prose(markdown) }) };
}

/**
 * Replaces the selection with typed text. Otherwise the browser adds a style attribute to keep the
 * colors of the selection, which a strict style-src rejects.
 */
const typeOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const { data, inputType } = event;
    if (inputType !== 'insertText' || data === null || empty || view.composing) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), {
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    const handlers = view.state.facet(EditorView.inputHandler);
    const isHandled = handlers.some((handler) => handler(view, from, to, data, insert));
    if (!isHandled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/**
 * Marks diagnostics in the text.
 *
 * @param {EditorView} view
 * @param {Diagnostic[]} found
 */
export function show(view, found) {
  problems.set(view, found);
  if (found.length > 0 || hasKeys(view)) void loadEditing(view);
}

/**
 * Applies edits at once.
 *
 * @param {EditorView} view
 * @param {TextEdit[]} edits
 */
export function apply(view, edits) {
  view.dispatch({
    changes: edits.map(({ from, to, text }) => ({ from, to, insert: text })),
    userEvent: 'input.fix',
  });
}

/** @param {EditorView} view */
export function focus(view) {
  view.focus();
}

/**
 * Replaces a range and moves the cursor to its end.
 *
 * @param {EditorView} view
 * @param {number} from
 * @param {number} to
 * @param {string} text
 */
export function restore(view, from, to, text) {
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + view.state.toText(text).length },
    scrollIntoView: true,
    userEvent: 'input.restore',
  });
}

/**
 * Replaces the whole text.
 *
 * @param {EditorView} view
 * @param {string} text
 */
export function replace(view, text) {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    userEvent: 'input.replace',
  });
}

/**
 * Selects a range, scrolls to it and focuses the editor.
 *
 * @param {EditorView} view
 * @param {number} from
 * @param {number} to
 */
export function reveal(view, from, to) {
  const length = view.state.doc.length;
  const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
  view.dispatch({
    selection,
    effects: EditorView.scrollIntoView(selection.anchor, { y: 'center' }),
  });
  view.focus();
}

/**
 * Returns the texts of all editors by file, without the program.
 *
 * @returns {[string, string][]}
 */
export function texts() {
  const parents = [...document.querySelectorAll('[data-file]')];
  return parents.flatMap((parent) => {
    const { file } = /** @type {HTMLElement} */ (parent).dataset;
    const content = parent.shadowRoot?.querySelector('.cm-editor');
    const view = content && EditorView.findFromDOM(/** @type {HTMLElement} */ (content));
    return view && file ? [[file, view.state.doc.toString()]] : [];
  });
}

/** @param {EditorView} view */
export function destroy(view) {
  views.delete(view);
  view.destroy();
}
