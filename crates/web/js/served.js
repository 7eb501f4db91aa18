// Requests to `optakit edit` that need the browser's own functions.

/** How long to wait before the next request to a server that does not respond, in milliseconds. */
const RETRY_TIME = 2000;

/** @param {number} time */
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/**
 * Calls `changed` whenever the files differ from a version. A browser opens only six connections to
 * a server, so only one tab waits for changes. It tells the others.
 *
 * @param {string} id One per service file.
 * @param {string} token
 * @param {() => string} version The version that the page knows.
 * @param {() => void} changed
 */
export async function watchFiles(id, token, version, changed) {
  const name = `optakit.changes.${id}`;
  const channel = new BroadcastChannel(name);
  channel.addEventListener('message', changed);
  const poll = async () => {
    for (;;) {
      const known = version();
      try {
        const response = await fetch(`edit/changes?version=${known}`, {
          headers: { 'x-optakit-token': token },
        });
        if (response.status === 204) continue;
        if (response.ok) channel.postMessage('');
        else await sleep(RETRY_TIME);
      } catch {
        await sleep(RETRY_TIME);
      }
      changed();
      // The next request needs the new version.
      for (let turn = 0; turn < 20 && version() === known; turn += 1) await sleep(50);
    }
  };
  if (navigator.locks) await navigator.locks.request(name, poll);
  else await poll();
}

/**
 * Writes a file while the page closes. The browser sends the request after the page is gone.
 *
 * @param {string} path
 * @param {string} token
 * @param {string} version
 * @param {string} text
 */
export function writeOnLeave(path, token, version, text) {
  fetch(`edit/files?path=${encodeURIComponent(path)}`, {
    method: 'PUT',
    headers: { 'x-optakit-token': token, 'if-match': `"${version}"` },
    body: text,
    keepalive: true,
  }).catch(() => {});
}

/**
 * Takes the token from the address, so that it is not in the history, in bookmarks and on shared
 * screens. The tab keeps it for a reload. Returns null if the page has none.
 *
 * @returns {string | null}
 */
export function takeToken() {
  const address = new URL(location.href);
  const given = address.searchParams.get('token');
  try {
    if (given !== null) sessionStorage.setItem('optakit.token', given);
    else return sessionStorage.getItem('optakit.token');
  } catch {
    // Without storage the address keeps the token, so that a reload works.
    return given;
  }
  address.searchParams.delete('token');
  history.replaceState(history.state, '', address);
  return given;
}
