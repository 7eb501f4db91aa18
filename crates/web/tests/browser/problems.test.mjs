// The list of problems and their fixes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, open, read, region, service, text, write, eventually } from './support.mjs';

test('a problem is underlined, opened by a click, and fixed by a button', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_container: 2\n'));
  const problems = region(page, 'Problems');
  await problems.getByText('1 problem').waitFor();
  assert.match(
    await problems.innerText(),
    /unknown key min_container in.*\n.*line 11.*did you mean min_containers/s,
  );
  await eventually(async () =>
    assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'min_container'),
  );
  await problems.getByText('unknown key').click();
  await page.keyboard.insertText('max_container');
  await problems.getByText('unknown key max_container in').waitFor();
  // With the keyboard, because the list of completions can cover the button.
  await button(page, 'Fix: rename to `max_containers`').press('Enter');
  await problems.getByText('No problems').waitFor();
  await eventually(async () => assert.match(await text(page).innerText(), /max_containers: 2/));
  await page.keyboard.press('ControlOrMeta+z');
  await problems.getByText('unknown key max_container in').waitFor();
});

test('F8 moves through the problems, and one button applies all safe fixes', async (t) => {
  const page = await open(t);
  const fields = '    min_container: 2\n    max_container: 3\n    healthcheck: /x\n';
  await write(page, service('shop', fields));
  await region(page, 'Problems').getByText('3 problems').waitFor();
  await text(page).press('ControlOrMeta+Home');
  for (const [key, number] of [
    ['F8', 1],
    ['F8', 2],
    ['Shift+F8', 1],
    ['Shift+F8', 3],
  ]) {
    await page.keyboard.press(key);
    await page.getByText(`Problem ${number} of 3`).waitFor();
  }
  await button(page, 'Apply safe fixes').click();
  await region(page, 'Problems').getByText('No problems').waitFor();
  assert.match(
    await read(page),
    /min_containers: 2\n {4}max_containers: 3\n {4}healthcheck_path: \/x/,
  );
  await page.keyboard.press('ControlOrMeta+z');
  await region(page, 'Problems').getByText('3 problems').waitFor();
});

test('a fixed problem disappears from text, gutter, tooltip and list at once', async (t) => {
  const page = await open(t);
  await write(page, service('shop').replace('    image: acme/api:1\n', ''));
  await region(page, 'Problems').getByText('1 problem').waitFor();
  const tooltip = page.locator('.cm-tooltip-lint');
  for (const marker of ['.cm-lint-marker-error', '.cm-lintRange-error']) {
    await page.locator(marker).hover();
    await tooltip.waitFor();
    await tooltip.getByRole('button', { name: /add `image: AUTO`/i }).click();
    await region(page, 'Problems').getByText('No problems').waitFor();
    await tooltip.waitFor({ state: 'detached' });
    assert.equal(await page.locator(marker).count(), 0);
    await page.keyboard.press('ControlOrMeta+z');
    await region(page, 'Problems').getByText('1 problem').waitFor();
    await page.locator(marker).waitFor();
  }
});
