// The line endings and the byte order mark of a file. The page works with `\n` only.
import { diffIndices } from 'node-diff3';

const MARK = '\uFEFF';
const LINE = /[^\r\n]*(?:\r\n|\r|\n|$)/g;

/**
 * Splits a text into lines with their line endings.
 *
 * @param {string} text
 * @returns {{line: string, end: string}[]}
 */
function split(text) {
  return (text.match(LINE) ?? [])
    .filter((whole) => whole !== '')
    .map((whole) => {
      const line = whole.replace(/[\r\n]+$/, '');
      return { line, end: whole.slice(line.length) };
    });
}

/**
 * Returns the line ending that most lines have.
 *
 * @param {{end: string}[]} lines
 */
function usual(lines) {
  const counts = new Map();
  for (const { end } of lines) if (end) counts.set(end, (counts.get(end) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? '\n';
}

/**
 * Returns a text of the page as it is written to a file. Lines that the file already has keep their
 * line endings, and new lines get the most frequent line ending of the file.
 *
 * @param {string} raw The content of the file.
 * @param {string} text
 */
export function toDisk(raw, text) {
  const mark = raw.startsWith(MARK) ? MARK : '';
  if (!raw.includes('\r')) return mark + text;
  const old = split(raw.slice(mark.length));
  const now = split(text);
  const end = usual(old);
  const ends = now.map(() => end);
  const isMixed = old.some((line) => line.end && line.end !== end);
  if (isMixed) keepEnds(old, now, ends);
  return mark + now.map((line, index) => line.line + (line.end && ends[index])).join('');
}

/** More pairs of changed lines are not compared. */
const MAX_PAIRS = 10_000;

/**
 * Copies the line endings of the lines that stay, also if their text changes.
 *
 * @param {{line: string, end: string}[]} old
 * @param {{line: string, end: string}[]} now
 * @param {string[]} ends
 */
function keepEnds(old, now, ends) {
  const [before, after] = [old.map(({ line }) => line), now.map(({ line }) => line)];
  const copy = (/** @type {number} */ from, /** @type {number} */ to) => {
    ends[to] = old[from].end || ends[to];
  };
  let [from, to] = [0, 0];
  const copyUntil = (/** @type {number} */ stop) => {
    for (; from < stop; from += 1, to += 1) copy(from, to);
  };
  for (const { buffer1, buffer2 } of diffIndices(before, after)) {
    copyUntil(buffer1[0]);
    const [oldEnd, newEnd] = [buffer1[0] + buffer1[1], buffer2[0] + buffer2[1]];
    const pairs = pairLines(before.slice(buffer1[0], oldEnd), after.slice(buffer2[0], newEnd));
    for (const [oldLine, newLine] of pairs) copy(buffer1[0] + oldLine, buffer2[0] + newLine);
    [from, to] = [oldEnd, newEnd];
  }
  copyUntil(old.length);
}

/**
 * Pairs changed lines with the lines that they were before: in order, the most similar ones.
 *
 * @param {string[]} old
 * @param {string[]} now
 * @returns {[number, number][]}
 */
function pairLines(old, now) {
  const isLong = old.length * now.length > MAX_PAIRS;
  if (old.length === now.length || isLong) {
    return old.slice(0, now.length).map((_, index) => [index, index]);
  }
  /** The best sum of similarities from each pair of lines on. */
  const best = [...old, ''].map(() => [...now, ''].map(() => 0));
  const pair = (/** @type {number} */ i, /** @type {number} */ j) =>
    similarity(old[i], now[j]) + best[i + 1][j + 1];
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      best[i][j] = Math.max(pair(i, j), best[i + 1][j], best[i][j + 1]);
    }
  }
  /** @type {[number, number][]} */
  const pairs = [];
  for (let [i, j] = [0, 0]; i < old.length && j < now.length;) {
    if (best[i][j] === pair(i, j)) pairs.push([i++, j++]);
    else if (best[i][j] === best[i + 1][j]) i += 1;
    else j += 1;
  }
  return pairs;
}

/**
 * Returns the part of two lines that is the same, from 0 to 1: their common start and end.
 *
 * @param {string} a
 * @param {string} b
 */
function similarity(a, b) {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return (start + end) / Math.max(a.length, b.length, 1);
}
