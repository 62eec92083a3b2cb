import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..', '..');

/** What matches in all files of these directories, once each. */
function found(directories: string[], ending: string, form: RegExp): string[] {
  const texts = directories.flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .map((name) => readFileSync(join(root, directory, name), 'utf8')),
  );
  return [...new Set(texts.flatMap((text) => [...text.matchAll(form)].map((match) => match[1] ?? '')))];
}

/** The operations of AWS in the code: of the engine (`new sdk.…Command`), and of the playbooks (`api.call("…")`). */
export function calledOperations(): string[] {
  const engine = found(['src'], '.ts', /new sdk\.(\w+)Command\(/g);
  const playbooks = found(['playbooks', 'roles'], '.py', /\.call\(\s*"([a-z_]+)"/g).map((method) =>
    method.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
  if (engine.length < 10 || playbooks.length < 5)
    throw new Error('the code calls AWS in a way that is not found here');
  return [...engine, ...playbooks];
}
