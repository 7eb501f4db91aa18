export * from './index.js';

/**
 * Where the program is: the address of `optakit.wasm`, its bytes, a response or a module.
 */
export type InitSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the program. Wait for it before you call another function. Without an argument, the program
 * is loaded from the folder of the package.
 *
 * # Errors
 *
 * Rejects with an `OptakitError` if the program cannot be loaded.
 */
export function init(source?: InitSource | PromiseLike<InitSource>): Promise<void>;

export default init;
