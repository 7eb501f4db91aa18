// The extensions for typing and searching, which load when an editor gets the focus.
import { Compartment, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { holdKeys, releaseKeys } from './keys.js';
import { painted } from './painted.js';
import { part } from './parts.js';

/** The place of the extensions in an editor. */
export const typing = new Compartment();

const importTyping = () => part('typing', () => import('./typing.js'));

/** @param {import('@codemirror/view').EditorView} view */
const hasTyping = (view) => [typing.get(view.state)].flat().length > 0;

/**
 * Loads the extensions of an editor.
 *
 * @param {import('@codemirror/view').EditorView} view
 * @param {import('./typing.js').Complete} onComplete
 */
export async function loadTyping(view, onComplete) {
  if (hasTyping(view)) return;
  const textBefore = view.state.doc;
  const loaded = await importTyping();
  if (!loaded || hasTyping(view)) return;
  const { extensions, startCompletion } = loaded;
  view.dispatch({ effects: typing.reconfigure(extensions(onComplete)) });
  // If the person has typed in the meantime, open the completions now.
  if (view.state.doc !== textBefore && view.hasFocus) startCompletion(view);
}

/**
 * Opens the search panel of an editor. It gets the letters that are typed until it is open.
 *
 * @param {import('@codemirror/view').EditorView} view
 */
export async function searchIn(view) {
  view.focus();
  holdKeys();
  try {
    const loaded = await importTyping();
    // The focus loads the extensions, among them the search panel.
    while (loaded && !hasTyping(view)) await painted();
    loaded?.openSearchPanel(view);
  } finally {
    releaseKeys();
  }
}

/** The key of the search, until its code is loaded. */
export const searchKey = Prec.lowest(
  keymap.of([{ key: 'Mod-f', run: (view) => (void searchIn(view), true), preventDefault: true }]),
);
