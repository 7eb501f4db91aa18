/**
 * Resolves when all changes are on the screen. A hidden page is never painted, so it resolves at
 * once.
 *
 * @returns {Promise<void>}
 */
export const painted = () =>
  new Promise((resolve) => {
    if (document.hidden) resolve();
    else requestAnimationFrame(() => setTimeout(resolve));
  });
