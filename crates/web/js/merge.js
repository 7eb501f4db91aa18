// Merges two changes of a text, line by line.
import { diff3Merge, diffIndices } from 'node-diff3';

/**
 * A part of a merged text: lines that are certain, or two versions of the same lines.
 *
 * @typedef {{same: string[]} | {mine: string[], theirs: string[]}} Part
 */

/** @param {string} text */
const linesOf = (text) => text.split('\n');

/**
 * Merges two changes of `base`. Changes of different lines are certain.
 *
 * @param {string} base
 * @param {string} mine
 * @param {string} theirs
 * @returns {Part[]}
 */
export function mergeTexts(base, mine, theirs) {
  const regions = diff3Merge(linesOf(mine), linesOf(base), linesOf(theirs), {
    excludeFalseConflicts: true,
  });
  return regions.map(({ ok, conflict }) =>
    ok ? { same: ok } : { mine: conflict?.a ?? [], theirs: conflict?.b ?? [] },
  );
}

/**
 * Returns the edits that change one text to another. Unchanged lines stay, and so do the cursor and
 * the selection in them.
 *
 * @param {string} before
 * @param {string} after
 */
export function editsBetween(before, after) {
  const [old, now] = [linesOf(before), linesOf(after)];
  const starts = [0];
  for (const line of old) starts.push(starts[starts.length - 1] + line.length + 1);
  return diffIndices(old, now).map(({ buffer1: [start, length], buffer2Content }) => {
    const isEnd = start + length === old.length;
    const from = starts[start];
    const to = starts[start + length];
    const text = buffer2Content.map((line) => `${line}\n`).join('');
    if (!isEnd) return { from, to, text };
    // The last line has no line ending, so the edit uses the one before it.
    if (start === 0) return { from, to: to - 1, text: text.slice(0, -1) };
    return { from: from - 1, to: to - 1, text: text && `\n${text.slice(0, -1)}` };
  });
}

/**
 * Changes the text of an editor, as one undo step.
 *
 * @param {import('@codemirror/view').EditorView} view
 * @param {string} text
 */
export function patch(view, text) {
  globalThis.OptakitPage.apply(view, editsBetween(view.state.doc.toString(), text));
}
