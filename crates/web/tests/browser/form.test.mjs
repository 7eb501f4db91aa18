// The form, and texts and results linked with each other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENVIRONMENT, button, dialog, faults, open, read, region, service, tab, text, write } from './support.mjs';

const field = (page, name) => region(page, 'Form').getByRole('textbox', { name, exact: true });

test('a person without YAML finishes a service, and the file is as one with YAML would have written it', async (t) => {
  const page = await open(t);
  await write(page, '');
  await button(page, 'Form').click();
  await field(page, 'name').fill('shop');
  await button(page, 'Add to environments').click();
  await button(page, 'Add a service').click();
  const module = region(page, 'Form').getByRole('group', { name: /^api/ });
  const own = (name) => module.getByRole('textbox', { name, exact: true });
  await own('image').fill('acme/api:1');
  await own('port').fill('8000');
  await own('port').press('Tab');
  await own('healthcheck_path').fill('/health');
  await own('min_containers').fill('2');
  await module.getByRole('checkbox', { name: 'sticky_session' }).check();
  await own('memory').fill('512');
  await own('add to public_uri').fill('api.{parent.domain}');
  await own('add to public_uri').press('Enter');
  await own('add to env_vars').fill('LOG_LEVEL');
  await own('add to env_vars').press('Enter');
  await own('LOG_LEVEL').fill('info');
  await own('add to secrets').fill('STRIPE_KEY');
  await own('add to secrets').press('Tab');
  await page.getByRole('combobox', { name: 'add another module' }).selectOption('postgres');
  await page.getByRole('combobox', { name: 'add to links' }).selectOption('postgres2');
  await region(page, 'Problems').getByText('No problems').waitFor();
  await button(page, 'Text').click();
  assert.equal(await read(page), `name: shop
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
`);
});

test('an edit of the form changes its own place, and undo is one for form and text', async (t) => {
  const page = await open(t);
  const source = service('shop', '    # as many as on Mondays\n    min_containers:   2   # two\n    env_vars: {A: "1", B: "2"}\n');
  await write(page, source);
  await text(page).press('ControlOrMeta+End');
  await page.keyboard.type('    max_containers: 4');
  await button(page, 'Form').click();
  await field(page, 'min_containers').fill('3');
  await region(page, 'Manifests').getByText('minReplicas: 3').waitFor();
  await field(page, 'B').fill('two');
  await button(page, 'Text').click();
  const edited = `${source}    max_containers: 4`.replace('min_containers:   2', 'min_containers:   3').replace('B: "2"', 'B: "two"');
  assert.equal(await read(page), edited);
  await button(page, 'Form').click();
  await field(page, 'B').press('ControlOrMeta+z');
  await button(page, 'Undo').click();
  await button(page, 'Undo').click();
  await button(page, 'Undo').click();
  assert.equal(await field(page, 'min_containers').inputValue(), '2');
  await button(page, 'Text').click();
  await page.keyboard.press('ControlOrMeta+z');
  assert.doesNotMatch(await read(page), /max_containers: 4/);
});

test('the form says what is wrong at the field, takes values away, and steps back from broken text', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 9\n'));
  await button(page, 'Form').click();
  await region(page, 'Form').getByText('min_containers is 9, above max_containers').waitFor();
  await field(page, 'min_containers').fill('');
  await region(page, 'Problems').getByText('No problems').waitFor();
  await button(page, 'Text').click();
  assert.equal(await read(page), service('shop'));
  await write(page, service('shop', '    env_vars: {A: "b\n'));
  await button(page, 'Form').click();
  await region(page, 'Form').getByText('A part of the text cannot be read').waitFor();
});

test('the environment file has a form too', async (t) => {
  const page = await open(t);
  await write(page, service('shop'));
  await tab(page, 'env.yml').click();
  await write(page, ENVIRONMENT, 'Environment file');
  await button(page, 'Form').click();
  await field(page, 'region').fill('eu-west-1');
  await button(page, 'Text').click();
  assert.equal(await read(page, 'Environment file'), ENVIRONMENT.replace('us-east-1', 'eu-west-1'));
});

