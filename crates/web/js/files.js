// Files that a person opens or drops on the page.
import { opened, plainText } from './opened.js';

/** @typedef {{path: string, text: string, refused?: string}} OpenedFile */

const MAX_SIZE = 5 * 1024 * 1024;
const MAX_FILES = 2000;

/**
 * Reads a file. A file that cannot be opened does not stop the others.
 *
 * @param {File} file
 * @param {string} path
 * @returns {Promise<OpenedFile>}
 */
async function read(file, path) {
  try {
    return await readText(file, path);
  } catch (error) {
    return { path, text: '', refused: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * @param {File} file
 * @param {string} path
 * @returns {Promise<OpenedFile>}
 */
async function readText(file, path) {
  if (file.size > MAX_SIZE) throw new Error(`${path} is larger than 5 MiB`);
  const bytes = await file.arrayBuffer();
  const utf16 = encodingOf(new Uint8Array(bytes));
  let raw;
  try {
    // A file in UTF-16 is saved as UTF-8.
    raw = utf16
      ? new TextDecoder(utf16, { fatal: true }).decode(bytes)
      : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${path} is not text in UTF-8`);
  }
  opened.raw.set(path, raw);
  return { path, text: plainText(raw) };
}

/**
 * Returns the encoding of a text that starts with a byte order mark of UTF-16, as Windows
 * PowerShell writes it.
 * @param {Uint8Array} bytes
 */
function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

const IGNORED_FOLDER = /^(node_modules|target|\..*)$/;

/**
 * Checks whether to open a file of a folder: YAML and JSON, but no dependencies or build results.
 *
 * @param {string} path
 */
const isRelevant = (path) =>
  /\.(ya?ml|json)$/i.test(path) &&
  !path
    .split('/')
    .slice(0, -1)
    .some((folder) => IGNORED_FOLDER.test(folder));

/**
 * Adds the relevant files below a folder to `found`.
 *
 * @param {FileSystemDirectoryHandle} directory
 * @param {string} prefix
 * @param {OpenedFile[]} found
 */
async function readDirectory(directory, prefix, found) {
  for await (const [name, handle] of directory.entries()) {
    if (found.length >= MAX_FILES) return;
    const path = prefix + name;
    if (handle.kind === 'directory') {
      if (!IGNORED_FOLDER.test(name)) await readDirectory(handle, `${path}/`, found);
    } else if (isRelevant(path)) {
      opened.handles.set(path, handle);
      found.push(await read(await handle.getFile(), path));
    }
  }
}

/**
 * Shows the file dialog of browsers that have no picker functions.
 *
 * @param {boolean} isFolder
 * @returns {Promise<File[]>}
 */
function choose(isFolder) {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  if (isFolder) input.webkitdirectory = true;
  else input.accept = '.yml,.yaml,.json';
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/**
 * Runs a picker. Returns no files if the person cancels it.
 *
 * @param {() => Promise<OpenedFile[]>} pick
 */
async function unlessCancelled(pick) {
  try {
    return await pick();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return [];
    throw error;
  }
}

const PICKER_TYPES = [
  {
    description: 'YAML',
    accept: { 'text/yaml': ['.yml', '.yaml'], 'application/json': ['.json'] },
  },
];

/** Opens files that a person chooses. */
export async function openFiles() {
  opened.clear();
  if (!window.showOpenFilePicker) {
    return Promise.all((await choose(false)).map((file) => read(file, file.name)));
  }
  const show = window.showOpenFilePicker;
  return unlessCancelled(async () => {
    const chosen = await show({ multiple: true, types: PICKER_TYPES });
    return Promise.all(
      chosen.map(async (handle) => {
        opened.handles.set(handle.name, handle);
        return read(await handle.getFile(), handle.name);
      }),
    );
  });
}

/**
 * The path of a file below the folder that was chosen.
 *
 * @param {File} file
 */
const pathInFolder = (file) => file.webkitRelativePath.replace(/^[^/]*\//, '') || file.name;

/** Opens the YAML and JSON files of a folder that a person chooses. */
export async function openFolder() {
  opened.clear();
  if (!window.showDirectoryPicker) {
    const files = (await choose(true)).filter((file) => isRelevant(pathInFolder(file)));
    return Promise.all(files.slice(0, MAX_FILES).map((file) => read(file, pathInFolder(file))));
  }
  const show = window.showDirectoryPicker;
  return unlessCancelled(async () => {
    /** @type {OpenedFile[]} */
    const found = [];
    await readDirectory(await show({ mode: 'readwrite' }), '', found);
    return found;
  });
}

/**
 * Adds a dropped file, or the relevant files below a dropped folder, to `found`.
 *
 * @param {FileSystemEntry} entry
 * @param {string} prefix
 * @param {OpenedFile[]} found
 */
async function readEntry(entry, prefix, found) {
  const path = prefix + entry.name;
  if (entry.isFile) {
    if (found.length >= MAX_FILES || (prefix !== '' && !isRelevant(path))) return;
    const item = /** @type {FileSystemFileEntry} */ (entry);
    /** @type {File} */
    const file = await new Promise((resolve, reject) => item.file(resolve, reject));
    found.push(await read(file, path));
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const inner of batch) await readEntry(inner, `${path}/`, found);
  }
}

/**
 * Opens the files and folders that were dropped on the page.
 *
 * @param {DragEvent} event
 */
export async function dropped(event) {
  opened.clear();
  // Read the event before the first `await`: the browser clears its data after that.
  const files = [...(event.dataTransfer?.files ?? [])];
  const items = [...(event.dataTransfer?.items ?? [])];
  const requested = items.map((item) => item.getAsFileSystemHandle?.());
  const entries = items
    .map((item) => item.webkitGetAsEntry?.() ?? null)
    .filter((entry) => entry !== null);
  /** @type {OpenedFile[]} */
  const found = [];
  for (const entry of entries) await readEntry(entry, '', found);
  if (entries.length === 0) {
    found.push(...(await Promise.all(files.map((file) => read(file, file.name)))));
  }
  for (const result of await Promise.allSettled(requested)) {
    const handle = result.status === 'fulfilled' ? result.value : null;
    if (handle?.kind === 'file') {
      opened.handles.set(handle.name, /** @type {FileSystemFileHandle} */ (handle));
    }
  }
  const [first] = entries;
  const folder = entries.length === 1 && first.isDirectory ? `${first.name}/` : '';
  return found.map((file) => ({
    ...file,
    path: file.path.startsWith(folder) ? file.path.slice(folder.length) : file.path,
  }));
}

/**
 * Downloads files as a zip archive. Returns false if the code for archives cannot be fetched.
 *
 * @param {string} name
 * @param {{name: string, text: string}[]} files
 */
export async function saveZip(name, files) {
  const loaded = await import('fflate').catch(() => undefined);
  if (!loaded) return false;
  const { zipSync, strToU8 } = loaded;
  const contents = Object.fromEntries(files.map((file) => [file.name, strToU8(file.text)]));
  const archive = zipSync(contents, { mtime: '2000-01-01' });
  const blob = new Blob([archive], { type: 'application/zip' });
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return true;
}
