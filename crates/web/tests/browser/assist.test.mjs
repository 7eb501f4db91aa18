// Completion and hover texts.
import { test } from 'node:test';
import { open, text, write } from './support.mjs';

const SERVICE = `name: shop
environments:
  - name: staging
    path: env.yml
modules:
  - name: db
    type: postgres
  - name: api
    type: k8s-service
    image: AUTO
    port:
      http: 80
    `;

test('completion suggests fields, modules and references; hover explains a field', async (t) => {
  const page = await open(t);
  const choose = (name) => page.getByRole('option', { name }).click();
  await write(page, SERVICE);
  await page.keyboard.type('heal');
  await choose(/^healthcheck_path/);
  await page.keyboard.type('/health');
  await page.keyboard.press('Enter');
  await page.keyboard.type('links: [');
  await page.keyboard.press('Control+Space');
  await choose(/db/);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('public_uri: "api.{');
  await page.keyboard.type('parent.do');
  await choose(/parent\.domain/);
  await page.waitForFunction(hasCompletions);
  await text(page).getByText('port', { exact: true }).hover();
  await page.getByText('containers[].ports[].containerPort', { exact: false }).waitFor();
});

/** Whether the editor contains the completed lines. Runs in the page. */
function hasCompletions() {
  const roots = [...document.querySelectorAll('*')].map((element) => element.shadowRoot);
  const boxes = roots.flatMap((root) => (root ? [...root.querySelectorAll('[role=textbox]')] : []));
  const editor = boxes.find((element) => element.getAttribute('aria-label') === 'opta.yml');
  const written = editor instanceof HTMLElement ? editor.innerText : '';
  const lines = ['healthcheck_path: /health', 'links: [db]', '"api.{parent.domain}"'];
  return lines.every((line) => written.includes(line));
}
