// The styles of the text editor.
import { EditorView } from '@codemirror/view';
import { KINDS } from './color_kinds.js';

/** The styles use custom properties of the page, which the shadow root inherits. */
export const theme = EditorView.theme({
  '&': {
    height: '100%',
    color: 'var(--text)',
    backgroundColor: 'var(--surface)',
    fontSize: 'var(--text-size)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--code-font)', lineHeight: 'var(--code-line)' },
  '.cm-content': { padding: '8px 0 48px', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 16px 0 4px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '36px', padding: '0 8px 0 12px' },
  '.cm-activeLine': { backgroundColor: 'var(--line)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--line)', color: 'var(--text-muted)' },
  '.cm-lit': { backgroundColor: 'var(--lit)' },
  '.cm-tab': { borderBottom: '1px dotted var(--error)' },
  '.cm-specialChar': { color: 'var(--error)', border: '1px dotted currentColor' },
  // Use the selection and caret of the browser. CodeMirror draws a blinking caret with an
  // animation, and then each key waits for its frames.
  '.cm-line::selection, .cm-line ::selection': { backgroundColor: 'var(--selection)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--selection)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--selection)',
    color: 'inherit',
  },
  ...Object.fromEntries(KINDS.map((kind) => [`.${kind}`, { color: `var(--${kind})` }])),
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--surface-raised)',
    border: '1px solid var(--border)',
    color: 'var(--text-muted)',
  },
  // Wrap on a phone; the lines of the editor do not wrap.
  '.cm-placeholder': {
    color: 'var(--text-muted)',
    whiteSpace: 'normal',
    maxWidth: 'calc(100vw - 112px)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--error) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warning) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: 'underline dotted var(--text-muted) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lint-marker': {
    content: '""',
    width: '8px',
    height: '8px',
    margin: '7px 2px 0',
    borderRadius: '50%',
    backgroundColor: 'var(--error)',
  },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warning)', borderRadius: '2px' },
  '.cm-lint-marker-info': { backgroundColor: 'var(--text-muted)' },
  // The base theme of the folds loads later.
  '.cm-foldGutter span': { padding: '0 1px' },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 3px' },
  '.cm-lintPoint::after': { borderBottomColor: 'var(--error)' },
  '.cm-lintPoint-warning::after': { borderBottomColor: 'var(--warning)' },
  '.cm-lintPoint-info::after': { borderBottomColor: 'var(--text-muted)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    border: '1px solid var(--border)',
    borderRadius: '8px',
    fontFamily: 'var(--font)',
    overflow: 'hidden',
  },
  '.cm-diagnostic': {
    padding: '8px 12px',
    borderLeft: 'none',
    maxWidth: '420px',
    whiteSpace: 'pre-wrap',
  },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
    borderRadius: '6px',
    padding: '2px 8px',
    margin: '0 0 0 8px',
    font: 'inherit',
  },
  '.cm-prose': {
    padding: '8px 12px',
    maxWidth: '460px',
    whiteSpace: 'pre-wrap',
    lineHeight: '1.45',
  },
  '.cm-prose a': { color: 'var(--accent)' },
  '.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', marginLeft: '4px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--code-font)', maxHeight: '15em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 12px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
  },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--text-muted)', marginLeft: '12px' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-panels': {
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    borderColor: 'var(--border)',
  },
  // Contrast themes remove backgrounds.
  '@media (forced-colors: active)': {
    '.cm-lint-marker': { backgroundColor: 'CanvasText', forcedColorAdjust: 'none' },
    '.cm-lint-marker-warning': { transform: 'rotate(45deg) scale(0.9)' },
    '.cm-lint-marker-info': { backgroundColor: 'Canvas', border: '1px solid CanvasText' },
    '.cm-lintRange': { textDecorationColor: 'CanvasText' },
    '.cm-activeLineGutter': { textDecoration: 'underline' },
    '.cm-lit': { outline: '1px solid Highlight', outlineOffset: '-1px' },
    '.cm-line::selection, .cm-line ::selection': {
      backgroundColor: 'Highlight',
      color: 'HighlightText',
    },
    '.cm-selectionMatch, .cm-matchingBracket': { outline: '1px solid Highlight' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
      backgroundColor: 'Highlight',
      color: 'HighlightText',
      forcedColorAdjust: 'none',
    },
  },
});
