// Writes JSON Schemas for kubeconform, one file per kind, from the OpenAPI document of an API
// server.
//   kubectl get --raw /openapi/v2 | node bench/schemas.mjs FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const { definitions } = JSON.parse(readFileSync(0, 'utf8'));
mkdirSync(folder, { recursive: true });

/** Resolves all references in a schema. A schema that contains itself ends there. */
function whole(schema, above) {
  if (Array.isArray(schema)) return schema.map((part) => whole(part, above));
  if (schema === null || typeof schema !== 'object') return schema;
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace('#/definitions/', '');
    return above.includes(name) ? {} : whole(definitions[name], [...above, name]);
  }
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') {
    return { oneOf: [{ type: 'string' }, { type: 'integer' }] };
  }
  const parts = Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, part]) => [key, whole(part, above)]),
  );
  // Like the strict schemas that people use with kubeconform: no other fields.
  if (parts.properties && !parts.additionalProperties) parts.additionalProperties = false;
  return parts;
}

for (const [name, schema] of Object.entries(definitions)) {
  for (const { group, kind, version } of schema['x-kubernetes-group-version-kind'] ?? []) {
    if (kind.endsWith('List')) continue;
    const suffix = [group.split('.')[0], version].filter(Boolean).join('-');
    writeFileSync(
      join(folder, `${kind}-${suffix}.json`.toLowerCase()),
      JSON.stringify(whole(schema, [name])),
    );
  }
}
