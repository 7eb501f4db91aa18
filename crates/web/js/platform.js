// The browser functions that the Rust side calls (crates/web/src/platform.rs).
export { crashed, takeCrashes } from './crash.js';
export { openVault } from './database.js';
export { forgetOpened } from './opened.js';
export { claim, fork, isCopy, keep } from './drafts.js';
export { dropped, openFiles, openFolder, saveZip } from './files.js';
export { clearHistory, history, remember } from './history.js';
export { holdKeys, releaseKeys } from './keys.js';
export { isOutdated, onMissing, onNewRelease, reload, setMissing } from './release.js';
export { pack, unpack } from './links.js';
export { painted } from './painted.js';
