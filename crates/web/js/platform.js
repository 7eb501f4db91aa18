// What the browser keeps and hands over: drafts and history in IndexedDB, files, links. Behind the few functions that
// the Rust side calls (crates/web/src/platform.rs).
import { openDB } from 'idb';
import { painted } from './painted.js';

export { painted };

const MAX_FILE = 5 * 1024 * 1024;
const MAX_FILES = 2000;
const HISTORY = 300;

let opened;
const database = () =>
  (opened ??= openDB('optakit', 1, {
    upgrade(db) {
      db.createObjectStore('drafts', { keyPath: 'id' });
      db.createObjectStore('history', { keyPath: 'id', autoIncrement: true });
    },
  }));

const DRAFT = 'optakit.draft';
let own;

/** Whether this tab may write a draft: no other tab holds it. The lock is held for as long as the tab lives. */
function mayWrite(id) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((done) => {
    navigator.locks.request(`${DRAFT}.${id}`, { ifAvailable: true }, (lock) => {
      done(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

async function begin() {
  own = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  await mayWrite(own);
  sessionStorage.setItem(DRAFT, own);
}

async function findDraft() {
  const drafts = (await (await database()).getAll('drafts')).sort((a, b) => b.time - a.time);
  const mine = sessionStorage.getItem(DRAFT);
  const first = drafts.find(({ id }) => id === mine);
  for (const draft of first ? [first, ...drafts] : drafts) {
    if (await mayWrite(draft.id)) {
      own = draft.id;
      sessionStorage.setItem(DRAFT, own);
      return localStorage.getItem(UNWRITTEN + own) ?? draft.text;
    }
  }
  await begin();
  return (first ?? drafts[0])?.text ?? null;
}

// The program, which asks for it, is still on its way.
const draft = findDraft();
draft.catch(() => {});

/**
 * The work to go on with, as text, or null: this tab's own, else the latest that no other tab has open, else a copy of
 * the latest.
 */
export const claim = () => draft;

/** From now on this tab writes a draft of its own: what it had open stays as it was. */
export const fork = begin;

const UNWRITTEN = `${DRAFT}.unwritten.`;
/** Gives the work that is to be kept, as long as nobody has asked it to. */
let give;
let writing = false;
let newest;

function take() {
  newest = give?.() ?? newest;
  give = undefined;
  return newest;
}

// What a page that goes away has not written yet is put where writing does not take time.
addEventListener('pagehide', () => {
  try {
    if (take() !== undefined) localStorage.setItem(UNWRITTEN + own, newest);
  } catch {
    // There is no room: the draft before it stays.
  }
});

/** Keeps the work that `text` gives, once what has changed is on the screen. One write is under way at a time, the newest text always the next. */
export async function keep(text) {
  give = text;
  if (writing) return;
  writing = true;
  try {
    while (give) {
      await painted();
      await (await database()).put('drafts', { id: own, time: Date.now(), text: take() });
    }
    newest = undefined;
    // first.js asks for it, which cannot wait for a database.
    localStorage.setItem('optakit.kept', '');
    localStorage.removeItem(UNWRITTEN + own);
  } finally {
    writing = false;
  }
}

/** Adds an entry to the history, unless it is the same as the latest; the oldest go. */
export async function remember(label, text) {
  const db = await database();
  const latest = await db.transaction('history').store.openCursor(null, 'prev');
  if (latest?.value.text === text) return;
  await db.add('history', { time: Date.now(), label, text });
  const keys = await db.getAllKeys('history');
  await Promise.all(keys.slice(0, Math.max(0, keys.length - HISTORY)).map((key) => db.delete('history', key)));
}

/** The history, newest first. */
export async function history() {
  return (await (await database()).getAll('history')).reverse();
}

// Links: `#o1:` and the state, deflated, in base64url.
const PREFIX = '#o1:';

async function through(stream, bytes, limit) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new Error('it is larger than any file of a person');
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** The fragment that stands for a text. */
export async function pack(text) {
  const bytes = await through(new CompressionStream('deflate-raw'), new TextEncoder().encode(text), Infinity);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The text that a fragment stands for; fails with the reason. */
export async function unpack(fragment, limit) {
  if (!fragment.startsWith(PREFIX)) throw new Error('it was made by another version of Optakit');
  let bytes;
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'));
    bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    throw new Error('it is damaged');
  }
  let text;
  try {
    text = await through(new DecompressionStream('deflate-raw'), bytes, limit);
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch (error) {
    throw error.message.startsWith('it is') ? error : new Error('it is damaged');
  }
}

// Files. A handle, where the browser gives one, lets a file be saved in its place.
const handles = new Map();

async function read(file, path) {
  if (file.size > MAX_FILE) throw new Error(`${path} is larger than 5 MiB`);
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()) };
  } catch {
    throw new Error(`${path} is not text in UTF-8`);
  }
}

const interesting = (path) => /\.(ya?ml|json)$/i.test(path) && !/(^|\/)(node_modules|target|\.[^/]*)\//.test(path);

async function walk(directory, prefix, found) {
  for await (const [name, handle] of directory.entries()) {
    if (found.length >= MAX_FILES) return;
    const path = prefix + name;
    if (handle.kind === 'directory') {
      if (!/^(node_modules|target|\..*)$/.test(name)) await walk(handle, `${path}/`, found);
    } else if (interesting(path)) {
      handles.set(path, handle);
      found.push(await read(await handle.getFile(), path));
    }
  }
}

function choose(folder) {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true });
  if (folder) input.webkitdirectory = true;
  else input.accept = '.yml,.yaml,.json';
  return new Promise((done) => {
    input.addEventListener('change', () => done([...input.files]));
    input.addEventListener('cancel', () => done([]));
    input.click();
  });
}

const relative = (file) => (file.webkitRelativePath || file.name).replace(/^[^/]*\//, (first) => (file.webkitRelativePath ? '' : first));

/** Files that a person chooses: `[{path, text}]`, none when they change their mind. */
export async function openFiles() {
  handles.clear();
  if (!window.showOpenFilePicker) return Promise.all((await choose(false)).map((file) => read(file, file.name)));
  try {
    const chosen = await window.showOpenFilePicker({ multiple: true, types: [{ description: 'YAML', accept: { 'text/yaml': ['.yml', '.yaml'], 'application/json': ['.json'] } }] });
    return await Promise.all(chosen.map(async (handle) => {
      handles.set(handle.name, handle);
      return read(await handle.getFile(), handle.name);
    }));
  } catch (error) {
    if (error.name === 'AbortError') return [];
    throw error;
  }
}

/** The YAML and JSON files of a folder that a person chooses. */
export async function openFolder() {
  handles.clear();
  if (!window.showDirectoryPicker) {
    const files = (await choose(true)).filter((file) => interesting(relative(file))).slice(0, MAX_FILES);
    return Promise.all(files.map((file) => read(file, relative(file))));
  }
  try {
    const found = [];
    await walk(await window.showDirectoryPicker({ mode: 'readwrite' }), '', found);
    return found;
  } catch (error) {
    if (error.name === 'AbortError') return [];
    throw error;
  }
}

async function entry(item, prefix, found) {
  const path = prefix + item.name;
  if (item.isFile) {
    if (found.length < MAX_FILES && (prefix === '' || interesting(path))) {
      found.push(await read(await new Promise((done, failed) => item.file(done, failed)), path));
    }
    return;
  }
  const reader = item.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return;
    for (const inner of some) await entry(inner, `${path}/`, found);
  }
}

/** What was dropped on the page. */
export async function dropped(event) {
  handles.clear();
  // Both must be asked for before anything is waited for: the event's data is gone after that.
  const files = [...event.dataTransfer.files];
  const items = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const item of items) await entry(item, '', found);
  if (items.length === 0) found.push(...(await Promise.all(files.map((file) => read(file, file.name)))));
  const one = items.length === 1 && items[0].isDirectory ? `${items[0].name}/` : '';
  return found.map(({ path, text }) => ({ path: path.startsWith(one) ? path.slice(one.length) : path, text }));
}

