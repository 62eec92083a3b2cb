import type * as z from 'zod';
import { configSchema, sections } from './schema.ts';
import { nearest } from './suggest.ts';

/** One line for each thing that is wrong: the key, what is wrong with it, and how to mend it. */
export function describeProblems(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    const path = keyPath(issue.path);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key));
    if (issue.input === undefined && issue.code === 'invalid_type' && issue.path.length > 0) {
      return [`${path} is missing: it has no default, set it`];
    }
    return [`${path || 'the configuration'} ${phrase(issue)}`];
  });
}

function phrase(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small' && issue.origin !== 'string' && issue.origin !== 'array') {
    return `must be at least ${issue.minimum}`;
  }
  if (issue.code === 'invalid_union') return 'is not a value that can be used here';
  return issue.message;
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const full = keyPath([...path, key]);
  const siblings = Object.keys(shapeAt(path));
  const suggestion = nearest(key, siblings) ?? elsewhere(key);
  const mend = suggestion
    ? `did you mean ${suggestion}?`
    : `remove it; known here: ${siblings.join(', ') || 'nothing'}`;
  return `${full} is not a setting; ${mend}`;
}

/** The same key in another section: it was probably indented wrongly. */
function elsewhere(key: string): string | null {
  const section = Object.entries(sections).find(([, schema]) => key in schema.shape);
  return section ? `${section[0]}.${key}` : null;
}

function shapeAt(path: readonly PropertyKey[]): Record<string, unknown> {
  const first = path[0];
  if (first === undefined) return configSchema.shape;
  if (first === 'runners') return configSchema.shape.runners.element.shape;
  return sections[first as keyof typeof sections]?.shape ?? {};
}

function keyPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at ? '.' : ''}${String(part)}`))
    .join('');
}
