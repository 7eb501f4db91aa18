// The form edits the text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENVIRONMENT,
  button,
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

test('the form writes a complete service file', async (t) => {
  const page = await open(t);
  await write(page, '');
  await button(page, 'Form').click();
  await field(page, 'name').fill('shop');
  await button(page, 'Add environment').click();
  await region(page, 'Form').getByRole('group', { name: 'Environment: staging' }).waitFor();
  await button(page, 'Add service').click();
  const module = region(page, 'Form').getByRole('group', { name: /^api/ });
  const own = (name) => module.getByRole('textbox', { name, exact: true });
  const add = async (name, value, key) => {
    await own(name).fill(value);
    await own(name).press(key);
  };
  await own('image').fill('acme/api:1');
  await add('port', '8000', 'Tab');
  await own('healthcheck_path').fill('/health');
  await own('min_containers').fill('2');
  await module.getByRole('checkbox', { name: 'sticky_session' }).check();
  await own('memory').first().fill('512');
  await add('Add to public_uri', 'api.{parent.domain}', 'Enter');
  await add('Add variable', 'LOG_LEVEL', 'Enter');
  await own('LOG_LEVEL').fill('info');
  await add('Add to secrets', 'STRIPE_KEY', 'Tab');
  const choose = (name, value) => page.getByRole('combobox', { name }).selectOption(value);
  await choose('Add database, queue or bucket', 'postgres');
  await choose('Add link', 'postgres2');
  await region(page, 'Problems').getByText('No problems').waitFor();
  await button(page, 'Text').click();
  assert.equal(
    await read(page),
    `name: shop
environments:
  - name: staging
    path: env.yml
modules:
  - type: k8s-service
    name: api
    image: acme/api:1
    port:
      http: 8000
    healthcheck_path: /health
    min_containers: 2
    sticky_session: true
    resource_request:
      memory: 512
    public_uri:
      - api.{parent.domain}
    env_vars:
      LOG_LEVEL: info
    secrets:
      - STRIPE_KEY
    links:
      - postgres2
  - type: postgres
    name: postgres2
`,
  );
});

test('an edit changes only its own place, and undo works in form and text', async (t) => {
  const page = await open(t);
  const fields = `    # as many as on Mondays
    min_containers:   2   # two
    env_vars: {A: "1", B: "2"}
`;
  const source = service('shop', fields);
  await write(page, source);
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 4');
  await button(page, 'Form').click();
  await field(page, 'min_containers').fill('3');
  await region(page, 'Manifests').getByText('minReplicas: 3').waitFor();
  await field(page, 'B').fill('two');
  await button(page, 'Text').click();
  const edited = `${source}    max_containers: 4`
    .replace('min_containers:   2', 'min_containers:   3')
    .replace('B: "2"', 'B: "two"');
  assert.equal(await read(page), edited);
  await button(page, 'Form').click();
  await field(page, 'B').press('ControlOrMeta+z');
  for (let step = 0; step < 3; step += 1) await button(page, 'Undo').click();
  await eventually(async () => assert.equal(await field(page, 'min_containers').inputValue(), '2'));
  await button(page, 'Text').click();
  await page.keyboard.press('ControlOrMeta+z');
  assert.doesNotMatch(await read(page), /max_containers: 4/);
});

test('problems are shown at their fields, and an empty field removes the value', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 9\n'));
  await button(page, 'Form').click();
  await region(page, 'Form')
    .getByText('min_containers is 9, but max_containers is 3 (default)')
    .waitFor();
  await field(page, 'min_containers').fill('');
  await region(page, 'Problems').getByText('No problems').waitFor();
  await button(page, 'Text').click();
  assert.equal(await read(page), service('shop'));
});

test('the form asks to fix a syntax error first', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    env_vars: {A: "b\n'));
  await button(page, 'Form').click();
  await region(page, 'Form').getByText('The YAML has a syntax error in line 11').waitFor();
});

test('the environment file has a form', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  await button(page, 'Form').click();
  await field(page, 'region').fill('eu-west-1');
  await button(page, 'Text').click();
  const edited = ENVIRONMENT.replace('us-east-1', 'eu-west-1');
  assert.equal(await read(page, 'Environment file'), edited);
});
