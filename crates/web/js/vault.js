// Encrypts what `optakit edit` stores in the browser. Another program can serve a page at the same
// port later. It finds the database, but not the key.

/** @typedef {{iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} Sealed */

/** The longest text that can be encrypted at once, in bytes. */
const PAD_SIZE = 1024 * 1024;

/**
 * Returns the bytes that encrypt a text when there is no time to wait. A pad encrypts one text.
 *
 * @param {Uint8Array<ArrayBuffer>} key
 * @param {Uint8Array<ArrayBuffer>} counter
 */
async function createPad(key, counter) {
  const own = await crypto.subtle.digest('SHA-256', key);
  const secret = await crypto.subtle.importKey('raw', own, 'AES-CTR', false, ['encrypt']);
  const algorithm = { name: 'AES-CTR', counter, length: 64 };
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, secret, new Uint8Array(PAD_SIZE)));
}

/**
 * Encrypts or decrypts bytes.
 *
 * @param {Uint8Array} bytes
 * @param {Uint8Array} pad
 */
const apply = (bytes, pad) => bytes.map((byte, index) => byte ^ pad[index]);

/** @param {Uint8Array} bytes */
const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** @param {string} text */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {string} key The key as base64. */
export async function vault(key) {
  const bytes = fromBase64(key);
  const secret = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  const counter = crypto.getRandomValues(new Uint8Array(16));
  /** @type {Uint8Array | undefined} */
  let pad = await createPad(bytes, counter);
  return {
    /**
     * Encrypts a text without waiting, once. Returns undefined if that is not possible.
     *
     * @param {string} text
     */
    sealAtOnce(text) {
      const plain = new TextEncoder().encode(text);
      if (!pad || plain.length > PAD_SIZE) return undefined;
      const sealed = `${toBase64(counter)}.${toBase64(apply(plain, pad))}`;
      pad = undefined;
      return sealed;
    },
    /**
     * Decrypts the result of `sealAtOnce`.
     *
     * @param {string} sealed
     */
    async openAtOnce(sealed) {
      const [usedCounter, data] = sealed.split('.').map(fromBase64);
      return new TextDecoder().decode(apply(data, await createPad(bytes, usedCounter)));
    },
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
