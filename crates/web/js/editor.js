// The text editor of the page: CodeMirror, set up for YAML, behind the few functions that the Rust side calls
// (crates/web/src/editor/mod.rs). No rule, no default and no field text lives here.
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, redo, undo } from '@codemirror/commands';
import { bracketMatching, foldKeymap, indentUnit } from '@codemirror/language';
import { diagnosticCount, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { KINDS, partsOf } from './colours.js';
import { prose } from './prose.js';
import { yaml } from './yaml.js';

// Colours and sizes are the page's custom properties, which reach through the shadow root.
const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--code-font)', lineHeight: 'var(--code-line)' },
  '.cm-content': { padding: '8px 0 48px', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 16px 0 4px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '36px', padding: '0 8px 0 12px' },
  '.cm-activeLine': { backgroundColor: 'var(--line)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--line)', color: 'var(--text-muted)' },
  '.cm-lit': { backgroundColor: 'var(--lit)' },
  // The browser's own selection and caret: a caret that is drawn blinks by an animation, and each key then waits for its frames.
  '.cm-line::selection, .cm-line ::selection': { backgroundColor: 'var(--selection)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--selection)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selection)', color: 'inherit' },
  ...Object.fromEntries(KINDS.map((kind) => [`.${kind}`, { color: `var(--${kind})` }])),
  '.cm-foldPlaceholder': { backgroundColor: 'var(--surface-raised)', border: '1px solid var(--border)', color: 'var(--text-muted)' },
  // On a phone it wraps: the line that it stands in does not.
  '.cm-placeholder': { color: 'var(--text-muted)', whiteSpace: 'normal', maxWidth: 'calc(100vw - 112px)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--error) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--warning) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-info': { backgroundImage: 'none', textDecoration: 'underline dotted var(--text-muted) 1px', textUnderlineOffset: '3px' },
  '.cm-lint-marker': { content: '""', width: '8px', height: '8px', margin: '7px 2px 0', borderRadius: '50%', backgroundColor: 'var(--error)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warning)', borderRadius: '2px' },
  '.cm-lint-marker-info': { backgroundColor: 'var(--text-muted)' },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 3px' },
  '.cm-lintPoint::after': { borderBottomColor: 'var(--error)' },
  '.cm-lintPoint-warning::after': { borderBottomColor: 'var(--warning)' },
  '.cm-lintPoint-info::after': { borderBottomColor: 'var(--text-muted)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface-raised)', color: 'var(--text)', border: '1px solid var(--border)', borderRadius: '8px', fontFamily: 'var(--font)', overflow: 'hidden' },
  '.cm-diagnostic': { padding: '8px 12px', borderLeft: 'none', maxWidth: '420px', whiteSpace: 'pre-wrap' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)', borderRadius: '6px', padding: '2px 8px', margin: '0 0 0 8px', font: 'inherit' },
  '.cm-prose': { padding: '8px 12px', maxWidth: '460px', whiteSpace: 'pre-wrap', lineHeight: '1.45' },
  '.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', marginLeft: '4px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--code-font)', maxHeight: '15em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 12px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--text-muted)', marginLeft: '12px' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-panels': { backgroundColor: 'var(--surface-raised)', color: 'var(--text)', borderColor: 'var(--border)' },
  '.cm-panel input, .cm-panel button': { fontFamily: 'var(--font)' },
});

// Lines that belong to what is looked at elsewhere.
const setLit = StateEffect.define();
const litLine = Decoration.line({ class: 'cm-lit' });
const lit = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setLit)) continue;
      const { doc } = transaction.state;
      const { from, to } = effect.value;
      const marks = [];
      for (let line = from; line > 0 && line <= Math.min(to, doc.lines); line += 1) marks.push(litLine.range(doc.line(line).from));
      return Decoration.set(marks);
    }
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Lights the lines `from` to `to`, counted from 1, and no others; none for 0. */
export function light(view, from, to) {
  view.dispatch({ effects: setLit.of({ from, to }) });
}

// What helps while typing and searching is fetched when an editor is entered for the first time.
const typing = new Compartment();

async function helpTyping(view, onComplete) {
  if (typing.get(view.state).length > 0) return;
  const entered = view.state.doc;
  const { extensions, startCompletion } = await import('./typing.js');
  if (typing.get(view.state).length > 0) return;
  view.dispatch({ effects: typing.reconfigure(extensions(onComplete)) });
  // Who typed in the meantime expects what typing brings.
  if (view.state.doc !== entered && view.hasFocus) startCompletion(view);
}

/**
 * Makes an editor inside `parent`. A shadow root around it lets CodeMirror's styles be adopted sheets, which a strict
 * style-src allows.
 */