test('inputs fill what only the environment knows, and are remembered', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    public_uri: "api.{parent.domain}"\n').replace('env.yml', 'other.yml'));
  await region(page, 'Manifests').getByText('Not known yet: account_id, parent.domain').waitFor();
  await tab(page, 'Inputs').click();
  const input = page.getByRole('textbox', { name: 'parent.domain', exact: true });
  await input.fill('acme.dev');
  await input.press('Tab');
  await region(page, 'Manifests').getByText('host: api.acme.dev').waitFor();
  await page.reload();
  await region(page, 'Manifests').getByText('host: api.acme.dev').waitFor();
});

test('the place in the text and the lines it decides are lit, both ways', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_containers: 2\n    max_containers: 70\n'));
  const manifests = region(page, 'Manifests');
  await manifests.getByText('maxReplicas: 70').waitFor();
  const line = (text) => page.evaluate((text) => {
    const pre = [...document.querySelectorAll('pre')].find((pre) => pre.textContent.includes(text));
    const index = pre.textContent.split('\n').findIndex((line) => line.includes(text));
    const box = pre.getBoundingClientRect();
    return { x: box.left + 60, y: box.top + 10 + index * 22 + 11, lit: [...pre.parentElement.querySelectorAll('.band.lit')].some((band) => {
      const { top, bottom } = band.getBoundingClientRect();
      return top <= box.top + 10 + index * 22 + 11 && bottom >= box.top + 10 + index * 22 + 11;
    }) };
  }, text);
  await text(page).getByText('max_containers').click();
  await page.locator('.band.lit').first().waitFor({ state: 'attached' });
  assert.equal((await line('maxReplicas: 70')).lit, true);
  assert.equal((await line('minReplicas: 2')).lit, false);
  await button(page, 'HorizontalPodAutoscaler shop-api-k8s-service').click();
  const place = await line('minReplicas: 2');
  await page.mouse.move(place.x, place.y);
  await manifests.locator('xpath=..').getByText('Decided at opta.yml line 11').waitFor();
  assert.match(await page.locator('.cm-lit').innerText(), /min_containers: 2/);
  await page.mouse.click(place.x, place.y);
  await page.keyboard.type('1');
  assert.match(await read(page), /min_containers: 12/);
  // The keyboard does the same.
  await manifests.locator('pre').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.getByText('Part of every HorizontalPodAutoscaler').waitFor();
});

test('what an edit would cause is said, against the last export, another environment and a cluster', async (t) => {
  const page = await open(t);
  const two = service('shop').replace('modules:', '  - name: production\n    path: production.yml\nmodules:');
  await write(page, two);
  await tab(page, 'Changes').click();
  const changes = region(page, 'Changes');
  await changes.getByText('Nothing was exported yet').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Export bundle').click()]);
  assert.equal(download.suggestedFilename(), 'shop-staging.bundle.json');
  await changes.getByText('Nothing differs').waitFor();
  await write(page, two.replace('acme/api:1', 'acme/api:2'));
  await changes.getByText('rolling restart').waitFor();
  assert.match(await changes.innerText(), /-\s+image: acme\/api:1\n\+\s+image: acme\/api:2/);
  await write(page, `${two}    max_containers: 9\n`);
  await changes.getByText('scaling').waitFor();
  await page.reload();
  await tab(page, 'Changes').click();
  await changes.getByText('scaling').waitFor();
  await changes.getByRole('combobox', { name: 'Compare with' }).selectOption('environment production');
  await changes.getByText('opta.dev/environment-name: staging').first().waitFor();
  await changes.getByRole('combobox', { name: 'Compare with' }).selectOption('objects out of a cluster');
  const pasted = changes.getByRole('textbox', { name: 'Objects out of a cluster' });
  await pasted.fill('kind: [');
  await changes.locator('.empty').waitFor();
  await pasted.fill('apiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop, uid: x}\nspec: {ports: [{port: 81}], clusterIP: 10.0.0.1}\n');
  await changes.getByText('traffic').waitFor();
  assert.match(await changes.innerText(), /-\s+- port: 81/);
  assert.doesNotMatch(await changes.innerText(), /10\.0\.0\.1/);
});

