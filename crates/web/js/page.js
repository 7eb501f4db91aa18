// All JavaScript of the page except its start, in one global object for the Rust side. The editor
// is the largest part; it loads after the page is on the screen. The colors load after the editor.
import { painted } from './painted.js';
import * as platform from './platform.js';

/**
 * Elements with YAML that has no colors yet.
 *
 * @type {Map<Element, string>}
 */
const plain = new Map();

/**
 * @param {Element} element
 * @param {string} text
 */
function highlight(element, text) {
  element.textContent = text;
  plain.set(element, text);
}

/** Loads the functions of editor.js. After the next paint, colors the YAML on the screen. */
async function bringEditor() {
  const editor = await import('./editor.js');
  Object.assign(globalThis.OptakitPage, editor);
  editor.startLayout();
  // Without the grammar, the YAML stays readable, so ignore errors.
  void painted()
    .then(loadColors)
    .catch(() => {});
}

/** Loads the grammar of YAML, and colors the YAML on the screen. */
async function loadColors() {
  const colored = await import('./highlight.js');
  Object.assign(globalThis.OptakitPage, colored);
  for (const [element, text] of plain) {
    element.textContent = '';
    colored.highlight(element, text);
  }
  plain.clear();
}

/** Loads the functions for files on disk. */
async function loadDisk() {
  Object.assign(globalThis.OptakitPage, await import('./disk.js'));
}

/** Replaced by the functions of editor.js when it is loaded. */
const notLoaded = { toggleLineWrapping() {}, searchText() {}, loadMissingParts() {} };

globalThis.OptakitPage = { ...platform, ...notLoaded, highlight, bringEditor, loadDisk };
