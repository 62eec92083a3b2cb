import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..', '..');

export interface Outcome {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** Starts the command line from its source, as a process of its own, with a clean environment. */
export const startDrover = (args: string[], env: Record<string, string> = {}, timeout = 20_000) =>
  execa(process.execPath, ['--import', 'tsx', join(root, 'src', 'cli', 'main.ts'), ...args], {
    cwd: root,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    timeout,
  });

/** Runs it to its end. */
export async function drover(
  args: string[],
  env: Record<string, string> = {},
  timeout?: number,
): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await startDrover(args, env, timeout);
  return { exitCode, stdout, stderr };
}
