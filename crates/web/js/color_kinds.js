/** @typedef {(typeof KINDS)[number]} Kind */

/**
 * The CSS classes of colored YAML. Each color is a custom property with the name of its class.
 */
export const KINDS = /** @type {const} */ ([
  'code-key',
  'code-number',
  'code-string',
  'code-comment',
  'code-punctuation',
]);
