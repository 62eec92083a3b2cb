import type { VariableSchema } from './schema.ts';

/** The TypeScript source of the interfaces for the playbooks' variables. */
export function typescriptTypes(schemas: Record<string, VariableSchema>): string {
  const names = Object.keys(schemas);
  return [
    '// Generated from roles/*/meta/argument_specs.yml by src/playbooks/generate.ts: do not edit.',
    ...names.map(
      (name) => `export interface ${interfaceName(name)} ${typeOf(schemas[name] as VariableSchema)}`,
    ),
    '/** The variables of each playbook. */',
    `export interface PlaybookVariables {${names.map((name) => `${name}: ${interfaceName(name)};`).join('')}}`,
  ].join('\n\n');
}

/** `scale_up` → `ScaleUpVariables`. */
function interfaceName(playbook: string): string {
  const words = playbook.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Variables`;
}

function typeOf(schema: VariableSchema): string {
  if (schema.enum) return schema.enum.map((choice) => JSON.stringify(choice)).join(' | ');
  if (schema.type === 'array') return `(${schema.items ? typeOf(schema.items) : 'unknown'})[]`;
  if (schema.type === 'integer') return 'number';
  if (schema.type !== 'object') return schema.type;
  if (typeof schema.additionalProperties === 'object') {
    return `Record<string, ${typeOf(schema.additionalProperties)}>`;
  }
  return `{\n${Object.entries(schema.properties ?? {})
    .map((entry) => member(schema, ...entry))
    .join('\n')}}`;
}

function member(parent: VariableSchema, name: string, schema: VariableSchema): string {
  const optional = parent.required?.includes(name) ? '' : '?';
  return `/** ${schema.description ?? name} */\n${name}${optional}: ${typeOf(schema)};`;
}