test('the diagram shows the way of requests and leads to the text', async (t) => {
  const page = await open(t);
  await write(page, `${service('shop', '    public_uri: "api.{parent.domain}/v1"\n    links: [db]\n')}  - {type: postgres, name: db}\n`);
  await tab(page, 'Diagram').click();
  const diagram = region(page, 'Diagram');
  for (const name of [/^api\.staging\.acme\.io, \/v1/, /^Service, HTTP/, /^Pods, 1 to 3/, /^Autoscaler/, /^IAM role/]) {
    await diagram.getByRole('button', { name }).waitFor();
  }
  assert.match(await diagram.innerText(), /requests come from api\.staging\.acme\.io/);
  await diagram.getByRole('button', { name: /^db, postgres/ }).click();
  await page.keyboard.type('x');
  assert.match(await read(page), /links: \[x\]/);
});

test('every dialog is reached by keys, passes axe and goes away', async (t) => {
  const page = await open(t);
  await page.keyboard.press('ControlOrMeta+k');
  await dialog(page, 'Commands').waitFor();
  await page.keyboard.type('shortc');
  assert.deepEqual(await faults(page, 'Commands'), []);
  await page.keyboard.press('Enter');
  await dialog(page, 'Shortcuts').waitFor();
  assert.deepEqual(await faults(page, 'Shortcuts'), []);
  await page.keyboard.press('Escape');
  await dialog(page, 'Shortcuts').waitFor({ state: 'detached' });
  await button(page, 'Form').focus();
  await page.keyboard.press('?');
  await dialog(page, 'Shortcuts').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+h');
  await dialog(page, 'History').waitFor();
  assert.deepEqual(await faults(page, 'History'), []);
  await page.keyboard.press('Escape');
  for (const [opener, name] of [['Examples', 'Examples'], ['Share', 'Share']]) {
    await button(page, opener).click();
    await dialog(page, name).waitFor();
    assert.deepEqual(await faults(page, name), []);
    await dialog(page, name).getByRole('button', { name: 'Close', exact: true }).click();
    await dialog(page, name).waitFor({ state: 'detached' });
  }
});

test('form, inputs and high contrast pass axe, at 320 px too', async (t) => {
  for (const options of [{}, { viewport: { width: 320, height: 700 }, hasTouch: true, colorScheme: 'dark' }]) {
    const page = await open(t, options);
    await button(page, 'Form').click();
    await region(page, 'Form').waitFor();
    assert.deepEqual(await faults(page, 'Form'), []);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    await tab(page, 'Inputs').click();
    assert.deepEqual(await faults(page, 'Inputs'), []);
    for (let turn = 0; turn < 3; turn += 1) {
      await page.keyboard.press('ControlOrMeta+k');
      await page.keyboard.type('colours');
      await page.keyboard.press('Enter');
      assert.deepEqual(await faults(page, `colours ${turn}`), []);
    }
    await page.context().close();
  }
});

test('F8 goes from problem to problem, and all that is safe is fixed at once', async (t) => {
  const page = await open(t);
  await write(page, service('shop', '    min_container: 2\n    max_container: 3\n    healthcheck: /x\n'));
  await region(page, 'Problems').getByText('3 problems').waitFor();
  await text(page).press('ControlOrMeta+Home');
  await page.keyboard.press('F8');
  await page.getByText('Problem 1 of 3').waitFor();
  await page.keyboard.press('F8');
  await page.getByText('Problem 2 of 3').waitFor();
  await page.keyboard.press('Shift+F8');
  await page.getByText('Problem 1 of 3').waitFor();
  await page.keyboard.press('Shift+F8');
  await page.getByText('Problem 3 of 3').waitFor();
  await button(page, 'Fix all safe').click();
  await region(page, 'Problems').getByText('No problems').waitFor();
  assert.match(await read(page), /min_containers: 2\n {4}max_containers: 3\n {4}healthcheck_path: \/x/);
  await page.keyboard.press('ControlOrMeta+z');
  await region(page, 'Problems').getByText('3 problems').waitFor();
});
