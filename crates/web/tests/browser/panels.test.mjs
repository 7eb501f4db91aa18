// The panels next to the manifests: bundle, AWS resources, changes, diagram, inputs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DOMAIN,
  button,
  downloaded,
  open,
  read,
  region,
  service,
  tab,
  write,
  eventually,
} from './support.mjs';

test('the bundle panel shows missing secrets and the next command', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    secrets: [STRIPE_KEY]\n', 'AUTO'));
  await tab(page, 'Bundle').click();
  const panel = region(page, 'Bundle');
  await panel.getByText('STRIPE_KEY', { exact: true }).waitFor();
  await eventually(async () => assert.match(await panel.innerText(), /sha256:[0-9a-f]{64}/));
  await eventually(async () =>
    assert.match(await panel.innerText(), /image_digest: digest of the pushed image/),
  );
  await eventually(async () =>
    assert.match(await panel.innerText(), /optakit apply shop-staging\.bundle\.json/),
  );
  await tab(page, 'AWS').click();
  await region(page, 'AWS').getByText('ecr-repository opta-shop-api').waitFor();
});

test('changes are shown against the last export and another environment', async (t) => {
  const page = await open(t);
  const production = '  - name: production\n    path: production.yml\nmodules:';
  const source = service('shop').replace('modules:', production);
  await write(page, source);
  await tab(page, 'Changes').click();
  const changes = region(page, 'Changes');
  await changes.getByText('No export yet').waitFor();
  const bundle = await downloaded(page, () => button(page, 'Export bundle').click());
  assert.equal(bundle.name, 'shop-staging.bundle.json');
  await changes.getByText('No differences').waitFor();
  await write(page, source.replace('acme/api:1', 'acme/api:2'));
  await changes.getByText('rolling restart').waitFor();
  await eventually(async () =>
    assert.match(await changes.innerText(), /-\s+image: acme\/api:1\n\+\s+image: acme\/api:2/),
  );
  await write(page, `${source}    max_containers: 9\n`);
  await changes.getByText('scaling').waitFor();
  await page.reload();
  await tab(page, 'Changes').click();
  await changes.getByText('scaling').waitFor();
  const base = changes.getByRole('combobox', { name: 'Compare with' });
  await base.selectOption('Environment: production');
  await changes.getByText('opta.dev/environment-name: staging').first().waitFor();
});

test('changes are shown against objects from a cluster', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await tab(page, 'Changes').click();
  const changes = region(page, 'Changes');
  const base = changes.getByRole('combobox', { name: 'Compare with' });
  await base.selectOption('Objects from a cluster');
  const pasted = changes.getByRole('textbox', { name: 'Objects from a cluster' });
  await pasted.fill('kind: [');
  await changes.locator('.empty').waitFor();
  await pasted.fill(`apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop, uid: x}
spec: {ports: [{port: 81}], clusterIP: 10.0.0.1}
`);
  await changes.getByText('traffic').waitFor();
  await eventually(async () => assert.match(await changes.innerText(), /-\s+- port: 81/));
  assert.doesNotMatch(await changes.innerText(), /10\.0\.0\.1/);
});

test('the diagram shows the path of requests and opens places in the text', async (t) => {
  const page = await open(t);
  const fields = '    public_uri: "api.{parent.domain}/v1"\n    links: [db]\n';
  await write(page, `${service('shop', fields)}  - {type: postgres, name: db}\n`);
  await tab(page, 'Diagram').click();
  const diagram = region(page, 'Diagram');
  const shape = (name) => diagram.getByRole('button', { name });
  const route = /^api\.staging\.acme\.io, \/v1/;
  for (const name of [route, /^Service, HTTP/, /^Pods, 1 to 3/, /^Autoscaler/, /^IAM role/]) {
    await shape(name).waitFor();
  }
  await eventually(async () =>
    assert.match(await diagram.innerText(), /requests come from api\.staging\.acme\.io/),
  );
  await shape(/^db, postgres/).click();
  await page.keyboard.type('x');
  assert.match(await read(page), /links: \[x\]/);
});

test('the diagram shows the name of a long image', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '', 'registry.example.com/team/shop-api:1.4.2'));
  await tab(page, 'Diagram').click();
  const image = region(page, 'Diagram').getByText('…/shop-api:1.4.2').filter({ visible: true });
  await image.waitFor();
  const text = await image.boundingBox();
  const box = await image.locator('..').locator('rect').boundingBox();
  assert.ok(text.x + text.width <= box.x + box.width, 'the text is inside its box');
});

for (const [width, arrangement] of /** @type {[number, string][]} */ ([
  [1440, 'columns'],
  [1024, 'stack'],
  [390, 'stack'],
])) {
  test(`no part of the diagram is cut at ${width} px, and services have one scale`, async (t) => {
    const page = await open(t, { viewport: { width, height: 844 } });
    const links = '    public_uri: "api.{parent.domain}"\n    links: [db]\n';
    const worker = '  - {type: k8s-service, name: worker, image: acme/worker:1, ports: []}\n';
    await write(page, `${service('shop', links)}  - {type: postgres, name: db}\n${worker}`);
    if (width < 600) await button(page, /^Results/).click();
    await tab(page, 'Diagram').click();
    const panel = await region(page, 'Diagram').boundingBox();
    const shapes = region(page, 'Diagram').locator(`.${arrangement} .shape rect`);
    await shapes.first().waitFor();
    const boxes = await Promise.all((await shapes.all()).map((shape) => shape.boundingBox()));
    assert.ok(boxes.length >= 6);
    for (const { x, width: own } of boxes) {
      assert.ok(x >= panel.x && x + own <= panel.x + panel.width, `${x} is outside the panel`);
    }
    const widths = new Set(boxes.map((box) => Math.round(box.width)));
    assert.equal(widths.size, 1, 'one scale');
  });
}

test('inputs replace references and survive a reload', async (t) => {
  const page = await open(t);
  const manifests = region(page, 'Manifests');
  await write(page, service('shop', DOMAIN).replace('env.yml', 'other.yml'));
  await manifests.getByText('Missing: account_id, parent.domain').waitFor();
  await tab(page, 'Inputs').click();
  const input = page.getByRole('textbox', { name: 'parent.domain', exact: true });
  await input.fill('acme.devs');
  await input.press('Backspace');
  assert.equal(await input.inputValue(), 'acme.dev');
  await manifests.getByText('host: api.acme.dev').waitFor();
  const account = page.getByRole('textbox', { name: 'account_id', exact: true });
  await account.fill('012345678901');
  await account.press('Tab');
  await manifests.getByText('arn:aws:iam::012345678901').waitFor();
  await eventually(async () =>
    assert.match(await region(page, 'Problems').innerText(), /No problems/),
  );
  await tab(page, 'other.yml').click();
  assert.equal(await page.getByRole('button', { name: 'Insert template' }).count(), 1);
  await page.reload();
  await manifests.getByText('host: api.acme.dev').waitFor();
  await manifests.getByText('arn:aws:iam::012345678901').waitFor();
});
