// Lines of the text and lines of the manifests are highlighted together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, open, read, region, service, text, write, eventually } from './support.mjs';

/** Finds a manifest line: its position, and whether it is highlighted. Runs in the page. */
function findLine(wanted) {
  const LINE_HEIGHT = 22;
  const PADDING = 10;
  const elements = [...document.querySelectorAll('pre')];
  const pre = elements.find((element) => element.textContent.includes(wanted));
  const index = pre.textContent.split('\n').findIndex((line) => line.includes(wanted));
  const box = pre.getBoundingClientRect();
  const y = box.top + PADDING + (index + 0.5) * LINE_HEIGHT;
  const bands = [...pre.parentElement.querySelectorAll('.band.lit')];
  const isHighlighted = bands.some((band) => {
    const { top, bottom } = band.getBoundingClientRect();
    return top <= y && bottom >= y;
  });
  return { x: box.left + 60, y, isHighlighted };
}

test('text lines and manifest lines are highlighted together', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 2\n    max_containers: 70\n'));
  const manifests = region(page, 'Manifests');
  await manifests.getByText('maxReplicas: 70').waitFor();
  await text(page).getByText('max_containers').click();
  await page.locator('.band.lit').first().waitFor({ state: 'attached' });
  assert.equal((await page.evaluate(findLine, 'maxReplicas: 70')).isHighlighted, true);
  assert.equal((await page.evaluate(findLine, 'minReplicas: 2')).isHighlighted, false);
  await button(page, 'HorizontalPodAutoscaler shop-api-k8s-service').click();
  const { x, y } = await page.evaluate(findLine, 'minReplicas: 2');
  await page.mouse.move(x, y);
  await manifests.locator('xpath=..').getByText('Set at opta.yml line 11').waitFor();
  await eventually(async () =>
    assert.match(await page.locator('.cm-lit').innerText(), /min_containers: 2/),
  );
  await page.mouse.click(x, y);
  await page.keyboard.type('1');
  assert.match(await read(page), /min_containers: 12/);
  // The arrow keys select lines too.
  await manifests.locator('pre').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.getByText('Optakit sets this in every HorizontalPodAutoscaler').waitFor();
});
