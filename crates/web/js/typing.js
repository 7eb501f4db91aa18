// What helps while typing and searching: completions, brackets, the search panel.
import { autocompletion, closeBrackets, closeBracketsKeymap, startCompletion } from '@codemirror/autocomplete';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { keymap } from '@codemirror/view';
import { painted } from './painted.js';
import { prose } from './prose.js';

export { startCompletion };

/** The extensions of an editor; `ask` gives the completions at an offset. */
export function extensions(ask) {
  return [
    highlightSelectionMatches(),
    closeBrackets(),
    autocompletion({ override: [completions(ask)], icons: false }),
    keymap.of([...closeBracketsKeymap, ...searchKeymap]),
  ];
}

/** Asks the core what may stand at the cursor. Unasked it speaks where a word has begun, or where one must come. */
function completions(ask) {
  return async (context) => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos);
    if (!context.explicit && !/[\w.{/]$|[:-] $|^ $/.test(before)) return null;
    await painted();
    if (context.aborted) return null;
    const found = await ask(context.pos);
    // Who has gone elsewhere in the meantime would find them in the way.
    if (!found || found.items.length === 0 || !context.view?.hasFocus) return null;
    const typed = context.state.sliceDoc(found.utf16Start, context.pos);
    if (!context.explicit && typed === '' && found.items[0].kind !== 'reference' && !/[:-] $/.test(before)) return null;
    const options = found.items.map(({ label, detail, documentation, insert }, index) => ({
      label,
      detail,
      apply: insert,
      // The core gives the best first.
      boost: -index / 100,
      info: documentation ? () => prose(documentation) : undefined,
    }));
    return { from: found.utf16Start, to: found.utf16End, options, validFor: /^[\w./-]*$/ };
  };
}
