// What the text editor does with YAML: indentation, colours, folding, comments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceFile } from '../../../../scripts/service_file.mjs';
import { open, read, service, text, write } from './support.mjs';

/** Waits until each of some parts of the text has a colour that none of the others has. */
async function differ(page, parts) {
  const colourOf = (part) => text(page).getByText(part, { exact: true }).last().evaluate((element) => getComputedStyle(element).color);
  let colours;
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    colours = await Promise.all(parts.map(colourOf));
    if (new Set(colours).size === parts.length) return;
  }
  assert.fail(`the colours of ${parts}: ${colours}`);
}

for (const [what, before, typed, after] of [
  ['a key without a value', 'environments:', '- name: staging', 'environments:\n  - name: staging'],
  ['the same with a comment', 'port: # of the container', 'http: 80', 'port: # of the container\n  http: 80'],
  ['a key in a list', 'modules:\n  - type: k8s-service', 'name: api', 'modules:\n  - type: k8s-service\n    name: api'],
  ['a key without a value in a list', 'a:\n  - port:', 'http: 80', 'a:\n  - port:\n      http: 80'],
  ['an entry of a list', 'secrets:\n  - KEY', '- OTHER', 'secrets:\n  - KEY\n  - OTHER'],
  ['the head of a block', 'args:\n  - |', 'text: |', 'args:\n  - |\n    text: |'],
  ['a comment that ends as a key does', '  # these:', 'a: 1', '  # these:\n  a: 1'],
  ['a value with a line separator of Unicode', 'a:\n  b: c\u2028d', 'e: 1', 'a:\n  b: c\u2028d\n  e: 1'],
  ['a value with a colon', '  url: http://a/b', 'c: 1', '  url: http://a/b\n  c: 1'],
]) {
  test(`a line below ${what} begins where it belongs`, async (t) => {
    const page = await open(t);
    await write(page, before);
    await page.keyboard.press('Enter');
    await page.keyboard.type(typed);
    assert.equal(await read(page), after);
  });
}

test('keys, texts, numbers and comments have colours of their own, also where they have just been typed', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    # note\n    min_containers: 2\n'));
  await differ(page, ['min_containers', '2', 'k8s-service', '# note']);
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 4 # more');
  await differ(page, ['max_containers', '4', 'k8s-service', '# more']);
});

test('the end of a long file has colours too', async (t) => {
  const page = await open(t);
  await write(page, serviceFile(250));
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('# end');
  await text(page).getByText('# end', { exact: true }).waitFor();
  await differ(page, ['# end', 'k8s-service']);
});

test('what begins in a line is folded, also where the text has just changed', async (t) => {
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

test('a key makes a line a comment and takes it back', async (t) => {
  const page = await open(t);
  await write(page, 'name: shop');
  await page.keyboard.press('ControlOrMeta+/');
  assert.equal(await read(page), '# name: shop');
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('ControlOrMeta+/');
  assert.equal(await read(page), 'name: shop');
});
