// Finds elements by role and name. The functions run in the page, in every engine.

/** Returns the center of a visible element, scrolled into view; null if there is none. */
export function center(role, name) {
  const tags = {
    button: 'button, [role=button]',
    combobox: 'select, [role=combobox]',
    dialog: 'dialog[open]',
    option: '[role=option]',
    region: 'section[aria-label]',
    tab: '[role=tab]',
    textbox: 'input, textarea, [role=textbox]',
  };
  /** @type {(Document | ShadowRoot)[]} */
  const roots = [document];
  for (const element of document.querySelectorAll('*')) {
    if (element.shadowRoot) roots.push(element.shadowRoot);
  }
  const isSpoken = (node) => !(node instanceof Element && node.ariaHidden === 'true');
  const nameOf = (element) =>
    element.getAttribute('aria-label') ??
    [...element.childNodes]
      .filter(isSpoken)
      .map((node) => node.textContent)
      .join('')
      .trim();
  const found = roots
    .flatMap((root) => [...root.querySelectorAll(tags[role])])
    .find((element) => nameOf(element) === name && element.getClientRects().length > 0);
  if (!found) return null;
  found.scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = found.getBoundingClientRect();
  return { x: left + Math.min(width, 200) / 2, y: top + Math.min(height, 44) / 2 };
}

/** Returns the text of a region. */
export function textOf(region) {
  const found = document.querySelector(`:is(section, aside, dialog[open])[aria-label="${region}"]`);
  return found?.textContent ?? '';
}

/** Returns the text of the editor on the screen. */
export function editorText() {
  for (const element of document.querySelectorAll('.sheet .text:not([hidden]) > div')) {
    const content = element.shadowRoot?.querySelector('.cm-content');
    if (content) return [...content.querySelectorAll('.cm-line')].map((line) => line.textContent);
  }
  return [];
}

/** Focuses the editor on the screen. Returns false if there is none. */
export function focusEditor() {
  for (const element of document.querySelectorAll('.sheet .text:not([hidden]) > div')) {
    const content = element.shadowRoot?.querySelector('.cm-content');
    if (!(content instanceof HTMLElement)) continue;
    content.focus();
    return true;
  }
  return false;
}

/** Pastes a text over the selection of the editor with the focus. */
export function paste(text) {
  const target = document.activeElement?.shadowRoot?.activeElement;
  if (!target) return false;
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const init = { clipboardData: data, bubbles: true, cancelable: true, composed: true };
  target.dispatchEvent(new ClipboardEvent('paste', init));
  return true;
}

/** Keeps the texts of the files that the page saves. */
export function recordDownloads() {
  const create = URL.createObjectURL.bind(URL);
  const files = [];
  /** @type {any} */ (window).savedFiles = files;
  URL.createObjectURL = (/** @type {Blob} */ blob) => {
    blob.text().then((text) => files.push(text));
    return create(blob);
  };
}

/** Returns the texts of the files that were saved. */
export const savedFiles = () =>
  /** @type {any} */ (window).savedFiles.filter((/** @type {string} */ text) => text !== '');

/** Returns the link of the dialog; null while it is created. */
export function shareLink() {
  const box = document.querySelector('dialog textarea');
  return box instanceof HTMLTextAreaElement ? box.value : null;
}

/** Whether a draft in the database of this browser contains a text. */
export function hasDraft(text) {
  return new Promise((done) => {
    const opening = indexedDB.open('optakit');
    opening.onsuccess = () => {
      const database = opening.result;
      const reading = database.transaction('drafts').objectStore('drafts').getAll();
      reading.onsuccess = () => {
        database.close();
        done(reading.result.some((draft) => draft.text.includes(text)));
      };
    };
  });
}
