// The functions of the package: they check their arguments, call WebAssembly, and throw every
// failure as an OptakitError.
import * as glue from './core_bg.js';
import { input, json, offset, path, string } from './arguments.js';
import { OptakitError } from './error.js';

export { OptakitError };

/** What WebAssembly imports. @type {WebAssembly.Imports} */
export const imports = { './core_bg.js': /** @type {any} */ (glue) };

/** Connects the functions to an instance of the program.
 * @param {WebAssembly.Instance} instance */
export function connect({ exports }) {
  glue.__wbg_set_wasm(exports);
  /** @type {any} */ (exports).__wbindgen_start();
}

/** Returns the functions. `prepare` is called before each call of WebAssembly.
 * @param {() => void} prepare */
export function functions(prepare) {
  const call = (run) => {
    prepare();
    try {
      return run();
    } catch (error) {
      if (typeof error === 'string') {
        const { code, message } = JSON.parse(error);
        throw new OptakitError(code, message);
      }
      const message = 'Optakit failed. Please report this error with the input';
      throw new OptakitError('internal', message, { cause: error });
    }
  };
  /** Returns a function whose arguments are checked before the call. */
  const checked =
    (run, ...checks) =>
    (...given) => {
      const values = checks.map(([check, name], index) => check(given[index], name));
      return call(() => run(...values));
    };
  const files = [input, 'input'];
  const position = [files, [string, 'file'], [offset, 'offset']];
  const place = [
    [string, 'text'],
    [path, 'path'],
  ];
  return {
    version: checked(glue.version),
    validate: checked(glue.validate, files),
    render: checked(glue.render, files),
    aws: checked(glue.aws, files),
    bundle: checked(glue.bundle, files),
    complete: checked(glue.complete, ...position),
    hover: checked(glue.hover, ...position),
    set: checked(glue.set, ...place, [json, 'value']),
    remove: checked(glue.remove, ...place),
  };
}