/** Saves a file in the place it was opened from; false when it was not opened from one. */
export async function saveInPlace(path, text) {
  const handle = handles.get(path);
  if (!handle) return false;
  const stream = await handle.createWritable();
  await stream.write(text);
  await stream.close();
  return true;
}

/** Packs files into a zip and saves it. */
export async function saveZip(name, files) {
  const { zipSync, strToU8 } = await import('fflate');
  const packed = zipSync(Object.fromEntries(files.map(({ name: path, text }) => [path, strToU8(text)])), { mtime: '2000-01-01' });
  const url = URL.createObjectURL(new Blob([packed], { type: 'application/zip' }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The page's last words when its program has failed: the text stays, and can be taken along. */
export function crashed(message, text) {
  if (document.getElementById('crash')) return;
  sessionStorage.setItem('optakit.crashed', '1');
  const made = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const box = made('textarea', { readOnly: true, value: text, rows: 12 });
  box.setAttribute('aria-label', 'Your text');
  const panel = made('div', { id: 'crash', className: 'crash' },
    made('h2', {}, 'The editor failed'),
    made('p', {}, `This is a fault of Optakit, not of your text, which is kept: ${message}`),
    box,
    made('div', { className: 'row' },
      made('button', { className: 'button', onclick: () => navigator.clipboard.writeText(text) }, 'Copy the text'),
      made('button', { className: 'button main', onclick: () => location.reload() }, 'Reload')));
  panel.setAttribute('role', 'alertdialog');
  panel.setAttribute('aria-label', 'The editor failed');
  document.body.append(panel);
}

/** Whether the page failed the last time, and forgets it. */
export function hasCrashed() {
  const crashedBefore = sessionStorage.getItem('optakit.crashed') !== null;
  sessionStorage.removeItem('optakit.crashed');
  return crashedBefore;
}

let held;

function hold(event) {
  if (event.ctrlKey || event.metaKey || ['Control', 'Meta', 'Shift', 'Alt'].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held.push({ key: event.key, code: event.code, altKey: event.altKey, shiftKey: event.shiftKey });
}

/** Keeps the keys that are pressed from now on: they are meant for what is about to open. */
export function holdKeys() {
  if (held) return;
  held = [];
  addEventListener('keydown', hold, true);
}

/** Gives the kept keys to what has the focus now. */
export function releaseKeys() {
  removeEventListener('keydown', hold, true);
  const keys = held ?? [];
  held = undefined;
  for (const pressed of keys) {
    const { key, altKey } = pressed;
    const target = document.activeElement ?? document.body;
    if (key.length === 1 && !altKey && target instanceof HTMLInputElement) {
      target.value += key;
      target.dispatchEvent(new InputEvent('input', { bubbles: true }));
    } else if (key === 'Escape' && target.closest('dialog')) {
      // A dialog is closed by the browser's own keys only.
      target.closest('dialog').dispatchEvent(new Event('cancel', { cancelable: true }));
    } else {
      target.dispatchEvent(new KeyboardEvent('keydown', { ...pressed, bubbles: true, cancelable: true }));
    }
  }
}
