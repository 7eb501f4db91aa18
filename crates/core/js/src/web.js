// The entry for browsers: `init()` loads and compiles the program in the background.
import { OptakitError, connect, functions, imports } from './functions.js';

let isReady = false;
/** @type {Promise<void> | undefined} */
let loading;

function prepare() {
  if (isReady) return;
  throw new OptakitError('not-initialized', 'wait for `init()` of `optakit/web` first');
}

async function instantiate(source) {
  const found = await source;
  if (found instanceof WebAssembly.Module) return WebAssembly.instantiate(found, imports);
  if (found instanceof ArrayBuffer || ArrayBuffer.isView(found)) {
    return (await WebAssembly.instantiate(found, imports)).instance;
  }
  const response = found instanceof Response ? found : await fetch(found);
  if (!response.ok) throw new Error(`${response.url} was answered with status ${response.status}`);
  // `instantiateStreaming` needs the media type `application/wasm`, which some servers do not send.
  const bytes = await response.arrayBuffer();
  return (await WebAssembly.instantiate(bytes, imports)).instance;
}

/** Loads the program. Later calls return the same promise, unless loading failed.
 * @param {any} [source] */
export function init(source = new URL('./optakit.wasm', import.meta.url)) {
  loading ??= instantiate(source).then(
    (instance) => {
      connect(instance);
      isReady = true;
    },
    (error) => {
      loading = undefined;
      const message = `the program cannot be loaded: ${error.message}`;
      throw new OptakitError('not-initialized', message, { cause: error });
    },
  );
  return loading;
}

export const { version, validate, render, aws, bundle, complete, hover, set, remove } =
  functions(prepare);
export { OptakitError };
export default init;
