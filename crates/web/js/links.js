// Links: the fragment of the address contains the work, compressed, as base64url.

const PREFIX = '#o1:';

class LinkError extends Error {}

/**
 * Passes bytes through a compression stream.
 *
 * @param {CompressionStream | DecompressionStream} stream
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} limit The maximum size of the result.
 */
async function through(stream, bytes, limit) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new LinkError('it is too large');
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/**
 * Converts a text to the fragment of a link.
 *
 * @param {string} text
 */
export async function pack(text) {
  const stream = new CompressionStream('deflate-raw');
  const bytes = await through(stream, new TextEncoder().encode(text), Infinity);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Converts the fragment of a link to its text. Fails with a reason that people can read.
 *
 * @param {string} fragment
 * @param {number} limit The maximum size of the text in bytes.
 */
export async function unpack(fragment, limit) {
  if (!fragment.startsWith(PREFIX)) {
    throw new LinkError('it was created by another version of Optakit');
  }
  try {
    const base64 = fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const text = await through(new DecompressionStream('deflate-raw'), bytes, limit);
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError('it is damaged');
  }
}
