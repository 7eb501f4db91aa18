// Functions for files on disk. They load when the first file is opened or saved.
export { toDisk } from './line_endings.js';
export { editsBetween, mergeTexts, patch } from './merge.js';
export { setOpened } from './opened.js';
export { saveChosen, saveInPlace } from './save.js';
export { takeToken, watchFiles, writeOnLeave } from './served.js';
