// Contrast themes of the system, which replace all colors of the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, region, service, tab, write } from './support.mjs';

/** Whether the screen changes at an element when the element is hidden. */
async function isVisible(page, element) {
  const clip = await element.boundingBox();
  const before = await page.screenshot({ clip });
  await element.evaluate((node) => node.style.setProperty('visibility', 'hidden'));
  const after = await page.screenshot({ clip });
  await element.evaluate((node) => node.style.removeProperty('visibility'));
  return !before.equals(after);
}

test('a contrast theme shows the selected tab, severities and gutter marks', async (t) => {
  const page = await open(t, { forcedColors: 'active' });
  await write(page, service('shop', '    min_container: 2\n'));
  const problems = region(page, 'Problems');
  await problems.getByText('unknown key').waitFor();
  const mark = problems.locator('.problem.error .mark');
  assert.ok(await isVisible(page, mark), 'the severity in the list');
  const gutter = page.locator('.cm-lint-marker').first();
  await gutter.waitFor();
  assert.ok(await isVisible(page, gutter), 'the mark in the gutter');
  // The shortcut selects the tab without moving the focus to it.
  const bundle = tab(page, 'Bundle');
  const before = await bundle.screenshot();
  await page.keyboard.press('Alt+3');
  await region(page, 'Bundle').waitFor();
  assert.ok(!before.equals(await bundle.screenshot()), 'the selected tab');
});

test('a contrast theme colors the diagram', async (t) => {
  const page = await open(t, { forcedColors: 'active', colorScheme: 'dark' });
  await write(page, service('shop'));
  await tab(page, 'Diagram').click();
  await region(page, 'Diagram').locator('svg').first().waitFor();
  const colors = await page.evaluate(() => {
    const colorOf = (name) => {
      const sample = document.createElement('p');
      document.body.append(sample);
      sample.style.setProperty('color', name);
      const { color } = getComputedStyle(sample);
      sample.remove();
      return color;
    };
    const styleOf = (selector) => getComputedStyle(document.querySelector(selector));
    return {
      text: styleOf('.shape text').fill,
      box: styleOf('.shape rect').fill,
      border: styleOf('.shape.service rect').stroke,
      arrow: styleOf('.diagram .arrow').stroke,
      expected: [colorOf('CanvasText'), colorOf('Canvas')],
    };
  });
  const [foreground, background] = colors.expected;
  assert.notEqual(foreground, background);
  assert.deepEqual(
    [colors.text, colors.border, colors.arrow, colors.box],
    [foreground, foreground, foreground, background],
  );
});
