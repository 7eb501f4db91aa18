// Makes one mistake at a time in the drafts and the history, and reports those that their test does
// not notice.
//   node scripts/mistakes/storage.mjs
import { report } from './report.mjs';

const TEST = 'crates/web/tests/browser/storage.test.mjs';
const UNWRITTEN = 'localStorage.getItem(UNWRITTEN + ownId);';

/** @type {import('./report.mjs').Mistake[]} */
const DRAFTS = [
  ['a draft is never locked', 'if (!navigator.locks)', 'if (true)'],
  ['the lock is released at once', 'new Promise(() => {}) : undefined', 'undefined : undefined'],
  ['every lock is granted', 'resolve(Boolean(granted))', 'resolve(true)'],
  ['a new draft is not locked', 'await lock(ownId);', ''],
  ['a new draft is not the one of the tab', 'sessionStorage.setItem(DRAFT, ownId);', ''],
  ['the oldest draft comes first', 'b.time - a.time', 'a.time - b.time'],
  ['a reload takes the newest draft', 'previous ? [previous, ...drafts] : drafts', 'drafts'],
  ['other drafts are not continued', '[previous, ...drafts] : drafts', '[previous] : []'],
  ['the last text is not read', UNWRITTEN, 'null;'],
  ['a new tab is empty', 'previous ?? drafts[0]', 'previous'],
  ['a fork keeps the draft', 'export const fork = startDraft;', 'export const fork = () => {};'],
  ['a fork has no lock of the tab', 'ownId = crypto', 'const other = crypto'],
  ['the first text is saved', 'newest = textToSave?.() ?? newest;', 'newest ??= textToSave?.();'],
  ['a rescue starts with nothing', "JSON.parse(known ?? '{}')", 'JSON.parse("{}")'],
  ['a rescue loses the service file', "=== 'opta.yml'", "=== 'opta.yaml'"],
  ['a rescue loses the values', 'work.values = text', 'work.value = text'],
  ['a rescue adds empty files', "text !== '' || file in work.environment_files", 'true'],
  ['a rescue keeps files that were emptied', ' || file in work.environment_files', ''],
  [
    'a rescue writes another draft',
    '{ id: ownId, time: Date.now(), text: await seal(J',
    '{ id: 1, time: 0, text: await seal(J',
  ],
  [
    'later texts do not wait',
    'await (writing ??= saveAll())',
    'if (!writing) await (writing = saveAll())',
  ],
  ['a full storage has no reason', "QuotaExceededError: 'full'", "QuotaError: 'full'"],
  ['a newer database has no reason', "VersionError: 'outdated'", "OldError: 'outdated'"],
  ['a copy is not known', 'isCopied = copied !== undefined;', ''],
  ['a text that was never stored is lost', ' ?? findUnwritten(previousId)', ''],
  ['the last letters are lost', "addEventListener('pagehide'", "addEventListener('pagehidden'"],
  [
    'the last letters have another key',
    'localStorage.setItem(UNWRITTEN + ownId, stored)',
    'localStorage.setItem(UNWRITTEN, stored)',
  ],
  ['the database is not written', "await (await database()).put('drafts', draft);\n    }", '}'],
  [
    'a draft has no time',
    'time: Date.now(), text: await seal(taken)',
    'time: 0, text: await seal(taken)',
  ],
  ['the kept mark is missing', "if (!isServed) localStorage.setItem('optakit.kept', '');", ''],
  [
    'the last letters come back later',
    'newest = undefined;\n    localStorage.removeItem(UNWRITTEN + ownId);',
    'newest = undefined;',
  ],
  ['a failure blocks later texts', '} finally {\n    writing = undefined;', '} finally {'],
];

/** @type {import('./report.mjs').Mistake[]} */
const HISTORY = [
  ['three entries are kept', 'MAX_ENTRIES = 300', 'MAX_ENTRIES = 3'],
  ['one entry too many is kept', 'keys.length - MAX_ENTRIES', 'keys.length - MAX_ENTRIES - 1'],
  [
    'the newest entries are deleted',
    'keys.slice(0, Math.max(0, ',
    'keys.reverse().slice(0, Math.max(0, ',
  ],
  ['nothing is deleted', "db.delete('history', key)", 'key'],
  ['equal entries are added', '(await unseal(latest.value.text)) === text', 'false'],
  ['the oldest entry is compared', "openCursor(null, 'prev')", "openCursor(null, 'next')"],
  ['the oldest entry comes first', '.reverse();', ';'],
  ['an entry has no time', 'time: Date.now(), label', 'time: 0, label'],
  ['the label is lost', 'label, text: await', "label: '', text: await"],
  ['texts are those of other entries', 'text: texts[index]', 'text: texts[0]'],
  ['the history cannot be cleared', "clear('history')", "clear('drafts')"],
];

report('crates/web/js/drafts.js', DRAFTS, TEST);
report('crates/web/js/history.js', HISTORY, TEST);
