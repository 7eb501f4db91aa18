// The rules for all JavaScript of the project.
import js from '@eslint/js';
import globals from 'globals';

const BROWSER = ['crates/web/js/**', 'crates/core/js/**', 'bench/peers/**'];
// Code in these files runs in Node, but functions for `page.evaluate` run in the browser.
const NODE_AND_BROWSER = ['bench/*.mjs', 'scripts/*.mjs', 'crates/{core,web}/tests/**'];

export default [
  { ignores: ['dist/', 'target/', 'fuzz/', 'node_modules/', '**/node_modules/'] },
  js.configs.recommended,
  {
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'max-len': ['error', { code: 100, ignoreRegExpLiterals: true, ignoreUrls: true }],
      'no-implicit-coercion': 'error',
      'no-promise-executor-return': 'off',
      'no-shadow': 'error',
      'no-unused-vars': ['error', { args: 'after-used' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  { files: BROWSER, languageOptions: { globals: globals.browser } },
  { files: ['crates/web/js/offline.js'], languageOptions: { globals: globals.serviceworker } },
  {
    files: ['**/*.mjs', 'eslint.config.js'],
    languageOptions: { globals: globals.nodeBuiltin },
  },
  {
    files: NODE_AND_BROWSER,
    languageOptions: { globals: { ...globals.nodeBuiltin, ...globals.browser } },
  },
];
