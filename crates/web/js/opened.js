// The files that the page can write to. They are stored, so that a reload does not lose them.
import { openDB } from 'idb';

/** Returns a text as the page shows it: with `\n` as line ending, and without a byte order mark. */
export const plainText = (/** @type {string} */ raw) =>
  raw.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');

/** The files that were opened last. */
export const opened = {
  /**
   * The path that each file was opened from, by its name in the page.
   *
   * @type {Map<string, string>}
   */
  paths: new Map(),
  /**
   * By path. Other files can only be downloaded.
   *
   * @type {Map<string, FileSystemFileHandle>}
   */
  handles: new Map(),
  /**
   * The contents that the texts of the page are based on, by path.
   *
   * @type {Map<string, string>}
   */
  raw: new Map(),
  clear() {
    for (const map of [this.paths, this.handles, this.raw]) map.clear();
  },
};

const DRAFT = 'optakit.draft';
const STORE = 'opened';

const database = () =>
  openDB('optakit.files', 1, { upgrade: (db) => void db.createObjectStore(STORE) });

/** Stores the opened files of this tab. Browsers without stored handles ignore it. */
export async function storeOpened() {
  const { paths, handles, raw } = opened;
  try {
    const db = await database();
    await db.put(STORE, { paths, handles, raw }, sessionStorage.getItem(DRAFT) ?? '');
    db.close();
  } catch {
    // The files are known until the page is closed.
  }
}

/** Whether this page has opened files, or other work, since it was loaded. */
let isNew = false;

/**
 * Remembers where files were opened from, for the next save.
 *
 * @param {Map<string, string>} paths The paths by the name in the page.
 */
export async function setOpened(paths) {
  isNew = true;
  opened.paths = paths;
  await storeOpened();
}

/** Forgets where files were opened from: the page shows other work. */
export function forgetOpened() {
  setOpened(new Map()).catch(() => {});
}

/** Restores the opened files of this tab after a reload. */
export async function restoreOpened() {
  if (isNew || opened.paths.size > 0) return;
  try {
    const db = await database();
    const stored = await db.get(STORE, sessionStorage.getItem(DRAFT) ?? '');
    db.close();
    if (stored) Object.assign(opened, stored);
  } catch {
    // Without storage no file is known.
  }
}
