import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from '../config/package-root.ts';

const engine = Handlebars.create();
/** A value as JSON. */
engine.registerHelper('json', (value: unknown) => JSON.stringify(value));
/** A value as one word of a shell. */
engine.registerHelper('sh', (value: unknown) => `'${`${value}`.replaceAll("'", "'\\''")}'`);
/** A text with each of its lines indented, as a block of YAML has them. */
engine.registerHelper('indent', (width: number, text: string) =>
  text.trimEnd().replace(/^(?=.)/gm, ' '.repeat(width)),
);

/**
 * One of templates/, filled in. A value that is named there and not given is an error; nothing is escaped but by the
 * helpers `json`, `sh` and `indent`.
 */
export function fillTemplate(name: string, values: Record<string, unknown>): string {
  const source = readFileSync(join(packageRoot(), 'templates', `${name}.hbs`), 'utf8');
  return engine.compile(source, { noEscape: true, strict: true })(values);
}
