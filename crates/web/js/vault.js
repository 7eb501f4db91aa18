// Encrypts what `optakit edit` stores in the browser. Another program can serve a page at the same
// port later. It finds the database, but not the key.

/** @typedef {{iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} Sealed */

/** @param {string} key The key as base64. */
export async function vault(key) {
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  const secret = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  return {
    /**
     * @param {string} text
     * @returns {Promise<Sealed>}
     */
    async seal(text) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(text);
      const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, secret, plain);
      return { iv, data };
    },
    /** @param {Sealed} sealed */
    async open({ iv, data }) {
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, secret, data);
      return new TextDecoder().decode(plain);
    },
  };
}
