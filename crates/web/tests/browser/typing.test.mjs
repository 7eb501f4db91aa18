// The text editor for YAML: indentation, colors, folding, comments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceFile } from '../../../../scripts/service_file.mjs';
import {
  address,
  eventually,
  hold,
  open,
  read,
  service,
  text,
  unopened,
  write,
} from './support.mjs';

const TIMEOUT = 10_000;

/** Waits until each part of the text has a different color. */
async function haveDifferentColors(page, parts) {
  const find = (part) => text(page).getByText(part, { exact: true }).last();
  const color = (part) => find(part).evaluate((element) => getComputedStyle(element).color);
  let colors;
  for (const end = Date.now() + TIMEOUT; Date.now() < end;) {
    colors = await Promise.all(parts.map(color));
    if (new Set(colors).size === parts.length) return;
  }
  assert.fail(`the colors of ${parts}: ${colors}`);
}

for (const [place, before, typed, after] of [
  ['a key without a value', 'environments:', '- name: staging', 'environments:\n  - name: staging'],
  [
    'a key with a comment',
    'port: # of the container',
    'http: 80',
    'port: # of the container\n  http: 80',
  ],
  [
    'a key in a list',
    'modules:\n  - type: k8s-service',
    'name: api',
    'modules:\n  - type: k8s-service\n    name: api',
  ],
  ['a key without a value in a list', 'a:\n  - port:', 'http: 80', 'a:\n  - port:\n      http: 80'],
  ['a list item', 'secrets:\n  - KEY', '- OTHER', 'secrets:\n  - KEY\n  - OTHER'],
  ['the start of a block scalar', 'args:\n  - |', 'text: |', 'args:\n  - |\n    text: |'],
  ['a comment that ends with a colon', '  # these:', 'a: 1', '  # these:\n  a: 1'],
  [
    'a value with a Unicode line separator',
    'a:\n  b: c\u2028d',
    'e: 1',
    'a:\n  b: c\u2028d\n  e: 1',
  ],
  ['a value with a colon', '  url: http://a/b', 'c: 1', '  url: http://a/b\n  c: 1'],
]) {
  test(`a new line after ${place} is indented`, async (t) => {
    const page = await open(t);
    await write(page, before);
    await page.keyboard.press('Enter');
    await page.keyboard.type(typed);
    assert.equal(await read(page), after);
  });
}

/** Opens the page without the keys of the editor, which never load. */
async function withoutKeys(t) {
  const page = await unopened(t);
  await hold(page, '**/editing-*.js', 'continue');
  await page.goto(address);
  await text(page).waitFor();
  return page;
}

/** Opens the page and waits for the keys of the editor. */
async function withKeys(t) {
  const page = await open(t);
  await text(page).locator('..').getByText('⌄').first().waitFor();
  return page;
}

/** Selects the letters before the cursor. */
async function selectBack(page, letters) {
  for (let count = 0; count < letters.length; count += 1) {
    await page.keyboard.press('Shift+ArrowLeft');
  }
}

const LIST = 'name: a\nmodules:\n  - type: k8s-service\n    name: api\n\n    # note\nlast:';

for (const [what, start, keys] of [
  ['new lines', 'modules:', ['Enter', '- type: k8s-service', 'Enter', 'port:', 'Enter', 'http: 1']],
  ['a new line inside a line', 'a:  b: c', ['Home', 'ArrowRight', 'ArrowRight', 'Enter', 'x']],
  ['a new line over a selection', 'a: 1\nb: 2', ['Shift+Home', 'Enter', 'c']],
  ['indentation', LIST, ['ArrowUp', 'Tab', 'Tab', 'Shift+Tab', 'x', 'ControlOrMeta+a', 'Tab']],
  ['less indentation', LIST, ['ControlOrMeta+a', 'Shift+Tab', 'Shift+Tab']],
  ['a comment', LIST, ['Home', 'ControlOrMeta+/', 'x', 'ControlOrMeta+/', 'y']],
  ['comments', LIST, ['ControlOrMeta+a', 'ControlOrMeta+/', 'ControlOrMeta+/']],
  ['a line that moves up', LIST, ['Alt+ArrowUp', 'Alt+ArrowUp', 'x']],
  ['a line that moves down', LIST, ['ArrowUp', 'ArrowUp', 'Alt+ArrowDown', 'Alt+ArrowDown', 'x']],
  ['lines that move', LIST, ['Shift+ArrowUp', 'Alt+ArrowUp', 'Alt+ArrowUp', 'Alt+ArrowDown']],
]) {
  test(`before their code is loaded, keys do the same with ${what}`, async (t) => {
    const texts = [];
    for (const page of [await withKeys(t), await withoutKeys(t)]) {
      await write(page, start);
      for (const key of keys) {
        const isText = /^(?:[a-z]|.*[ :].*)$/.test(key);
        await (isText ? page.keyboard.insertText(key) : page.keyboard.press(key));
      }
      texts.push(await read(page));
    }
    assert.equal(texts[1], texts[0]);
  });
}

test('before the keys are loaded, the clipboard and undo use the current text', async (t) => {
  const page = await withoutKeys(t);
  await write(page, 'a:');
  await page.keyboard.press('Enter');
  await page.keyboard.type('b: 1');
  await selectBack(page, 'b: 1');
  await page.keyboard.press('ControlOrMeta+c');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ControlOrMeta+v');
  await page.keyboard.press('Enter');
  await page.keyboard.type('c: 1');
  await selectBack(page, 'c: 1');
  await page.keyboard.press('ControlOrMeta+x');
  await page.keyboard.press('ControlOrMeta+v');
  await page.keyboard.press('ControlOrMeta+v');
  assert.equal(await read(page), 'a:\n  b: 1\n  b: 1\n  c: 1c: 1');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('wrong');
  await page.keyboard.press('ControlOrMeta+z');
  await eventually(async () => assert.doesNotMatch(await read(page), /wrong/));
});

test('keys, strings, numbers and comments have different colors, also in new text', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    # note\n    min_containers: 2\n'));
  await haveDifferentColors(page, ['min_containers', '2', 'k8s-service', '# note']);
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 4 # more');
  await haveDifferentColors(page, ['max_containers', '4', 'k8s-service', '# more']);
});

test('the end of a long file has colors', async (t) => {
  const page = await open(t);
  await write(page, serviceFile(250));
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('# end');
  await text(page).getByText('# end', { exact: true }).waitFor();
  await haveDifferentColors(page, ['# end', 'k8s-service']);
});

test('a block can be folded, also after a change of the text', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 2\n'));
  await text(page).press('ControlOrMeta+Home');
  await page.keyboard.type('org: acme\n');
  for (let line = 0; line < 4; line += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+Shift+BracketLeft');
  await text(page).getByText('min_containers').waitFor({ state: 'detached' });
  await text(page).getByText('environments').waitFor();
  await page.keyboard.press('Control+Shift+BracketRight');
  await text(page).getByText('min_containers').waitFor();
});

test('a shortcut comments a line out and back in', async (t) => {
  const page = await open(t);
  await write(page, 'name: shop');
  await page.keyboard.press('ControlOrMeta+/');
  assert.equal(await read(page), '# name: shop');
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('ControlOrMeta+/');
  assert.equal(await read(page), 'name: shop');
});
