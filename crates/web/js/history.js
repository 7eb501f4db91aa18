// The history: earlier versions of the work.
import { database, seal, unseal } from './database.js';

const MAX_ENTRIES = 300;

/**
 * Adds an entry to the history, unless the latest entry has the same text. Deletes the oldest
 * entries if there are too many.
 *
 * @param {string} label
 * @param {string} text
 */
export async function remember(label, text) {
  const db = await database();
  const latest = await db.transaction('history').store.openCursor(null, 'prev');
  if (latest && (await unseal(latest.value.text)) === text) return;
  await db.add('history', { time: Date.now(), label, text: await seal(text) });
  const keys = await db.getAllKeys('history');
  const excess = keys.slice(0, Math.max(0, keys.length - MAX_ENTRIES));
  await Promise.all(excess.map((key) => db.delete('history', key)));
}

/**
 * Returns the history, newest first.
 *
 * @returns {Promise<import('./database.js').HistoryEntry[]>}
 */
export async function history() {
  const entries = (await (await database()).getAll('history')).reverse();
  const texts = await Promise.all(entries.map((entry) => unseal(entry.text)));
  return entries.map((entry, index) => ({ ...entry, text: texts[index] }));
}

/** Deletes the history. */
export async function clearHistory() {
  await (await database()).clear('history');
}
