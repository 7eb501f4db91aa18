// Notices that a newer release of the page was deployed.

/** The name of the program of this release. It contains a hash. */
const program = document.querySelector('script[data-wasm]')?.getAttribute('data-wasm') ?? '';

/**
 * Calls `found` when the service worker of a newer release has taken over.
 *
 * @param {() => void} found
 */
export function onNewRelease(found) {
  const workers = navigator.serviceWorker;
  let isFirst = !workers?.controller;
  workers?.addEventListener('controllerchange', () => {
    if (isFirst) isFirst = false;
    else found();
  });
}

/** Checks whether the server has another release, after a part of the page was not found. */
export async function isOutdated() {
  try {
    const address = `${location.origin}${location.pathname}`;
    const response = await fetch(address, { cache: 'no-store' });
    return response.ok && !(await response.text()).includes(program);
  } catch {
    return false;
  }
}

/** Loads the newest release. The work is saved. */
export const reload = () => location.reload();
