import { execa } from 'execa';

export interface ProgramOutput {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const LONGEST = 20_000;
const MOST_OUTPUT = 1_000_000;

export interface RunProgramOptions {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** As another user, by ids. */
  uid?: number;
  gid?: number;
}

/** Runs a program to its end, or for 20 s; null: there is none of that name. Throws where it did not end in time. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { env, signal, ...ids }: RunProgramOptions,
): Promise<ProgramOutput | null> {
  const result = await execa(file, [...args], {
    env: { ...env, LC_ALL: 'C.UTF-8' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: LONGEST,
    maxBuffer: MOST_OUTPUT,
    cancelSignal: signal,
    ...ids,
  });
  if (result.code === 'ENOENT' || result.code === 'EACCES') return null;
  signal.throwIfAborted();
  if (result.timedOut) throw new Error(`${file} did not end within ${LONGEST / 1_000} s`);
  return { exitCode: result.exitCode ?? null, stdout: result.stdout, stderr: result.stderr };
}
