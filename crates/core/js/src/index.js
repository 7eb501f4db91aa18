// The entry for Node and for bundlers. It contains the program; the first call compiles it.
import program from './core_bg.wasm';
import { OptakitError, connect, functions, imports } from './functions.js';

let isReady = false;

function prepare() {
  if (isReady) return;
  connect(new WebAssembly.Instance(new WebAssembly.Module(program), imports));
  isReady = true;
}

export const { version, validate, render, aws, bundle, complete, hover, set, remove } =
  functions(prepare);
export { OptakitError };
