/**
 * Shows a Markdown text of the core as plain text. The core uses only marks for words and code.
 *
 * @param {string} markdown
 */
export function prose(markdown) {
  const element = document.createElement('div');
  element.className = 'cm-prose';
  element.textContent = markdown
    .replaceAll('**', '')
    .replaceAll('```yaml\n', '')
    .replaceAll('`', '')
    .replace(/<(https:[^>]*)>/g, '$1')
    .trim();
  return element;
}
