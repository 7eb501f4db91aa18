// The search panel of the text editor: its words, its styles and the number of matches.
import { getSearchQuery, search, searchPanelOpen } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';

/** More matches are not counted. */
const MAX_MATCHES = 999;

const words = EditorState.phrases.of({
  next: 'Next',
  previous: 'Previous',
  all: 'Select all',
  'match case': 'Match case',
  regexp: 'Regular expression',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
  close: 'Close',
});

/**
 * Returns the number of matches and the position of the selected one among them.
 *
 * @param {EditorState} state
 */
function countMatches(state) {
  const query = getSearchQuery(state);
  if (!query.search || !query.valid) return '';
  const { from, to } = state.selection.main;
  const cursor = query.getCursor(state);
  let count = 0;
  let selected = 0;
  for (let next = cursor.next(); !next.done; next = cursor.next()) {
    count += 1;
    if (next.value.from === from && next.value.to === to) selected = count;
    if (count > MAX_MATCHES) return `More than ${MAX_MATCHES} matches`;
  }
  if (count === 0) return 'No matches';
  if (selected > 0) return `${selected} of ${count}`;
  return count === 1 ? '1 match' : `${count} matches`;
}

/** Shows the number of matches in the search panel. */
const matchCount = ViewPlugin.define((view) => {
  const element = document.createElement('span');
  element.className = 'cm-search-count';
  element.setAttribute('role', 'status');
  const rows = [document.createElement('div'), document.createElement('div')];
  for (const row of rows) row.className = 'cm-search-row';
  const show = () => {
    if (!searchPanelOpen(view.state)) return;
    const input = view.dom.querySelector('.cm-search [main-field]');
    if (!element.isConnected) {
      input?.after(element);
      // The options and the replacement start new rows. A flexbox ignores `<br>`.
      view.dom.querySelector('.cm-search label')?.before(rows[0]);
      view.dom.querySelector('.cm-search br')?.replaceWith(rows[1]);
    }
    element.textContent = countMatches(view.state);
  };
  return {
    // The panel is created during the update.
    update: () => queueMicrotask(show),
  };
});

const theme = EditorView.theme({
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--border)' },
  '.cm-panel.cm-search': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '6px',
    padding: '8px 40px 8px 12px',
    fontFamily: 'var(--font)',
    fontSize: 'var(--size-small)',
  },
  '.cm-search-row': { flexBasis: '100%' },
  '.cm-panel.cm-search .cm-textfield': {
    width: '180px',
    height: '28px',
    margin: '0',
    padding: '0 8px',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    font: 'inherit',
  },
  '.cm-panel.cm-search .cm-button': {
    height: '28px',
    margin: '0',
    padding: '0 10px',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    font: 'inherit',
    cursor: 'pointer',
  },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    margin: '0',
    fontSize: 'inherit',
    color: 'var(--text-muted)',
  },
  '.cm-panel.cm-search [name=close]': {
    top: '4px',
    right: '8px',
    width: '28px',
    height: '28px',
    color: 'var(--text-muted)',
    fontSize: '18px',
    cursor: 'pointer',
  },
  '.cm-panel.cm-search :focus-visible': {
    outline: '2px solid var(--accent)',
    outlineOffset: '1px',
  },
  '.cm-search-count': { minWidth: '84px', color: 'var(--text-muted)' },
  '.cm-searchMatch': { backgroundColor: 'var(--changed)', outline: '1px solid var(--effect)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--selection)' },
  '@media (forced-colors: active)': {
    '.cm-searchMatch-selected': { outline: '2px solid Highlight' },
  },
  '@media (pointer: coarse)': {
    '.cm-panel.cm-search .cm-textfield': { height: '44px', fontSize: '16px' },
    '.cm-panel.cm-search .cm-button': { height: '44px' },
    '.cm-panel.cm-search [name=close]': { width: '44px', height: '44px' },
  },
});

/** The extensions for searching. */
export const searchPanel = [search({ top: true }), words, matchCount, theme];
