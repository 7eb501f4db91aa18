// Settings that this browser remembers. Some browsers block access to the storage.

/**
 * Returns a setting; null if there is none.
 *
 * @param {string} key
 */
export function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * Stores a setting.
 *
 * @param {string} key
 * @param {string} value
 */
export function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The setting is valid until the page is closed.
  }
}
