// Starts the page's WebAssembly. Trunk would put this into an inline script, which a strict script-src refuses.

// Where the page shows something already (first.js), it is seen before the program is read.
const isDrawn = !document.hidden && PerformanceObserver.supportedEntryTypes.includes('paint');
if (document.documentElement.dataset.first === '' && isDrawn) {
  await new Promise((seen) => new PerformanceObserver(seen).observe({ type: 'paint', buffered: true }));
}
// What the page needs once it is on the screen is fetched behind all else.
for (const link of document.querySelectorAll('link[rel=later]')) link.rel = 'preload';
const { js, wasm } = document.querySelector('script[data-wasm]').dataset;
const base = document.baseURI;
const program = new URL(wasm, base);
// It is compiled while the page's other scripts are read; a server that calls it something else gets it the slow way.
const compiled = fetch(program).then((response) => WebAssembly.compileStreaming(response)).catch(() => program);
const page = import(document.querySelector('script[src*="/page-"]').src);
const parsed = new Promise((done) => {
  const look = () => document.readyState === 'loading' || done();
  document.addEventListener('readystatechange', look);
  look();
});
try {
  const [{ default: init }, module_or_path] = await Promise.all([import(new URL(js, base)), compiled, page, parsed]);
  await init({ module_or_path });
} catch (error) {
  delete document.documentElement.dataset.first;
  const message = document.querySelector('#loading .loading');
  if (message) message.textContent = `This page could not start: ${error.message}. A current browser with WebAssembly is needed.`;
  throw error;
}

// After the first visit the page needs no network. `optakit edit` serves it from the machine itself, where a worker would
// only be in the way.
if (navigator.serviceWorker && !new URLSearchParams(location.search).has('token')) {
  const policy = globalThis.trustedTypes?.createPolicy('optakit', { createScriptURL: (url) => url });
  const url = new URL('offline.js', base).href;
  // Without one, everything else works all the same.
  navigator.serviceWorker.register(policy ? policy.createScriptURL(url) : url).catch(() => {});
}
