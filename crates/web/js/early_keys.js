// Keys that are pressed in a text editor before its keys are loaded.
import { Prec } from '@codemirror/state';
import { keymap, runScopeHandlers } from '@codemirror/view';

/**
 * The keys that wait, by editor.
 *
 * @type {WeakMap<import('@codemirror/view').EditorView, KeyboardEvent[]>}
 */
const waiting = new WeakMap();

const MODIFIERS = new Set(['Control', 'Meta', 'Shift', 'Alt']);

/**
 * Selects the whole text. The selection of the browser would be noticed too late for the next
 * letter.
 *
 * @param {import('@codemirror/view').EditorView} view
 */
function selectAll(view) {
  // Keys that wait come first: they would replace the selected text.
  if (waiting.has(view)) return false;
  view.dispatch({ selection: { anchor: 0, head: view.state.doc.length }, userEvent: 'select' });
  return true;
}

/** Delays the keys that need a command, and every key after them. */
export const earlyKeys = Prec.lowest(
  keymap.of([
    { key: 'Mod-a', run: selectAll, preventDefault: true },
    {
      any(view, event) {
        const keys = waiting.get(view) ?? [];
        const { key, ctrlKey, metaKey, altKey } = event;
        const isComment = key === '/' && (ctrlKey || metaKey);
        const isMove = altKey && key.startsWith('Arrow');
        const needsCommand = key === 'Enter' || key === 'Tab' || isComment || isMove;
        if (event.isComposing || MODIFIERS.has(event.key)) return false;
        if (keys.length === 0 && !needsCommand) return false;
        waiting.set(view, [...keys, event]);
        return true;
      },
    },
  ]),
);

/**
 * Runs the keys that were held back.
 *
 * @param {import('@codemirror/view').EditorView} view
 */
export function runEarlyKeys(view) {
  const keys = waiting.get(view) ?? [];
  waiting.delete(view);
  for (const event of keys) {
    const { key, ctrlKey, metaKey, altKey } = event;
    const isText = key.length === 1 && !ctrlKey && !metaKey && !altKey;
    if (runScopeHandlers(view, event, 'editor') || !isText) continue;
    view.dispatch(view.state.replaceSelection(key), { userEvent: 'input.type' });
  }
}
