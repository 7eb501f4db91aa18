// Makes one mistake at a time in opening and saving files of this machine, and reports those that
// their test does not notice.
//   node scripts/mistakes/files.mjs
import { report } from './report.mjs';

const TEST = 'crates/web/tests/browser/local_files.test.mjs';

/** @typedef {import('./report.mjs').Mistake[]} Mistakes */

/** @type {Mistakes} */
const SAVE = [
  ['the last writer wins', 'if (current === base ||', 'if (true ||'],
  ['the same change of others is a conflict', ' || plainText(current) === text', ''],
  ['line endings of the opened version are used', 'toDisk(current, text)', 'toDisk(base, text)'],
  ['the byte order mark is lost', 'toDisk(current, text)', 'toDisk(plainText(current), text)'],
  ['a merge loses the changes of others', 'toDisk(current, merged)', 'toDisk(current, text)'],
  ['a merge has another base', 'plainText(base), text,', 'text, text,'],
  ['the page keeps its text after a merge', 'path, text: merged }', 'path, text }'],
  [
    'a conflict is written',
    "if (!('same' in part)) {",
    "if (!('same' in part)) {\n await write(handle, path, text);",
  ],
  [
    'a choice overwrites what nobody saw',
    "seen.get(path) ?? ''",
    'await contentOf(opened.handles.get(path), path)',
  ],
  ['a conflict cannot be resolved', 'seen.set(path, current);', ''],
  ['permission is not checked', 'if (!(await isAllowed(handle)))', 'if (false)'],
  ['permission to read is enough', "mode: 'readwrite'", "mode: 'read'"],
  ['permission is not requested', 'await handle.requestPermission(mode)', "'denied'"],
  ['a removed file has no reason', 'isGone ? new Error(`${path} was removed`) : error', 'error'],
  ['the byte order mark is not read', 'ignoreBOM: true', 'ignoreBOM: false'],
  ['the base stays the first one', 'opened.raw.set(path, raw);\n', ''],
  ['a reload forgets the saved content', 'await storeOpened();', ''],
  ['a reload forgets the files', 'await restoreOpened();', ''],
  ['a download has other line endings', "toDisk(opened.raw.get(path ?? '') ?? '', text)", 'text'],
  ['the name is the path', 'const path = opened.paths.get(name);', 'const path = name;'],
];

/** @type {Mistakes} */
const OPENED = [
  ['the page shows a byte order mark', "raw.replace(/^\\uFEFF/, '')", 'raw'],
  ['the page shows carriage returns', '/\\r\\n?/g', '/\\r\\n/'],
  [
    'files of the project before stay',
    'for (const map of [this.paths, this.handles, this.raw]) map.clear();',
    '',
  ],
  ['an example is saved over the file', 'setOpened(new Map())', 'setOpened(opened.paths)'],
  ['the paths are not stored', 'put(STORE, { paths, handles, raw }', 'put(STORE, { handles, raw }'],
  ['the handles are not stored', 'put(STORE, { paths, handles, raw }', 'put(STORE, { paths, raw }'],
  [
    'the contents are not stored',
    'put(STORE, { paths, handles, raw }',
    'put(STORE, { paths, handles }',
  ],
  ['all tabs share their files', "sessionStorage.getItem(DRAFT) ?? ''", "''"],
  ['new files are replaced by the old ones', 'if (isNew || opened.paths.size > 0) return;', ''],
];

/** @type {Mistakes} */
const FILES = [
  ['the content of a file is forgotten', 'opened.raw.set(path, raw);', ''],
  [
    'the handle of a file is forgotten',
    'opened.handles.set(handle.name, handle);\n        return',
    'return',
  ],
  ['a large file is opened', 'file.size > MAX_SIZE', 'false'],
  ['invalid bytes are replaced', "'utf-8', { fatal: true", "'utf-8', { fatal: false"],
  [
    'one bad file stops the others',
    'return await readText(file, path);\n  } catch (error) {',
    '$&\n throw error;',
  ],
  ['UTF-16 is not recognized', 'first === 0xff && second === 0xfe', 'false'],
  ['UTF-16 has the wrong order', "? 'utf-16be'", "? 'utf-16le'"],
  ['a cancelled dialog is an error', "error.name === 'AbortError'", 'false'],
];

/** @type {Mistakes} */
const LINE_ENDINGS = [
  ['the byte order mark is not written', "? MARK : ''", "? '' : ''"],
  ['all lines get the most frequent ending', 'if (isMixed)', 'if (false)'],
  [
    'changed lines get the most frequent ending',
    'for (const [oldLine, newLine] of pairs)',
    'for (const [oldLine, newLine] of [])',
  ],
  ['new lines shift the endings', 'old.length === now.length || isLong', 'true'],
  ['removed lines shift the endings', '[from, to] = [oldEnd, newEnd];', 'from = oldEnd;'],
  [
    'a last line ending is added',
    'line.line + (line.end && ends[index])',
    'line.line + ends[index]',
  ],
  ['the rarest ending is used', 'b - a', 'a - b'],
  ['a single carriage return does not end a line', '(?:\\r\\n|\\r|\\n|$)', '(?:\\r\\n|\\n|$)'],
];

/** @type {Mistakes} */
const MERGE = [
  [
    'the sides are swapped',
    'mine: conflict?.a ?? [], theirs: conflict?.b',
    'mine: conflict?.b ?? [], theirs: conflict?.a',
  ],
  ['equal changes are a conflict', 'excludeFalseConflicts: true', 'excludeFalseConflicts: false'],
  ['the end of the last line is lost', 'if (!isEnd) return', 'if (true) return'],
  ['the first line is lost', 'if (start === 0) return', 'if (false) return'],
];

report('crates/web/js/save.js', SAVE, TEST);
report('crates/web/js/opened.js', OPENED, TEST);
report('crates/web/js/files.js', FILES, TEST);
report('crates/web/js/line_endings.js', LINE_ENDINGS, TEST);
report('crates/web/js/merge.js', MERGE, TEST);
