// Shortcuts, the focus, and the menu.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  button,
  dialog,
  field,
  open,
  read,
  region,
  service,
  tab,
  text,
  write,
  eventually,
} from './support.mjs';

/** The name of the element with the focus. Runs in the page. */
function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? '';
}

/** Waits until the element with this name has the focus. */
const waitForFocus = (page, name) =>
  eventually(async () => assert.match(await page.evaluate(focused), new RegExp(`^${name}`)));

test('the focus returns to where it came from after every dialog', async (t) => {
  const page = await open(t);
  for (const [keys, name] of [
    ['ControlOrMeta+k', 'Commands'],
    ['Alt+h', 'History'],
  ]) {
    await text(page).focus();
    await page.keyboard.press(keys);
    await dialog(page, name).waitFor();
    await page.keyboard.press('Escape');
    await dialog(page, name).waitFor({ state: 'detached' });
    await waitForFocus(page, 'opta.yml');
  }
  for (const name of ['Menu', 'Share', 'Examples', 'History', 'Shortcuts']) {
    await button(page, name).click();
    await dialog(page, name).getByRole('button', { name: 'Close', exact: true }).click();
    await dialog(page, name).waitFor({ state: 'detached' });
    await waitForFocus(page, name);
  }
});

test('the focus moves to the form and back to the text', async (t) => {
  const page = await open(t);
  await text(page).focus();
  await page.keyboard.press('Alt+f');
  await region(page, 'Form').waitFor();
  await page.waitForFunction(() => document.activeElement.closest('.form') !== null);
  await page.keyboard.press('Alt+f');
  await waitForFocus(page, 'opta.yml');
});

test('Ctrl+. applies the fix at the cursor, and F8 moves the list too', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_container: 2\n    healthcheck_path: x\n'));
  const problems = region(page, 'Problems');
  await problems.getByText('2 problems').waitFor();
  const current = problems.locator('[aria-current=true]');
  await page.keyboard.press('F8');
  await current.getByText('unknown key').waitFor();
  await page.keyboard.press('F8');
  await current.getByText('expected a path').waitFor();
  await page.keyboard.press('Shift+F8');
  await current.getByText('unknown key').waitFor();
  await page.keyboard.press('ControlOrMeta+.');
  await problems.getByText('1 problem').waitFor();
  await page.keyboard.press('F8');
  await page.keyboard.press('ControlOrMeta+.');
  await problems.getByText('No problems').waitFor();
  const fixed = service('shop', '    min_containers: 2\n    healthcheck_path: /x\n');
  assert.equal(await read(page), fixed);
});

test('F8 scrolls the list to the problem', async (t) => {
  const page = await open(t);
  const many = Array.from({ length: 30 }, (_, index) => `    unknown_${index}: 1\n`).join('');
  await write(page, service('shop', many));
  const problems = region(page, 'Problems');
  await problems.getByText('30 problems').waitFor();
  for (let press = 0; press < 20; press += 1) await page.keyboard.press('F8');
  await problems.locator('[aria-current=true]').getByText('unknown_19').waitFor();
  const [item, list] = await Promise.all([
    problems.locator('[aria-current=true]').boundingBox(),
    problems.boundingBox(),
  ]);
  assert.ok(item.y >= list.y && item.y + item.height <= list.y + list.height + 1);
});

test('fix buttons name the change', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_container: 2\n'));
  const fix = region(page, 'Problems').getByRole('button', { name: /^Fix: rename to/ });
  await eventually(async () => assert.equal(await fix.innerText(), 'Rename to min_containers'));
});

test('on a Mac, only Cmd starts commands', async (t) => {
  const page = await open(t);
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' });
  });
  await page.reload();
  await text(page).focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Meta+k');
  await dialog(page, 'Commands').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('x');
  assert.equal(await dialog(page, 'Commands').count(), 0);
  await button(page, 'Shortcuts').click();
  await dialog(page, 'Shortcuts').getByText('⌘K').waitFor();
});

test('arrow keys, Home and End move between tabs with panels', async (t) => {
  const page = await open(t);
  await tab(page, 'Manifests').focus();
  await page.keyboard.press('End');
  await region(page, 'Changes').waitFor();
  await page.keyboard.press('Home');
  await region(page, 'Manifests').waitFor();
  for (const name of ['opta.yml', 'Manifests']) {
    const panel = page.getByRole('tabpanel', { name, exact: true });
    assert.equal(
      await panel.getAttribute('id'),
      await tab(page, name).getAttribute('aria-controls'),
    );
  }
});

test('the menu and the palette contain every command', async (t) => {
  const page = await open(t);
  const commands = [
    'Copy manifests',
    'Download manifests',
    'Save a Kustomize folder',
    'Change colors',
    'Open the documentation',
    'Clear history',
    'Search in the text',
    'Turn line wrapping on or off',
    'Open an example',
  ];
  for (const name of ['Menu', 'Commands']) {
    if (name === 'Menu') await button(page, name).click();
    else await page.keyboard.press('ControlOrMeta+k');
    for (const command of commands) {
      await dialog(page, name).getByText(command).first().waitFor();
    }
    await page.keyboard.press('Escape');
    await dialog(page, name).waitFor({ state: 'detached' });
  }
  await button(page, 'Menu').click();
  await dialog(page, 'Menu').getByRole('button', { name: 'Copy manifests' }).click();
  await page.getByText('Copied').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /kind: Deployment/);
});

test('the form names invalid fields, and its edits of a field are one step', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 9\n    env_vars: {A: "1"}\n'));
  await button(page, 'Form').click();
  const invalid = field(page, 'min_containers');
  await eventually(async () => assert.equal(await invalid.getAttribute('aria-invalid'), 'true'));
  const ids = (await invalid.getAttribute('aria-describedby')).split(' ');
  const described = await page.evaluate(
    (all) => all.map((id) => document.getElementById(id).textContent).join(' '),
    ids,
  );
  assert.match(described, /max_containers is 3/);
  const groups = region(page, 'Form').locator('.row > .label > code');
  await eventually(async () => assert.equal(await groups.first().innerText(), 'modules'));
  await field(page, 'Add variable').fill('LOG_LEVEL');
  await field(page, 'Add variable').press('Enter');
  await waitForFocus(page, 'LOG_LEVEL');
  await page.keyboard.type('"debug"');
  await eventually(async () =>
    assert.equal(await field(page, 'LOG_LEVEL').inputValue(), '"debug"'),
  );
  await button(page, 'Undo').click();
  await eventually(async () => assert.equal(await field(page, 'LOG_LEVEL').inputValue(), ''));
  await button(page, 'Redo').click();
  await button(page, 'Text').click();
  assert.match(await read(page), /LOG_LEVEL: (debug|"debug"|'debug')\}/);
});
