import { PlaybookError } from '../errors.ts';
import type { PlaybookName } from '../lifecycle/events.ts';
import schemas from './generated/schemas.json' with { type: 'json' };
import type { VariableSchema } from './schema.ts';

const table = schemas as unknown as Record<PlaybookName, VariableSchema>;

/**
 * Checks a playbook's variables against the schema that is generated from the roles' argument specs: unknown keys,
 * missing keys and wrong types are errors, and nothing is coerced. Throws PlaybookError, which names each variable and
 * never a value.
 */
export function validateVariables(playbook: PlaybookName, variables: unknown): void {
  const problems = problemsOf(variables, table[playbook], '');
  if (problems.length > 0) throw new PlaybookError(`variables of ${playbook}: ${problems.join('; ')}`);
}

/** The values that the schema marks as secret. */
export function secretsIn(playbook: PlaybookName, variables: unknown): string[] {
  return secretsOf(variables, table[playbook]);
}

function problemsOf(value: unknown, schema: VariableSchema, path: string): string[] {
  const name = path === '' ? 'the variables' : path;
  if (!hasType(value, schema.type)) return [`${name} must be of type ${schema.type}, not ${typeName(value)}`];
  if (typeof value === 'string' && !isWellFormed(value)) return [`${name} is not well-formed Unicode`];
  if (schema.enum && !schema.enum.includes(value as string)) {
    return [`${name} must be one of ${schema.enum.join(', ')}`];
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, index) => problemsOf(item, items, `${path}[${index}]`)) : [];
  }
  return schema.type === 'object' ? objectProblems(value as Record<string, unknown>, schema, path) : [];
}

function objectProblems(value: Record<string, unknown>, schema: VariableSchema, path: string): string[] {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key));
  const known = Object.entries(value).flatMap(([key, item]) => {
    const { additionalProperties: others } = schema;
    const own =
      schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    const member = own ?? (typeof others === 'object' ? others : undefined);
    return member ? problemsOf(item, member, at(key)) : [`${at(key)} is not a variable of this playbook`];
  });
  return [...missing.map((key) => `${at(key)} is missing`), ...known];
}

function secretsOf(value: unknown, schema: VariableSchema | undefined): string[] {
  if (!schema) return [];
  if (schema['x-secret']) return typeof value === 'string' && value !== '' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretsOf(item, schema.items));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => secretsOf(item, schema.properties?.[key]));
}

function hasType(value: unknown, type: VariableSchema['type']): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** No lone surrogates: YAML has no way to write them. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
