// All JavaScript of the page except its start, in one global object for the Rust side. The editor
// is the largest part; it loads after the page is on the screen.
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

/** Loads the functions of editor.js, and colors the YAML on the screen. */
async function bringEditor() {
  const editor = await import('./editor.js');
  Object.assign(globalThis.OptakitPage, editor);
  for (const [element, text] of plain) {
    element.textContent = '';
    editor.highlight(element, text);
  }
  plain.clear();
  editor.startLayout();
}

/** Loads the functions for files on disk. */
async function loadDisk() {
  Object.assign(globalThis.OptakitPage, await import('./disk.js'));
}

/** Replaced by the functions of editor.js when it is loaded. */
const notLoaded = { toggleLineWrapping() {}, searchText() {} };

globalThis.OptakitPage = { ...platform, ...notLoaded, highlight, bringEditor, loadDisk };
