// Starts the WebAssembly of the page. Trunk would use an inline script, which a strict
// Content-Security-Policy does not allow.

// If the page shows content of first.html, let the browser paint it before the program starts.
const isPainted = !document.hidden && PerformanceObserver.supportedEntryTypes.includes('paint');
if (document.documentElement.dataset.first === '' && isPainted) {
  await new Promise((resolve) => {
    new PerformanceObserver(resolve).observe({ type: 'paint', buffered: true });
  });
}
// Load the editor after everything that the first paint needs.
for (const link of document.querySelectorAll('link[rel=later]')) {
  link.setAttribute('rel', 'preload');
}
const attribute = (/** @type {string} */ selector, /** @type {string} */ name) =>
  document.querySelector(selector)?.getAttribute(name) ?? '';
const base = document.baseURI;
const program = new URL(attribute('script[data-wasm]', 'data-wasm'), base);
// Compile while the other scripts load. If the server sends the wrong media type, wasm-bindgen
// loads the program from its URL.
const compiled = fetch(program)
  .then((response) => WebAssembly.compileStreaming(response))
  .catch(() => program);
const page = import(new URL(attribute('script[src*="/page-"]', 'src'), base).href);
const bindings = import(new URL(attribute('script[data-js]', 'data-js'), base).href);
/** @type {Promise<void>} */
const parsed = new Promise((resolve) => {
  const check = () => document.readyState === 'loading' || resolve();
  document.addEventListener('readystatechange', check);
  check();
});
// The service worker keeps the files of this release while the tab is open.
navigator.locks?.request(`optakit.release ${program}`, { mode: 'shared' }, () => {
  return new Promise(() => {});
});

/**
 * Loads the page once more if the server has another release: an HTTP cache can have an earlier
 * page, whose files are gone.
 */
async function loadAgain() {
  const TRIED = 'optakit.loaded-again';
  try {
    const isSecond = sessionStorage.getItem(TRIED) !== null;
    sessionStorage.removeItem(TRIED);
    if (isSecond) return;
    const response = await fetch(location.href, { cache: 'reload' });
    const name = attribute('script[data-wasm]', 'data-wasm');
    if (!response.ok || (await response.text()).includes(name)) return;
    sessionStorage.setItem(TRIED, '');
    location.reload();
  } catch {
    // Without a network or storage, show the message.
  }
}

try {
  const [{ default: init }, wasm] = await Promise.all([bindings, compiled, page, parsed]);
  await init({ module_or_path: wasm });
} catch (error) {
  await loadAgain();
  delete document.documentElement.dataset.first;
  const message = document.querySelector('#loading .loading');
  if (message) {
    const reason = error instanceof Error ? error.message : String(error);
    // Browsers throw this error if a file cannot be fetched.
    message.textContent =
      error instanceof TypeError
        ? 'The editor did not start: a file could not be loaded. ' +
          'Check your connection, and reload the page.'
        : `The editor did not start: ${reason}. Update your browser, or use another one.`;
  }
  throw error;
}

// The service worker makes the page work without a network. `optakit edit` serves the page from
// this machine and does not need it.
if (navigator.serviceWorker && !('served' in document.documentElement.dataset)) {
  const policy = window.trustedTypes?.createPolicy('optakit', { createScriptURL: (url) => url });
  const url = new URL('offline.js', base).href;
  // The page works without the service worker, so ignore errors. No cache may delay a new worker.
  const options = { updateViaCache: /** @type {const} */ ('none') };
  navigator.serviceWorker
    .register(policy?.createScriptURL(url) ?? url, options)
    .then(checkSometimes)
    .catch(() => {});
}

/**
 * Checks for a new release when a person returns to a tab that is open for long.
 *
 * @param {ServiceWorkerRegistration} registration
 */
function checkSometimes(registration) {
  let last = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || Date.now() - last < 60 * 60 * 1000) return;
    last = Date.now();
    registration.update().catch(() => {});
  });
}

export {};
