// All JavaScript of the page but its start, under the one name that the Rust side knows.
import * as editor from './editor.js';
import * as platform from './platform.js';

globalThis.OptakitPage = { ...editor, ...platform };
