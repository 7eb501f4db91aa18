// The browser functions that the Rust side calls (crates/web/src/platform.rs).
export { crashed, hasCrashed } from './crash.js';
export { claim, fork, keep } from './drafts.js';
export { dropped, openFiles, openFolder, saveInPlace, saveZip } from './files.js';
export { clearHistory, history, remember } from './history.js';
export { holdKeys, releaseKeys } from './keys.js';
export { pack, unpack } from './links.js';
export { painted } from './painted.js';
