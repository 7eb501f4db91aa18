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
  if (old.some((line) => line.end && line.end !== end)) keepEnds(old, now, ends);
  return mark + now.map((line, index) => line.line + (line.end && ends[index])).join('');
}

/**
 * Copies the line endings of unchanged lines.
 *
 * @param {{line: string, end: string}[]} old
 * @param {{line: string, end: string}[]} now
 * @param {string[]} ends
 */
function keepEnds(old, now, ends) {
  const changes = diffIndices(
    old.map(({ line }) => line),
    now.map(({ line }) => line),
  );
  let [from, to] = [0, 0];
  const copyUntil = (/** @type {number} */ stop) => {
    for (; from < stop; from += 1, to += 1) ends[to] = old[from].end || ends[to];
  };
  for (const { buffer1, buffer2 } of changes) {
    copyUntil(buffer1[0]);
    from = buffer1[0] + buffer1[1];
    to = buffer2[0] + buffer2[1];
  }
  copyUntil(old.length);
}
