import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..', '..');

export interface Outcome {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs the command line from its source, as a process of its own, with a clean environment. */
export async function drover(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', 'tsx', join(root, 'src', 'cli', 'main.ts'), ...args],
    {
      cwd: root,
      reject: false,
      extendEnv: false,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      timeout: 20_000,
    },
  );
  return { exitCode, stdout, stderr };
}
