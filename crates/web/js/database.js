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

/** @type {Promise<import('idb').IDBPDatabase> | undefined} */
let opened;

/** Opens the database, once. */
export const database = () =>
  (opened ??= openDB('optakit', 1, {
    upgrade(db) {
      db.createObjectStore('drafts', { keyPath: 'id' });
      db.createObjectStore('history', { keyPath: 'id', autoIncrement: true });
    },
  }));
