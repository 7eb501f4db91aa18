// The comparison with the last export, another environment, or objects from a cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, dialog, open, region, saved, service, tab, write } from './support.mjs';

const TWO = (source) =>
  source.replace('modules:', '  - name: production\n    path: production.yml\nmodules:');

async function changesOf(page) {
  await tab(page, /^Changes/).click();
  const panel = region(page, 'Changes');
  return {
    panel,
    base: panel.getByRole('combobox', { name: 'Compare with' }),
    pasted: panel.getByRole('textbox', { name: 'Objects from a cluster' }),
  };
}

test('an AUTO image without a tag is compared too', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '', 'AUTO'));
  await saved(page, 'Export bundle');
  const { panel } = await changesOf(page);
  await panel.getByText('No differences').waitFor();
  await write(page, service('shop', '    env_vars: {A: "1"}\n', 'AUTO'));
  await panel.getByText('rolling restart').waitFor();
  const link = '    links: [{media: [read]}]\n';
  const bucket = '  - {type: s3, name: media, bucket_name: acme-media}\n';
  await write(page, service('shop', link + bucket, 'AUTO'));
  await panel.getByText('change iam-role').waitFor();
});

test('equal quantities of a cluster do not differ', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    resource_request: {cpu: 1000, memory: 1024}\n'));
  await button(page, 'Copy').click();
  await page.getByText('Copied').first().waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const { panel, base, pasted } = await changesOf(page);
  await base.selectOption('Objects from a cluster');
  await pasted.fill(copied.replace('cpu: 1000m', 'cpu: "1"').replace('1024Mi', '1Gi'));
  await panel.getByText('No differences').waitFor();
  await pasted.fill(copied.replace('1024Mi', '3Gi'));
  await panel.getByText('rolling restart').waitFor();
  assert.doesNotMatch(await panel.innerText(), /[-+]\s+cpu/);
});

test('an export is a base for its own environment and document only', async (t) => {
  const page = await open(t);
  await write(page, TWO(service('shop')));
  await saved(page, 'Export bundle');
  const { panel } = await changesOf(page);
  await panel.getByText('No differences').waitFor();
  const environment = page.getByRole('combobox', { name: 'Environment', exact: true });
  await environment.selectOption('production');
  await panel.getByText('The last export was for staging.').waitFor();
  await environment.selectOption('staging');
  await panel.getByText('No differences').waitFor();
  await button(page, 'Examples').first().click();
  await dialog(page, 'Examples')
    .getByRole('button', { name: /^Several services/ })
    .click();
  await panel.getByText('No export yet').waitFor();
});

test('a text with errors is not compared', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await saved(page, 'Export bundle');
  const { panel, base, pasted } = await changesOf(page);
  await panel.getByText('No differences').waitFor();
  await write(page, service('shop', '    min_container: 2\n'));
  await panel.getByText('Fix the errors to compare.').waitFor();
  await base.selectOption('Objects from a cluster');
  await pasted.fill('{kind: Service, metadata: {name: api}}');
  await panel.getByText('Fix the errors to compare.').waitFor();
});
