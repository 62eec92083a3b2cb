import { type ChildProcess, spawn } from 'node:child_process';
import type { Trace } from './trace.ts';
import type { JobUser } from './user.ts';

const KILL_GRACE = 600_000;

/** How a script ended: the exit code, or the signal that ended its shell. */
export interface ScriptEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The shell could not be started. */
  error?: Error;
}

/** The bash program of a step: each command is shown before it runs, the first failure ends it. */
export function renderScript(commands: string[]): string {
  const lines = commands.flatMap((command) => [
    `echo ${quote(`\u001b[32;1m$ ${command}\u001b[0;m`)}`,
    command,
  ]);
  return `set -eo pipefail\nset +o noclobber\n: | eval ${quote(lines.join('\n'))}\nexit 0\n`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A script in bash, in a process group of its own. It outlives this process if that is ended by force. */
export class ScriptProcess {
  readonly ended: Promise<ScriptEnd>;
  readonly #child: ChildProcess;
  #killTimer: NodeJS.Timeout | null = null;

  constructor(
    script: string,
    {
      cwd,
      env,
      user,
      trace,
    }: { cwd: string; env: Record<string, string>; user: JobUser | null; trace: Trace },
  ) {
    this.#child = spawn('bash', [], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.on('error', () => {});
    stdin?.end(script);
    if (stdout) copyLines(stdout, (line) => trace.line('stdout', line));
    if (stderr) copyLines(stderr, (line) => trace.line('stderr', line));
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ code: null, signal: null, error }));
      // 'close' comes after the last holder of the output has gone, as with Go's exec.Cmd.
      this.#child.once('close', (code, signal) => {
        if (this.#killTimer) clearTimeout(this.#killTimer);
        resolve({ code, signal });
      });
    });
  }

  /** SIGTERM to the process group; SIGKILL ten minutes later. */
  kill(): void {
    if (this.#killTimer) return;
    this.#signal('SIGTERM');
    this.#killTimer = setTimeout(() => this.#signal('SIGKILL'), KILL_GRACE);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The group has gone already.
    }
  }
}

function copyLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
