// Makes one mistake at a time in share links and in the encryption of drafts, and reports those
// that their test does not notice.
//   node scripts/mistakes/share.mjs
import { report } from './report.mjs';

const TEST = 'crates/web/tests/browser/links.test.mjs';

/** @typedef {import('./report.mjs').Mistake[]} Mistakes */

/** @type {Mistakes} */
const LINKS = [
  ['links of other versions are opened', 'if (!fragment.startsWith(PREFIX))', 'if (false)'],
  ['the limit is ignored', 'if (length > limit)', 'if (false)'],
  ['the limit is one byte less', 'length > limit', 'length >= limit'],
  ['the limit is that of each part', 'length += value.length', 'length = value.length'],
  ['a plus stays', ".replaceAll('+', '-')", ''],
  ['a slash stays', ".replaceAll('/', '_')", ''],
  ['the padding stays', ".replace(/=+$/, '')", ''],
  ['a minus is not read', ".replaceAll('-', '+')", ''],
  ['an underscore is not read', ".replaceAll('_', '/')", ''],
  ['invalid text is opened', "'utf-8', { fatal: true }", "'utf-8'"],
  ['errors have no reason', 'error instanceof LinkError ? error', 'true ? error'],
  ['every error is damage', 'error instanceof LinkError ? error', 'false ? error'],
  ['parts of the text are lost', 'parts.push(value)', 'parts[0] = value'],
  ['the prefix is a part of the data', 'fragment.slice(PREFIX.length)', 'fragment.slice(1)'],
];

/** @type {Mistakes} */
const VAULT = [
  ['a key stream is used twice', 'pad = undefined;', ''],
  [
    'the key stream is always the same',
    'getRandomValues(new Uint8Array(16))',
    'subtle && new Uint8Array(16)',
  ],
  ['the key does not matter', "digest('SHA-256', key)", "digest('SHA-256', new Uint8Array(1))"],
  ['long texts are cut', ' || plain.length > PAD_SIZE', ''],
  ['the counter is lost', '${toBase64(counter)}.', '${toBase64(new Uint8Array(16))}.'],
  ['nothing is encrypted', 'byte ^ pad[index]', 'byte'],
];

report('crates/web/js/links.js', LINKS, TEST);
report('crates/web/js/vault.js', VAULT, TEST);
