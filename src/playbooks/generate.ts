// Writes generated/ from the roles' argument specs. `--check` writes nothing and fails when generated/ is out of date.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { playbookSchema } from './argument-specs.ts';
import { playbookNames } from './catalogue.ts';
import { typescriptTypes } from './typescript-types.ts';

const root = packageRoot();
const schemas = Object.fromEntries(playbookNames.map((name) => [name, playbookSchema(root, name)]));
const files = {
  'variables.ts': typescriptTypes(schemas),
  'schemas.json': JSON.stringify(schemas),
};

const stale: string[] = [];
for (const [name, source] of Object.entries(files)) {
  const path = join(root, 'src/playbooks/generated', name);
  const text = formatted(path, source);
  if (process.argv.includes('--check')) {
    if (read(path) !== text) stale.push(path);
  } else {
    writeFileSync(path, text);
  }
}
if (stale.length > 0) {
  console.error(`out of date: ${stale.join(', ')}; run: npx tsx src/playbooks/generate.ts`);
  process.exitCode = 1;
}

function formatted(path: string, source: string): string {
  return execFileSync(join(root, 'node_modules/.bin/biome'), ['format', `--stdin-file-path=${path}`], {
    input: source,
    encoding: 'utf8',
    cwd: root,
  });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
