// The parts of the layout that need JavaScript. They start after the first paint.
import { startDivider } from './divider.js';
import { startFocusReturn } from './focus.js';

/** Starts the divider, the return of the focus, and the scrolling of lists. */
export function startLayout() {
  startDivider();
  startFocusReturn();
  keepInView('[role=tablist]', 'aria-selected');
  keepInView('.problems', 'aria-current');
}

/**
 * Scrolls the item of each list that has an attribute with the value `true` into view.
 *
 * @param {string} lists The selector of the lists.
 * @param {string} attribute
 */
function keepInView(lists, attribute) {
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target instanceof HTMLElement && target.getAttribute(attribute) === 'true') {
        target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      }
    }
  });
  for (const list of document.querySelectorAll(lists)) {
    observer.observe(list, { attributeFilter: [attribute], subtree: true });
  }
}
