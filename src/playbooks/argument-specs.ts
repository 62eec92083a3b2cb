import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { VariableSchema } from './schema.ts';

/** One option of an Ansible role's meta/argument_specs.yml. */
interface Option {
  type?: string;
  description?: string | string[];
  required?: boolean;
  choices?: string[];
  no_log?: boolean;
  elements?: string;
  options?: Record<string, Option>;
}

interface Task {
  'ansible.builtin.import_role'?: { name: string; tasks_from?: string };
}

const SCALARS: Record<string, VariableSchema['type']> = {
  str: 'string',
  path: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
};

/** The strict schema of a playbook's variables: those of every role entry point that it imports. */
export function playbookSchema(root: string, playbook: string): VariableSchema {
  const plays: { tasks: Task[] }[] = parse(readFileSync(join(root, 'playbooks', `${playbook}.yml`), 'utf8'));
  const roles = plays.flatMap((play) =>
    play.tasks.flatMap((task) => task['ansible.builtin.import_role'] ?? []),
  );
  const options = roles.map((role) => entryPoint(root, role.name, role.tasks_from ?? 'main'));
  return objectSchema(Object.assign({}, ...options));
}

function entryPoint(root: string, role: string, name: string): Record<string, Option> {
  const file = join(root, 'roles', role, 'meta', 'argument_specs.yml');
  const { argument_specs: specs } = parse(readFileSync(file, 'utf8'), { merge: true });
  if (specs[name]?.options === undefined) throw new Error(`${file} has no entry point ${name}`);
  return specs[name].options;
}

function objectSchema(options: Record<string, Option>): VariableSchema {
  const entries = Object.entries(options);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, option]) => [name, optionSchema(name, option)])),
    required: entries.filter(([, option]) => option.required).map(([name]) => name),
    additionalProperties: false,
  };
}

function optionSchema(name: string, option: Option): VariableSchema {
  const schema = typeSchema(name, option);
  if (option.description) schema.description = [option.description].flat().join(' ');
  if (option.choices) schema.enum = option.choices;
  if (option.no_log) schema['x-secret'] = true;
  return schema;
}

function typeSchema(name: string, { type = 'str', elements = 'str', options }: Option): VariableSchema {
  if (type === 'list')
    return { type: 'array', items: typeSchema(name, { type: elements, ...(options && { options }) }) };
  if (type === 'dict') {
    return options ? objectSchema(options) : { type: 'object', additionalProperties: { type: 'string' } };
  }
  const scalar = SCALARS[type];
  if (!scalar) throw new Error(`${name} has type ${type}, which the generator does not know`);
  return { type: scalar };
}
