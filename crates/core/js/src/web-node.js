// `optakit/web` in Node, for example when a server renders a page: the program needs no download.
export * from './node.js';

/** Does nothing: the program is compiled by the first call. */
export async function init() {}

export default init;
