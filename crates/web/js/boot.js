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
try {
  const [{ default: init }, wasm] = await Promise.all([bindings, compiled, page, parsed]);
  await init({ module_or_path: wasm });
} catch (error) {
  delete document.documentElement.dataset.first;
  const message = document.querySelector('#loading .loading');
  if (message) {
    const reason = error instanceof Error ? error.message : String(error);
    message.textContent =
      `The editor did not start: ${reason}. ` + 'Update your browser, or use another one.';
  }
  throw error;
}

// The service worker makes the page work without a network. `optakit edit` serves the page from
// this machine and does not need it.
if (navigator.serviceWorker && !new URLSearchParams(location.search).has('token')) {
  const policy = window.trustedTypes?.createPolicy('optakit', { createScriptURL: (url) => url });
  const url = new URL('offline.js', base).href;
  // The page works without the service worker, so ignore errors.
  navigator.serviceWorker.register(policy?.createScriptURL(url) ?? url).catch(() => {});
}

export {};
