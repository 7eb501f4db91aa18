/** The core's Markdown as plain text: it marks words, it has no links or headings to follow. */
export function prose(markdown) {
  const element = document.createElement('div');
  element.className = 'cm-prose';
  element.textContent = markdown.replaceAll('**', '').replaceAll('```yaml\n', '').replaceAll('```', '').replaceAll('`', '').replace(/<(https:[^>]*)>/g, '$1').trim();
  return element;
}
