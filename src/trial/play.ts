import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { packageRoot } from '../config/package-root.ts';
import { ansibleEnvironment } from '../playbooks/ansible-environment.ts';
import { type PlaybookEvent, parseEvent } from '../playbooks/events.ts';
import { type Played, type SeenCall, tasksOf } from './played.ts';
import { changedPaths, readTree } from './tree.ts';

export interface PlayOptions {
  playbook: string;
  /** Files for --extra-vars, in order. */
  variables: readonly string[];
  check: boolean;
  /** PATH that holds ansible-playbook. */
  path: string;
  /** Added to the few variables of our environment that Ansible needs. */
  environment: Record<string, string>;
  /** The instance's directory. */
  instanceDir: string;
  /** The mutating calls that the sandbox has seen since a moment (ms since the epoch). */
  callsSince(moment: number): SeenCall[];
  /** What has changed in AWS and GitLab since then. */
  changesSince(moment: number): string[];
  signal: AbortSignal;
  onTask(name: string): void;
}

/** Written by a running program, whatever a playbook does. */
const LIVELY = /(^|\/)(runner\.log|runner\.pid)$|(^|\/)builds(\/|$)/;

/** Plays a playbook once on the sandbox's instance with plain ansible-playbook, and tells all that it did. */
export async function play(options: PlayOptions): Promise<Played> {
  const { playbook, variables, check, path, instanceDir, callsSince, signal, onTask } = options;
  const run = mkdtempSync(join(tmpdir(), 'drover-trial-run-'));
  const directory = packageRoot();
  const before = readTree(instanceDir);
  const began = Date.now();
  const events: PlaybookEvent[] = [];
  let rest = '';
  try {
    const child = execa(
      'ansible-playbook',
      [
        ...['--inventory', join(directory, 'inventory', 'sandbox.yml'), '--diff'],
        ...variables.flatMap((file) => ['--extra-vars', `@${file}`]),
        ...(check ? ['--check'] : []),
        playbook,
      ],
      {
        env: ansibleEnvironment({
          from: { ...process.env, PATH: path },
          extra: options.environment,
          directory,
          run,
        }),
        extendEnv: false,
        reject: false,
        all: true,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        buffer: { fd3: false },
        cancelSignal: signal,
        forceKillAfterDelay: 5_000,
      },
    );
    (child.stdio[3] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = parseEvent(line);
        if (event === null) continue;
        events.push(event);
        if (event.event === 'task' && event.task) onTask(event.task);
      }
    });
    const { exitCode, all } = await child;
    signal.throwIfAborted();
    const ended = Date.now();
    return {
      exitCode: exitCode ?? null,
      tasks: tasksOf(events, callsSince(began), ended),
      changes: options.changesSince(began),
      files: changedPaths(before, readTree(instanceDir)).filter((file) => !LIVELY.test(file)),
      output: `${all}\n${events.map((event) => JSON.stringify(event)).join('\n')}`,
      took: ended - began,
    };
  } finally {
    rmSync(run, { recursive: true, force: true });
  }
}
