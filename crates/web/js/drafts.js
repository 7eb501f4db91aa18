// Drafts: each tab saves its work in a draft of the database. Only one tab writes a draft.
import { database, isServed, seal, sealAtOnce, unseal, unsealAtOnce } from './database.js';
import { painted } from './painted.js';

const DRAFT = 'optakit.draft';
/** Texts that were not in the database yet when their page was closed. */
const UNWRITTEN = `${DRAFT}.unwritten.`;

/**
 * The id of the draft of this tab.
 *
 * @type {string}
 */
let ownId;
/** Whether the work of this tab is a copy of the work in another open tab. */
let isCopied = false;

/**
 * Locks a draft until this tab is closed. Returns false if another tab has locked it.
 *
 * @param {string} id
 * @returns {Promise<boolean>}
 */
function lock(id) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`${DRAFT}.${id}`, { ifAvailable: true }, (granted) => {
      resolve(Boolean(granted));
      return granted ? new Promise(() => {}) : undefined;
    });
  });
}

async function startDraft() {
  ownId = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  await lock(ownId);
  sessionStorage.setItem(DRAFT, ownId);
}

/**
 * Returns a draft that has never been in the database, because the storage was full.
 *
 * @param {string} id
 * @returns {import('./database.js').StoredDraft | undefined}
 */
const findUnwritten = (id) =>
  localStorage.getItem(UNWRITTEN + id) === null ? undefined : { id, time: 0, text: '' };

/** @returns {Promise<string | null>} */
async function findDraft() {
  /** @type {import('./database.js').StoredDraft[]} */
  const drafts = await (await database()).getAll('drafts');
  drafts.sort((a, b) => b.time - a.time);
  const previousId = sessionStorage.getItem(DRAFT) ?? '';
  const previous = drafts.find(({ id }) => id === previousId) ?? findUnwritten(previousId);
  for (const draft of previous ? [previous, ...drafts] : drafts) {
    if (await lock(draft.id)) {
      ownId = draft.id;
      sessionStorage.setItem(DRAFT, ownId);
      const unwritten = localStorage.getItem(UNWRITTEN + ownId);
      return unwritten === null ? unseal(draft.text) : unsealAtOnce(unwritten);
    }
  }
  await startDraft();
  const copied = previous ?? drafts[0];
  isCopied = copied !== undefined;
  return copied ? unseal(copied.text) : null;
}

// Start now, while the browser still loads the program that calls `claim`. The page of
// `optakit edit` first needs the name of its database.
const claimed = isServed ? undefined : findDraft();
claimed?.catch(() => {});

/**
 * Returns the work to continue with, as text: the draft of this tab, or else the latest draft that
 * no other tab has open, or else a copy of the latest draft. Returns null if there is no draft.
 */
export async function claim() {
  known = await (claimed ?? findDraft());
  return known;
}

/**
 * The latest text that this module knows.
 *
 * @type {string | null | undefined}
 */
let known;

/** Whether the work of this tab is a copy of the work in another open tab. */
export const isCopy = () => isCopied;

/** Starts a new draft for this tab. The draft before it does not change any more. */
export const fork = startDraft;

/**
 * Returns the text to save; undefined if everything was saved.
 *
 * @type {(() => string) | undefined}
 */
let textToSave;
/**
 * The running write.
 *
 * @type {Promise<void> | undefined}
 */
let writing;
/** Whether the program crashed, so that nothing is written any more. */
let isStopped = false;
/** @type {string | undefined} */
let newest;

function takeText() {
  newest = textToSave?.() ?? newest;
  known = newest ?? known;
  textToSave = undefined;
  return newest;
}

/**
 * Saves the texts of the editors after a crash of the program, which cannot be asked any more.
 *
 * @param {Map<string, string>} texts The texts by file.
 */
export async function rescue(texts) {
  textToSave = undefined;
  isStopped = true;
  newest = undefined;
  const work = JSON.parse(known ?? '{}');
  work.environment_files ??= {};
  for (const [file, text] of texts) {
    if (file === 'opta.yml') work.service = text;
    else if (file === 'values.yml') work.values = text;
    else if (text !== '' || file in work.environment_files) work.environment_files[file] = text;
  }
  const draft = { id: ownId, time: Date.now(), text: await seal(JSON.stringify(work)) };
  await (await database()).put('drafts', draft);
  localStorage.removeItem(UNWRITTEN + ownId);
}

// A page that is closed has no time for the database, so write to the local storage.
addEventListener('pagehide', () => {
  try {
    const text = takeText();
    const stored = text === undefined ? undefined : sealAtOnce(text);
    if (stored !== undefined) localStorage.setItem(UNWRITTEN + ownId, stored);
  } catch {
    // The storage is full: the draft keeps its last text.
  }
});

/**
 * Why a text is not saved, by the name of the error.
 *
 * @type {Record<string, string>}
 */
const REASONS = {
  QuotaExceededError: 'full',
  VersionError: 'outdated',
};

/**
 * Saves the work that `text` returns, after all changes are on the screen. Returns why it is not
 * saved: the storage is `full` or `blocked`, or this release of the page is `outdated`. Runs one
 * write at a time; the next write saves the newest text.
 *
 * @param {() => string} text
 */
export async function keep(text) {
  textToSave = text;
  try {
    if (!isStopped) await (writing ??= saveAll());
    return undefined;
  } catch (error) {
    return REASONS[error instanceof Error ? error.name : ''] ?? 'blocked';
  }
}

/** Saves texts until the newest one is saved. */
async function saveAll() {
  try {
    while (textToSave) {
      await painted();
      const taken = takeText();
      if (taken === undefined) break;
      const draft = { id: ownId, time: Date.now(), text: await seal(taken) };
      await (await database()).put('drafts', draft);
    }
    newest = undefined;
    localStorage.removeItem(UNWRITTEN + ownId);
    // first.js reads this key, because it cannot wait for a database.
    if (!isServed) localStorage.setItem('optakit.kept', '');
  } finally {
    writing = undefined;
  }
}
