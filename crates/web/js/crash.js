// The dialog that shows a crash of the program. It lets people copy their text.

const CRASHED = 'optakit.crashed';

/**
 * @param {string} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string)[]} children
 */
function element(tag, properties, ...children) {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children);
  return created;
}

/**
 * Shows that the program crashed.
 *
 * @param {string} message
 * @param {string} text The text of the person.
 */
export function crashed(message, text) {
  if (document.getElementById('crash')) return;
  sessionStorage.setItem(CRASHED, '1');
  const box = element('textarea', { readOnly: true, value: text, rows: 12 });
  box.setAttribute('aria-label', 'Your text');
  const copy = () => navigator.clipboard.writeText(text);
  const panel = element(
    'div',
    { id: 'crash', className: 'crash' },
    element('h2', {}, 'The editor crashed'),
    element('p', {}, `This is a bug in Optakit. Your text is saved. Error: ${message}`),
    box,
    element(
      'div',
      { className: 'row' },
      element('button', { className: 'button', onclick: copy }, 'Copy text'),
      element('button', { className: 'button main', onclick: () => location.reload() }, 'Reload'),
    ),
  );
  panel.setAttribute('role', 'alertdialog');
  panel.setAttribute('aria-label', 'The editor crashed');
  document.body.append(panel);
}

/** Returns whether the page crashed before it was loaded, and resets this. */
export function hasCrashed() {
  const crashedBefore = sessionStorage.getItem(CRASHED) !== null;
  sessionStorage.removeItem(CRASHED);
  return crashedBefore;
}
