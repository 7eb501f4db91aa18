// Keys that are pressed while a dialog is loading. The dialog gets them when it is open.

/** How long keys are held back, in milliseconds. A server may never respond. */
const HOLD_TIME = 5000;

/** @typedef {Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'shiftKey'>} PressedKey */

/**
 * The keys so far; undefined while keys are not held back.
 *
 * @type {PressedKey[] | undefined}
 */
let pressed;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {KeyboardEvent} event */
function hold(event) {
  if (event.ctrlKey || event.metaKey) return;
  if (['Control', 'Meta', 'Shift', 'Alt'].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { key, code, altKey, shiftKey } = event;
  pressed?.push({ key, code, altKey, shiftKey });
}

/** Starts to hold back the keys that are pressed. */
export function holdKeys() {
  if (pressed) return;
  pressed = [];
  addEventListener('keydown', hold, true);
  timer = setTimeout(takeKeys, HOLD_TIME);
}

/** Stops holding keys back, and returns them. */
function takeKeys() {
  clearTimeout(timer);
  removeEventListener('keydown', hold, true);
  const keys = pressed ?? [];
  pressed = undefined;
  return keys;
}

/** Sends the keys that were held back to the element with the focus. */
export function releaseKeys() {
  for (const key of takeKeys()) send(key, focused());
}

/** Returns the element with the focus, also inside a shadow root. */
function focused() {
  let element = document.activeElement ?? document.body;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/**
 * @param {PressedKey} pressedKey
 * @param {Element} target
 */
function send(pressedKey, target) {
  const { key, altKey } = pressedKey;
  const dialog = target.closest('dialog');
  if (key.length === 1 && !altKey && target instanceof HTMLInputElement) {
    target.value += key;
    target.dispatchEvent(new InputEvent('input', { bubbles: true }));
    // The search panel reads its text after a key.
    target.dispatchEvent(new KeyboardEvent('keyup', { ...pressedKey, bubbles: true }));
  } else if (key === 'Escape' && dialog) {
    // The browser closes a dialog only for a real key, so send the event that closes it.
    dialog.dispatchEvent(new Event('cancel', { cancelable: true }));
  } else {
    const init = { ...pressedKey, bubbles: true, cancelable: true };
    target.dispatchEvent(new KeyboardEvent('keydown', init));
  }
}
