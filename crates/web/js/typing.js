// The editor extensions for typing and searching: completion, brackets, the search panel.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from '@codemirror/search';
import { highlightSpecialChars, keymap } from '@codemirror/view';
import { painted } from './painted.js';
import { prose } from './prose.js';
import { searchPanel } from './search.js';

export { openSearchPanel, startCompletion };

/** Characters that look like a space. YAML does not read them as one. */
const HIDDEN = /[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]/;

/**
 * A completion of the core.
 *
 * @typedef {object} Item
 * @property {string} label
 * @property {string} kind
 * @property {string} [detail]
 * @property {string} [documentation]
 * @property {string} insert
 */

/** @typedef {{utf16Start: number, utf16End: number, items: Item[]}} Completions */
/** @typedef {(at: number) => Promise<Completions | null>} Complete At an offset in UTF-16. */

/**
 * Returns the extensions of an editor.
 *
 * @param {Complete} complete
 * @returns {import('@codemirror/state').Extension[]}
 */
export function extensions(complete) {
  return [
    highlightSelectionMatches(),
    highlightSpecialChars({ addSpecialChars: HIDDEN }),
    searchPanel,
    closeBrackets(),
    autocompletion({ override: [completions(complete)], icons: false }),
    keymap.of([...closeBracketsKeymap, ...searchKeymap]),
  ];
}

/** The text before the cursor, where a completion can open without being requested. */
const OPENS = /[\w.{/]$|[:-] $|^ $/;

/**
 * Asks the core for completions.
 *
 * @param {Complete} complete
 * @returns {import('@codemirror/autocomplete').CompletionSource}
 */
function completions(complete) {
  return async (context) => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos);
    if (!context.explicit && !OPENS.test(before)) return null;
    await painted();
    if (context.aborted) return null;
    const found = await complete(context.pos);
    // Do not open a list if the editor has lost the focus.
    if (!found || found.items.length === 0 || !context.view?.hasFocus) return null;
    const isEmpty = context.state.sliceDoc(found.utf16Start, context.pos) === '';
    const isOpen = found.items[0].kind === 'reference' || /[:-] $/.test(before);
    if (!context.explicit && isEmpty && !isOpen) return null;
    const options = found.items.map(({ label, detail, documentation, insert }, index) => ({
      label,
      detail,
      apply: insert,
      // The core returns the best completion first.
      boost: -index / 100,
      info: documentation ? () => prose(documentation) : undefined,
    }));
    // The core may have read newer text than this state contains.
    const { length } = context.state.doc;
    const from = Math.min(found.utf16Start, length);
    const to = Math.min(found.utf16End, length);
    return { from, to, options, validFor: /^[\w./-]*$/ };
  };
}