export function create(parent, label, text, hint, onChange, onComplete, onHover, onCursor) {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      lintGutter(),
      yaml(foldMarker),
      history(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      bracketMatching(),
      typing.of([]),
      hoverTooltip(async (view, at) => about(await onHover(at))),
      indentUnit.of('  '),
      EditorState.tabSize.of(2),
      lit,
      placeholder(hint),
      keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, indentWithTab]),
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
      typeOverSelection,
      EditorView.domEventHandlers({ focus: (_, view) => void helpTyping(view, onComplete) }),
      // Files are the page's: it opens them, whatever they are dropped on.
      EditorView.domEventHandlers({ drop: (event) => event.dataTransfer?.types.includes('Files') ?? false }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
        if (update.selectionSet || update.docChanged || update.focusChanged) {
          const { from } = update.state.selection.main;
          onCursor(update.view.hasFocus ? update.state.doc.lineAt(from).number : 0, from);
        }
      }),
      theme,
    ],
  });
  return new EditorView({ state, parent: root, root });
}

function about(found) {
  if (!found) return null;
  return { pos: found.utf16Start, end: found.utf16End, above: true, create: () => ({ dom: prose(found.markdown) }) };
}

/**
 * Text typed over a selection. Left to itself the browser keeps the selection's colours by a style attribute of its own,
 * which a strict style-src refuses.
 */
const typeOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== 'insertText' || event.data === null || empty || view.composing) return false;
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, event.data, insert));
    if (!handled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

function foldMarker(open) {
  const marker = document.createElement('span');
  marker.textContent = open ? '⌄' : '›';
  marker.setAttribute('aria-hidden', 'true');
  return marker;
}

/** Shows findings: `[{from, to, severity, message, fixes: [{title, edits: [{from, to, text}]}]}]`, offsets in UTF-16. */
export function show(view, findings) {
  if (findings.length === 0 && diagnosticCount(view.state) === 0) return;
  const length = view.state.doc.length;
  const clamp = (at) => Math.max(0, Math.min(at, length));
  const diagnostics = findings.map(({ from, to, severity, message, fixes }) => ({
    from: clamp(from),
    to: clamp(to),
    severity: severity === 'hint' ? 'info' : severity,
    message,
    actions: fixes.map(({ title, edits }) => ({ name: title, apply: () => {
      apply(view, edits);
      view.focus();
    } })),
  }));
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

/** Makes edits as one step of the history. */
export function apply(view, edits) {
  view.dispatch({ changes: edits.map(({ from, to, text }) => ({ from, to, insert: text })), userEvent: 'input.fix', annotations: isolateHistory.of('full') });
}

export function focus(view) {
  view.focus();
}

/** Takes the last step of the history back, or makes it again. */
export function step(view, back) {
  (back ? undo : redo)(view);
}

/** Replaces the whole text, as one step of the history. */
export function replace(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: 'input.replace', annotations: isolateHistory.of('full') });
}

/** Selects a place, brings it into view and puts the cursor there. */
export function reveal(view, from, to) {
  const length = view.state.doc.length;
  const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
  view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: 'center' }) });
  view.focus();
}

export function destroy(view) {
  view.destroy();
}

/** The parts of each line of a text. */
function partsOfLines(text) {
  const lines = [[]];
  for (const [kind, part] of partsOf(text)) {
    for (const piece of splitLines(part)) {
      lines.at(-1).push([kind, piece]);
      if (piece.endsWith('\n')) lines.push([]);
    }
  }
  return lines;
}

const splitLines = (text) => text.split(/(?<=\n)/);
// Only where a text has one of these does a line mean something else than by itself: manifests have no other scalar of several lines.
const blockScalar = /[|>][-+\d]*\n/;
/** The parts of lines that were shown. The manifests of many services are the same lines again and again. */
const known = new Map();

/** The parts of each line of a text that ends with a line. */
function linesOf(text) {
  if (blockScalar.test(text)) return partsOfLines(text);
  if (known.size > 10_000) known.clear();
  const lines = splitLines(text);
  // Many lines are read quicker together than each by itself.
  if (lines.filter((line) => !known.has(line)).length > 3) {
    const read = partsOfLines(text);
    lines.forEach((line, index) => known.set(line, read[index]));
  }
  return lines.map((line) => {
    const parts = known.get(line) ?? partsOf(line);
    known.set(line, parts);
    return parts;
  });
}

function lineElement(parts) {
  const line = document.createElement('span');
  for (const [kind, part] of parts) {
    const node = kind ? document.createElement('span') : part;
    if (kind) {
      node.className = kind;
      node.textContent = part;
    }
    line.append(node);
  }
  return line;
}

/** The lines that an element shows, a child each. */
const drawn = new WeakMap();

/** Fills an element with the lines of a YAML text, each an element of text and spans of a class for each kind. Those it shows already stay. */
export function highlight(element, text) {
  const [before, after] = [drawn.get(element) ?? [], splitLines(text)];
  drawn.set(element, after);
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const old = Array.prototype.slice.call(element.children, start, before.length - end);
  const behind = element.children[before.length - end] ?? null;
  for (const line of old) line.remove();
  for (const parts of linesOf(text).slice(start, after.length - end)) element.insertBefore(lineElement(parts), behind);
}
