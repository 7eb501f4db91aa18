// The parts of the layout that need JavaScript. They start after the first paint.
import { startDivider } from './divider.js';
import { startFocusReturn } from './focus.js';

/** Starts the divider, the return of the focus, and the scrolling of tab lists. */
export function startLayout() {
  startDivider();
  startFocusReturn();
  keepTabsInView();
}

/** Scrolls the selected tab of each list into view. */
function keepTabsInView() {
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target instanceof HTMLElement && target.ariaSelected === 'true') {
        target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      }
    }
  });
  for (const list of document.querySelectorAll('[role=tablist]')) {
    observer.observe(list, { attributeFilter: ['aria-selected'], subtree: true });
  }
}
