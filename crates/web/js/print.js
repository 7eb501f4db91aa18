// Prints the whole text of the open file: the editor draws only the lines on the screen.

/** The class of the elements that exist only while the page is printed. */
const PRINTED = 'printed';

/**
 * Adds the text of an editor to the page while it is printed.
 *
 * @param {() => import('@codemirror/view').EditorView | undefined} shown The editor on the screen.
 */
export function printText(shown) {
  addEventListener('beforeprint', () => {
    const view = shown();
    const source = document.querySelector('.source');
    if (!view || !source) return;
    const text = document.createElement('pre');
    text.className = PRINTED;
    text.textContent = view.state.doc.toString();
    source.prepend(text);
  });
  addEventListener('afterprint', () => {
    for (const element of document.querySelectorAll(`.${PRINTED}`)) element.remove();
  });
}
