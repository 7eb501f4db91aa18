// The entry for `import` in Node. It shares the program with `require`.
import optakit from './index.cjs';

export const {
  OptakitError,
  version,
  validate,
  render,
  aws,
  bundle,
  complete,
  hover,
  set,
  remove,
} = optakit;
