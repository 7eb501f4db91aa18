// The indentation of a new line of YAML.
import { countColumn } from '@codemirror/state';

/** One step of indentation. */
export const INDENT = '  ';

/** A line after which the indentation grows: a key without a value, a block, a bracket, a dash. */
const OPENS = /(?:^-|:|[|>][-+\d]*|[[{])\s*(?:#.*)?$/;
const IS_KEY = /^[^\s#].*?:(?:\s|$)/;
const LINE = /^(\s*)((?:- +)*)(.*)$/s;

/**
 * Returns the column where the next line starts.
 *
 * @param {string} before The text of the line, up to the cursor.
 */
export function nextColumn(before) {
  const [, lead = '', dashes = '', rest = ''] = LINE.exec(before) ?? [];
  const outer = countColumn(lead, INDENT.length);
  const column = countColumn(lead + dashes, INDENT.length);
  if (!rest.startsWith('#') && OPENS.test(rest)) {
    return (/^[|>]/.test(rest) ? outer : column) + INDENT.length;
  }
  return IS_KEY.test(rest) ? column : outer;
}
