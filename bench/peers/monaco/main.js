// monaco-editor with monaco-yaml as in their READMEs, with the schema of opta.yml and a text.
import * as monaco from 'monaco-editor';
import { configureMonacoYaml } from 'monaco-yaml';

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(label === 'yaml' ? 'yaml.worker.js' : 'editor.worker.js'),
};
const schema = await (await fetch('schema.json')).json();
configureMonacoYaml(monaco, {
  schemas: [{ fileMatch: ['**/opta.yml'], uri: 'https://optakit.dev/opta.schema.json', schema }],
});
const text =
  'name: shop\nmodules:\n  - type: k8s-service\n    image: AUTO\n    port:\n      http: 8000\n';
const model = monaco.editor.createModel(text, 'yaml', monaco.Uri.parse('file:///opta.yml'));
monaco.editor.create(document.getElementById('editor'), { model, automaticLayout: true });
