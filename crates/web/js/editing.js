// The editor extensions that the first view does not need: keys, YAML, and the marks of problems.
// They load right after the first view.
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { foldKeymap } from '@codemirror/language';
import { diagnosticCount, lintGutter, setDiagnostics } from '@codemirror/lint';
import { keymap } from '@codemirror/view';

export { printText } from './print.js';
export { yaml as language } from './yaml.js';

/** The keys of the editor. */
export const keys = keymap.of([...defaultKeymap, ...foldKeymap, indentWithTab]);

/** The gutter with the marks of problems. */
export const problemGutter = lintGutter();

// CodeMirror closes the tooltip of the gutter when the mouse moves into it: at the window, events
// from a shadow root have another target.
addEventListener(
  'mousemove',
  (event) => {
    const isInside = event
      .composedPath()
      .some((node) => node instanceof Element && node.matches('.cm-tooltip.cm-tooltip-lint'));
    if (isInside) event.stopImmediatePropagation();
  },
  { capture: true },
);

/**
 * Marks diagnostics in the text. Their fixes are buttons.
 *
 * @param {import('@codemirror/view').EditorView} view
 * @param {import('./editor.js').Diagnostic[]} found
 * @param {(edits: import('./editor.js').TextEdit[]) => void} apply
 */
export function mark(view, found, apply) {
  if (found.length === 0 && diagnosticCount(view.state) === 0) return;
  const length = view.state.doc.length;
  const clamp = (/** @type {number} */ at) => Math.max(0, Math.min(at, length));
  const action = (/** @type {import('./editor.js').Fix} */ { title, edits }) => ({
    name: title,
    apply() {
      apply(edits);
      view.focus();
    },
  });
  /** @type {import('@codemirror/lint').Diagnostic[]} */
  const diagnostics = found.map(({ from, to, severity, message, fixes }) => ({
    from: clamp(from),
    to: clamp(to),
    severity: severity === 'hint' ? 'info' : severity,
    message,
    actions: fixes.map(action),
  }));
  const isFixed = diagnostics.length < diagnosticCount(view.state);
  view.dispatch(setDiagnostics(view.state, diagnostics));
  // The tooltip of the gutter closes only when the mouse is far from it.
  if (isFixed) dispatchEvent(new MouseEvent('mousemove', { clientX: -99, clientY: -99 }));
}
