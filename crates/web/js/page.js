// All JavaScript of the page but its start, under the one name that the Rust side knows. The editor, which is most of it, is
// read once the page is on the screen.
import * as platform from './platform.js';

/** YAML on the screen that has no colours yet, by its element. */
const plain = new Map();

function highlight(element, text) {
  element.textContent = text;
  plain.set(element, text);
}

/** Brings the functions of editor.js, and the colours of what is shown already. */
async function bringEditor() {
  const editor = await import('./editor.js');
  Object.assign(globalThis.OptakitPage, editor);
  for (const [element, text] of plain) {
    element.textContent = '';
    editor.highlight(element, text);
  }
  plain.clear();
}

globalThis.OptakitPage = { ...platform, highlight, bringEditor };
