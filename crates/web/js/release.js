// Notices that a newer release of the page was deployed, and that parts of the page are missing.

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

/** How long to wait for a server that does not respond, in milliseconds. */
const MAX_WAIT = 5000;

/** Checks whether the server has another release, after a part of the page was not found. */
export async function isOutdated() {
  try {
    const address = `${location.origin}${location.pathname}`;
    const signal = AbortSignal.timeout(MAX_WAIT);
    const response = await fetch(address, { cache: 'no-store', signal });
    return response.ok && !(await response.text()).includes(program);
  } catch {
    return false;
  }
}

/** @type {(isMissing: boolean) => void} */
let reportMissing = () => {};

/**
 * Calls `report` when a part of the text editor is missing, and when all parts are loaded.
 *
 * @param {(isMissing: boolean) => void} report
 */
export function onMissing(report) {
  reportMissing = report;
}

/**
 * Reports whether a part of the text editor is missing.
 *
 * @param {boolean} isMissing
 */
export const setMissing = (isMissing) => reportMissing(isMissing);

/** Loads the newest release. The work is saved. */
export const reload = () => location.reload();
