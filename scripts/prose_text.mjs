// Finds the text for people in source files: comments and strings. Everything else becomes blank,
// so that the text keeps its line numbers.

/** Keeps the line breaks of a text and nothing else. */
const lineBreaks = (text) => text.replace(/[^\n]+/g, '');
/** A string is prose if it has two words. */
const isProse = (text) => /[A-Za-z]{2,}[,:;]? [A-Za-z`]{2,}/.test(text);

/** The text of a comment without its marks. */
const comment = (text) =>
  text.replace(/^\/\*+!?|\*+\/$/g, '').replace(/^ *(?:\/\/[/!]?|\*|#)/gm, '');

/** The text of a string without its quotes and escapes; blank if it is not prose. */
function string(text) {
  const content = text
    .replace(/^[rbf]*#*["'`]{1,3}|["'`]{1,3}#*$/g, '')
    .replace(/\\[nrt]/g, ' ')
    .replace(/\\\n/g, ' \n')
    .replace(/\\(.)/g, '$1');
  return isProse(content) ? content : lineBreaks(content);
}

const RUST = [
  [/\/\/[^\n]*|\/\*[\s\S]*?\*\//y, comment],
  [/b?r(#*)"[\s\S]*?"\1/y, string],
  [/b?"(?:[^"\\]|\\[\s\S])*"/y, string],
  [/'(?:[^'\\]|\\[^']+)'/y, lineBreaks],
];
const JAVASCRIPT = [
  [/\/\/[^\n]*|\/\*[\s\S]*?\*\//y, comment],
  [/(?<=[(,=:[!&|?{};\n]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y, lineBreaks],
  [/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/y, string],
];
const PYTHON = [
  [/#[^\n]*/y, comment],
  [/"""[\s\S]*?"""/y, string],
  [/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y, string],
];
const CSS = [[/\/\*[\s\S]*?\*\//y, comment]];
const SHELL = [
  [/(?<=^|\s)#[^\n]*/y, comment],
  [/(?<=^ *|[;&|] *)(?:say|die|step) [^\n]*/my, string],
];
const COMMENTS = [[/(?<=^|\s)#[^\n]*/y, comment]];
const LANGUAGES = {
  rs: RUST,
  js: JAVASCRIPT,
  mjs: JAVASCRIPT,
  py: PYTHON,
  css: CSS,
  sh: SHELL,
  yml: COMMENTS,
  toml: COMMENTS,
  Makefile: COMMENTS,
};

/** The kinds of files that have text for people. */
export const EXTENSIONS = Object.keys(LANGUAGES);

/** Returns the text for people in a source file, each word in its line. */
export function proseOf(source, extension) {
  const rules = LANGUAGES[extension];
  let prose = '';
  let at = 0;
  while (at < source.length) {
    const before = at;
    for (const [pattern, keep] of rules) {
      pattern.lastIndex = at;
      const [token] = pattern.exec(source) ?? [];
      if (!token) continue;
      prose += keep(token);
      at += token.length;
      break;
    }
    if (at === before) {
      // Skip a word of code as a whole: `r` at the end of a name does not start a raw string.
      const [code] = /\w+|[^\w]/y.exec(source.slice(at, at + 200)) ?? [source[at]];
      prose += code === '\n' ? '\n' : '';
      at += code.length;
    }
  }
  return prose;
}
