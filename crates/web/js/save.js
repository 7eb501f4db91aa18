// Saves a file to where it was opened from.
import { toDisk } from './line_endings.js';
import { mergeTexts } from './merge.js';
import { opened, plainText, restoreOpened, storeOpened } from './opened.js';

/**
 * The result: the browser has no access to the file, the file has the text, it has the merged text,
 * or the same lines were changed by someone else.
 *
 * @typedef {{kind: 'unknown', raw: string}
 *   | {kind: 'saved', path: string}
 *   | {kind: 'merged', path: string, text: string}
 *   | {kind: 'conflict', path: string, parts: import('./merge.js').Part[]}} Saved
 */

/**
 * Saves a file to where it was opened from.
 *
 * @param {string} name The name in the page.
 * @param {string} text
 * @returns {Promise<Saved>}
 */
export async function saveInPlace(name, text) {
  await restoreOpened();
  const path = opened.paths.get(name);
  const handle = opened.handles.get(path ?? '');
  if (!handle || path === undefined) return { kind: 'unknown', raw: rawOf(path, text) };
  const base = opened.raw.get(path) ?? '';
  if (!(await isAllowed(handle))) return { kind: 'unknown', raw: rawOf(path, text) };
  const current = await contentOf(handle, path);
  if (current === base || plainText(current) === text) {
    await write(handle, path, toDisk(current, text));
    return { kind: 'saved', path };
  }
  const parts = mergeTexts(plainText(base), text, plainText(current));
  /** @type {string[]} */
  const lines = [];
  for (const part of parts) {
    if (!('same' in part)) {
      seen.set(path, current);
      return { kind: 'conflict', path, parts };
    }
    lines.push(...part.same);
  }
  const merged = lines.join('\n');
  await write(handle, path, toDisk(current, merged));
  return { kind: 'merged', path, text: merged };
}

/**
 * Returns a text with the line endings of the file that it was opened from.
 *
 * @param {string | undefined} path
 * @param {string} text
 */
const rawOf = (path, text) => toDisk(opened.raw.get(path ?? '') ?? '', text);

/**
 * The contents that a person compared with the text of the page, by path.
 *
 * @type {Map<string, string>}
 */
const seen = new Map();

/**
 * Saves the text that a person chose in a conflict. It is based on the content that they saw.
 *
 * @param {string} name
 * @param {string} text
 */
export async function saveChosen(name, text) {
  const path = opened.paths.get(name) ?? name;
  opened.raw.set(path, seen.get(path) ?? '');
  return saveInPlace(name, text);
}

/**
 * Asks for permission if the browser needs it, for example after a reload.
 *
 * @param {any} handle
 */
async function isAllowed(handle) {
  if (!handle.queryPermission) return true;
  const mode = { mode: 'readwrite' };
  if ((await handle.queryPermission(mode)) === 'granted') return true;
  return (await handle.requestPermission(mode)) === 'granted';
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {string} path
 */
async function contentOf(handle, path) {
  try {
    const bytes = await (await handle.getFile()).arrayBuffer();
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const isGone = error instanceof Error && error.name === 'NotFoundError';
    throw isGone ? new Error(`${path} was removed`) : error;
  }
}

/**
 * @param {FileSystemFileHandle} handle
 * @param {string} path
 * @param {string} raw
 */
async function write(handle, path, raw) {
  const stream = await handle.createWritable();
  await stream.write(raw);
  await stream.close();
  opened.raw.set(path, raw);
  await storeOpened();
}
