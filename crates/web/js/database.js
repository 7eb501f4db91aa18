// The database of the page in this browser: drafts and history.
import { openDB } from 'idb';

/**
 * @typedef {object} StoredDraft
 * @property {string} id One draft per tab.
 * @property {number} time Milliseconds since 1970.
 * @property {string} text
 */

/**
 * @typedef {object} HistoryEntry
 * @property {number} time Milliseconds since 1970.
 * @property {string} label
 * @property {string} text
 */

/** Whether `optakit edit` serves the page. */
export const isServed = 'served' in document.documentElement.dataset;

/** @type {Promise<import('idb').IDBPDatabase> | undefined} */
let opened;
/** Where the page of `optakit edit` stores its work: a name, and what encrypts the texts. */
let name = 'optakit';
/** @type {Awaited<ReturnType<typeof import('./vault.js').vault>> | undefined} */
let vault;

/**
 * Chooses the database of a service file. The page of `optakit edit` stores nothing before.
 *
 * @param {string} id
 * @param {string} key
 */
export async function openVault(id, key) {
  vault = await (await import('./vault.js')).vault(key);
  name = `optakit.${id}`;
}

/** Opens the database, once. */
export function database() {
  if (isServed && !vault) throw new Error('the texts cannot be encrypted');
  return (opened ??= openDB(name, 1, {
    upgrade(db) {
      db.createObjectStore('drafts', { keyPath: 'id' });
      db.createObjectStore('history', { keyPath: 'id', autoIncrement: true });
    },
    // A newer release in another tab upgrades the database. It waits until this tab closes it.
    blocking: (_current, _new, { target }) => closeDatabase(target),
  }));
}

/** @param {any} connection */
function closeDatabase(connection) {
  connection.close();
  opened = undefined;
}

/**
 * Returns a text as it is stored.
 *
 * @param {string} text
 */
export const seal = async (text) => (vault ? vault.seal(text) : text);

/**
 * Returns a stored text.
 *
 * @param {any} stored
 * @returns {Promise<string>}
 */
export const unseal = async (stored) => (vault ? vault.open(stored) : stored);

/**
 * Returns a text as it is stored while the page closes; undefined if it cannot be encrypted.
 *
 * @param {string} text
 */
export const sealAtOnce = (text) => (isServed ? vault?.sealAtOnce(text) : text);

/**
 * Returns a text that was stored while a page closed.
 *
 * @param {string} stored
 */
export const unsealAtOnce = async (stored) => (vault ? vault.openAtOnce(stored) : stored);
