// Runs the keys that change lines, until the keys of CodeMirror are loaded. These keys do not wait
// for the network, so letters, the clipboard and undo always use the current text.
import { Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { INDENT, nextColumn } from './indentation.js';

/** @typedef {import('@codemirror/view').EditorView} EditorView */

/**
 * Selects the whole text. The selection of the browser would be noticed too late for the next
 * letter.
 *
 * @param {EditorView} view
 */
function selectAll(view) {
  view.dispatch({ selection: { anchor: 0, head: view.state.doc.length }, userEvent: 'select' });
  return true;
}

/**
 * Starts a new line.
 *
 * @param {EditorView} view
 */
function newLine({ state, dispatch }) {
  const { from, to } = state.selection.main;
  const first = state.doc.lineAt(from);
  const last = state.doc.lineAt(to);
  const column = nextColumn(first.text.slice(0, from - first.from));
  const rest = last.text.slice(to - last.from);
  const spaces = rest.length - rest.trimStart().length;
  dispatch({
    changes: { from, to: to + spaces, insert: `\n${' '.repeat(column)}` },
    selection: { anchor: from + 1 + column },
    scrollIntoView: true,
    userEvent: 'input',
  });
  return true;
}

/** @param {import('@codemirror/state').EditorState} state */
function selectedLines({ doc, selection }) {
  const { from, to } = selection.main;
  const lines = [];
  for (let at = doc.lineAt(from).number; at <= doc.lineAt(to).number; at += 1) {
    lines.push(doc.line(at));
  }
  return lines;
}

/** @param {string} text */
const leadOf = (text) => text.length - text.trimStart().length;

/**
 * Changes lines. The selection stays in its lines.
 *
 * @param {EditorView} view
 * @param {import('@codemirror/state').ChangeSpec} edits
 */
function change({ state, dispatch }, edits) {
  const changes = state.changes(edits);
  const { anchor, head } = state.selection.main;
  const selection = { anchor: changes.mapPos(anchor, 1), head: changes.mapPos(head, 1) };
  dispatch({ changes, selection, userEvent: 'input' });
  return true;
}

/**
 * Indents the selected lines, or removes a step of their indentation.
 *
 * @param {EditorView} view
 * @param {boolean} isMore
 */
function indent(view, isMore) {
  const edits = selectedLines(view.state).map(({ from, text }) =>
    isMore
      ? { from, insert: INDENT }
      : { from, to: from + Math.min(leadOf(text), INDENT.length), insert: '' },
  );
  return change(view, edits);
}

/**
 * Turns the selected lines into comments. If all of them are comments, removes the marks.
 *
 * @param {EditorView} view
 */
function toggleComments(view) {
  const lines = selectedLines(view.state).filter(({ text }) => text.trim() !== '');
  const areComments = lines.every(({ text }) => text.trimStart().startsWith('#'));
  const column = Math.min(...lines.map(({ text }) => leadOf(text)));
  const edits = lines.map(({ from, text }) => {
    const mark = from + leadOf(text);
    const [{ length } = ''] = /^# ?/.exec(text.trimStart()) ?? [];
    return areComments
      ? { from: mark, to: mark + length, insert: '' }
      : { from: from + column, insert: '# ' };
  });
  return change(view, edits);
}

/**
 * Swaps the selected lines with the line above or below them.
 *
 * @param {EditorView} view
 * @param {boolean} isDown
 */
function move({ state, dispatch }, isDown) {
  const { doc, selection } = state;
  const { anchor, head, from, to } = selection.main;
  const [start, end] = [doc.lineAt(from).from, doc.lineAt(to).to];
  if (isDown ? end === doc.length : start === 0) return true;
  const other = doc.lineAt(isDown ? end + 1 : start - 1);
  const changes = isDown
    ? [
        { from: start, insert: `${other.text}\n` },
        { from: end, to: other.to, insert: '' },
      ]
    : [
        { from: other.from, to: start, insert: '' },
        { from: end, insert: `\n${other.text}` },
      ];
  const distance = (other.length + 1) * (isDown ? 1 : -1);
  dispatch({
    changes,
    selection: { anchor: anchor + distance, head: head + distance },
    scrollIntoView: true,
    userEvent: 'input',
  });
  return true;
}

export const earlyKeys = Prec.lowest(
  keymap.of([
    { key: 'Mod-a', run: selectAll, preventDefault: true },
    { key: 'Enter', run: newLine, shift: newLine },
    { key: 'Tab', run: (view) => indent(view, true), shift: (view) => indent(view, false) },
    { key: 'Mod-/', run: toggleComments },
    { key: 'Alt-ArrowUp', run: (view) => move(view, false) },
    { key: 'Alt-ArrowDown', run: (view) => move(view, true) },
  ]),
);
