// Parts of the text editor that load later. The editor works without a part that cannot be fetched:
// a new release deleted its file, or the network failed.

/**
 * The functions that load the missing parts, by the name of the part.
 *
 * @type {Map<string, () => Promise<unknown>>}
 */
const missing = new Map();

/**
 * Loads a part. Reports a part that cannot be fetched once, and returns undefined.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} load
 */
export async function part(name, load) {
  try {
    const loaded = await load();
    if (missing.delete(name) && missing.size === 0) globalThis.OptakitPage.setMissing(false);
    return loaded;
  } catch (error) {
    // Browsers throw this error if a file cannot be fetched.
    if (!(error instanceof TypeError)) throw error;
    if (missing.size === 0) globalThis.OptakitPage.setMissing(true);
    missing.set(name, load);
    return undefined;
  }
}

/** Loads the missing parts again. */
export async function loadMissing() {
  const parts = [...missing];
  missing.clear();
  await Promise.all(parts.map(([name, load]) => part(name, load)));
  if (missing.size === 0) globalThis.OptakitPage.setMissing(false);
}
