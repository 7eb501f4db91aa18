/**
 * Shows a Markdown text of the core as plain text with links. The core uses only marks for words,
 * code and addresses.
 *
 * @param {string} markdown
 */
export function prose(markdown) {
  const element = document.createElement('div');
  element.className = 'cm-prose';
  const text = markdown.replaceAll('**', '').replaceAll('```yaml\n', '').replaceAll('`', '').trim();
  // Every second part is an address.
  text.split(/<(https:[^>\s]*)>/).forEach((part, index) => {
    element.append(index % 2 === 1 ? link(part) : part);
  });
  return element;
}

/** @param {string} address */
function link(address) {
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  anchor.textContent = address.replace(/^https:\/\//, '');
  return anchor;
}
