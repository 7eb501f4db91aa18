// The divider between the panes: dragged with a pointer or moved with keys.
import { store, stored } from './settings.js';

const KEY = 'optakit.split';
/** The width of the text in percent before the divider is moved. */
const DEFAULT = 46;
const MIN = 20;
const MAX = 80;
/** How far a key moves the divider, in percent. */
const STEP = 2;

/** Starts the divider. */
export function startDivider() {
  const divider = document.querySelector('.divider');
  if (!(divider instanceof HTMLElement)) return;
  let split = Number(stored(KEY)) || DEFAULT;
  const move = (/** @type {number} */ to) => {
    split = Math.round(Math.min(MAX, Math.max(MIN, to)));
    document.documentElement.style.setProperty('--split', `${split}%`);
    divider.setAttribute('aria-valuenow', String(split));
    store(KEY, String(split));
  };
  if (stored(KEY)) move(split);
  divider.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    divider.focus();
    divider.setPointerCapture(event.pointerId);
  });
  divider.addEventListener('pointermove', (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = divider.parentElement?.getBoundingClientRect() ?? new DOMRect();
    move(((event.clientX - left) / width) * 100);
  });
  divider.addEventListener('dblclick', () => move(DEFAULT));
  divider.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') move(split - STEP);
    else if (key === 'ArrowRight') move(split + STEP);
    else if (key === 'Home') move(MIN);
    else if (key === 'End') move(MAX);
  });
}
