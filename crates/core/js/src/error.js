// The error class of the package.

/** An error with a code. */
export class OptakitError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{cause?: unknown}} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = 'OptakitError';
    this.code = code;
  }
}

/** Returns the error for an invalid argument. */
export const invalid = (message) => new OptakitError('invalid-argument', message);
