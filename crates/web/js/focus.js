// Returns the focus to where it came from when a dialog or a form is closed.
import { painted } from './painted.js';

/**
 * The element outside of dialogs that had the focus last.
 *
 * @type {HTMLElement | undefined}
 */
let last;

/** Whether an added or removed node is a dialog or a form, or contains one. */
const SELECTOR = 'dialog, .form';
/** @param {Node} node */
const isView = (node) =>
  node instanceof Element && (node.matches(SELECTOR) || node.querySelector(SELECTOR) !== null);

/** Starts to watch the focus. */
export function startFocusReturn() {
  addEventListener('focusin', (event) => {
    const [target] = event.composedPath();
    if (target instanceof HTMLElement && !target.closest('dialog')) last = target;
  });
  const observer = new MutationObserver((changes) => {
    const nodes = changes.flatMap(({ addedNodes, removedNodes }) => [
      ...addedNodes,
      ...removedNodes,
    ]);
    if (nodes.some(isView)) void returnFocus();
  });
  observer.observe(document.body, { childList: true, subtree: true });
}

/** Focuses the last element if nothing has the focus, or else the text or the form. */
async function returnFocus() {
  // Commands that were chosen in a dialog move the focus now, and the browser notices that an
  // element was hidden.
  await painted();
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body) return;
  if (!last || document.querySelector('dialog[open]')) return;
  const target = last.isConnected && last.checkVisibility() ? last : firstControl();
  target?.focus({ preventScroll: true });
}

/** The first control of the form, or else the text. */
function firstControl() {
  const control = document.querySelector('.form :is(input, select, button)');
  if (control instanceof HTMLElement) return control;
  const hosts = [...document.querySelectorAll('.sheet .text:not([hidden]) > div')];
  const text = hosts.map((host) => host.shadowRoot?.querySelector('.cm-content')).find(Boolean);
  return text instanceof HTMLElement ? text : null;
}
