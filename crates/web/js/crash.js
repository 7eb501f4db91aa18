// The dialog that shows a crash of the program. It lets people copy their text.

import { rescue } from './drafts.js';

const CRASHED = 'optakit.crashed';

/**
 * @param {string} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string)[]} children
 */
function element(tag, properties, ...children) {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children);
  return created;
}

/** How long a page must run until a crash does not count as one at the start, in milliseconds. */
const START_TIME = 10_000;

/**
 * Shows that the program crashed, and saves the texts of the editors.
 *
 * @param {string} message
 * @param {string} [text] The service file, if the program knows it.
 */
export function crashed(message, text = '') {
  if (document.getElementById('crash')) return;
  const texts = new Map([['opta.yml', text], ...(globalThis.OptakitPage.texts?.() ?? [])]);
  const saved = rescue(texts);
  try {
    sessionStorage.setItem(CRASHED, `${crashCount() + 1}`);
  } catch {
    // Then the next start does not know about the crash.
  }
  const copy = () => navigator.clipboard.writeText(texts.get('opta.yml') ?? '');
  const reload = () => saved.finally(() => location.reload());
  const state = element('p', { textContent: 'Your text is being saved.' });
  saved.then(
    () => (state.textContent = 'Your text is saved. Reload the page to continue.'),
    () => (state.textContent = 'Your text could not be saved. Copy it before you reload the page.'),
  );
  const panel = element(
    'div',
    { id: 'crash', className: 'crash' },
    element('h2', {}, 'The editor crashed'),
    element('p', {}, `This is a bug in Optakit. Error: ${message}`),
    state,
    ...[...texts].filter(([file, own]) => file === 'opta.yml' || own !== '').map(box),
    element(
      'div',
      { className: 'row' },
      element('button', { className: 'button', onclick: copy }, 'Copy text'),
      element('button', { className: 'button main', onclick: reload }, 'Reload'),
    ),
  );
  panel.setAttribute('role', 'alertdialog');
  panel.setAttribute('aria-label', 'The editor crashed');
  // The rest of the page looks alive, but saves nothing any more.
  for (const other of document.body.children) other.setAttribute('inert', '');
  document.body.append(panel);
  panel.querySelector('button')?.focus();
}

/** @param {[string, string]} text A file and its text. */
function box([file, text]) {
  const area = element('textarea', { readOnly: true, value: text, rows: 8 });
  area.setAttribute('aria-label', file === 'opta.yml' ? 'Your text' : `Your text of ${file}`);
  return area;
}

const crashCount = () => Number(sessionStorage.getItem(CRASHED) ?? 0);

/**
 * Returns how often the page crashed since it last ran for a while, and starts to measure that
 * time.
 */
export function takeCrashes() {
  setTimeout(() => {
    if (!document.getElementById('crash')) sessionStorage.removeItem(CRASHED);
  }, START_TIME);
  return crashCount();
}

/**
 * Whether an error comes from this page, and means that something is broken. Extensions of the
 * browser have errors as well.
 *
 * @param {unknown} error
 */
function isCrash(error) {
  if (!(error instanceof Error) && !(error instanceof WebAssembly.RuntimeError)) return false;
  return !/^Abort/.test(error.name) && !/\b\w+-extension:/.test(error.stack ?? '');
}

addEventListener('error', ({ error }) => {
  if (isCrash(error)) crashed(error.message);
});
addEventListener('unhandledrejection', ({ reason }) => {
  if (isCrash(reason)) crashed(reason.message);
});
