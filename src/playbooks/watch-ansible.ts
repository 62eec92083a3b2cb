import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { PlaybookName } from '../lifecycle/events.ts';
import { finalTasks } from './catalogue.ts';
import { advance, type PlaybookEvent, parseEvent, startProgress } from './events.ts';
import { endMarkedProcesses } from './marked-processes.ts';
import { type Redact, redactLines } from './redact.ts';
import { judge, type PlaybookResult } from './result.ts';
import { closeRunDirectory, removeVariables } from './run-directory.ts';

/** For Ansible to end after SIGINT; it needs 0.2 s. */
const INTERRUPT_GRACE_MS = 5_000;
const LEFTOVER_GRACE_MS = 1_000;
/** A process that outlives the run may hold the pipes open: they are not waited for longer than this. */
const DRAIN_MS = 500;
const KEPT_OUTPUT = 262_144;

export interface AnsibleRun {
  command: string;
  args: string[];
  env: Record<string, string>;
  playbook: PlaybookName;
  /** The run's directory, which is also its marker. */
  run: string;
  redact: Redact;
  timeoutMs: number | null;
  onEvent(event: PlaybookEvent): void;
  onOutput(text: string): void;
}

/** Spawns ansible-playbook in a process group of its own and follows it to its end. */
export function watchAnsible(options: AnsibleRun): {
  result: Promise<PlaybookResult>;
  cancel(): Promise<void>;
} {
  const { command, args, env, run, redact, timeoutMs } = options;
  const finalTask = finalTasks[options.playbook];
  const record = openRecord(run);
  let progress = startProgress();
  let output = '';
  let stoppedBy: 'cancelled' | 'timeout' | null = null;

  const child = spawn(command, args, {
    env,
    cwd: run,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const print = (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT);
    record.output(text);
    options.onOutput(text);
  };
  const observe = (lines: string) => {
    record.events(lines);
    for (const line of lines.split('\n')) {
      const event = line === '' ? null : parseEvent(line);
      if (event === null) continue;
      if (event.event === 'start') removeVariables(run);
      progress = advance(progress, event, finalTask);
      options.onEvent(event);
    }
  };
  follow(child.stdout, redactLines(redact, print));
  follow(child.stderr, redactLines(redact, print));
  follow(child.stdio[3] as Readable, redactLines(redact, observe));

  const ended = untilEnd(child);
  const stop = async (why: 'cancelled' | 'timeout') => {
    stoppedBy ??= why;
    signalGroup(child, 'SIGINT');
    await Promise.race([ended, wait(INTERRUPT_GRACE_MS)]);
    await endMarkedProcesses((marker) => marker === run, LEFTOVER_GRACE_MS);
  };
  const timer = timeoutMs === null ? null : setTimeout(() => void stop('timeout'), timeoutMs);

  const result = ended.then(async ({ exitCode, signal, error }): Promise<PlaybookResult> => {
    if (timer !== null) clearTimeout(timer);
    const judged: PlaybookResult = error
      ? { outcome: 'spawn', message: error, facts: {}, exitCode: null, changed: null, output: '' }
      : judge(progress, { exitCode, signal, stoppedBy, output }, finalTask);
    if (judged.outcome !== 'succeeded') {
      await endMarkedProcesses((marker) => marker === run, LEFTOVER_GRACE_MS);
    }
    record.close();
    const { outcome, message, facts } = judged;
    closeRunDirectory(run, { outcome, message, facts, exitCode });
    return judged;
  });
  return {
    result,
    async cancel() {
      if (child.exitCode === null && child.signalCode === null) await stop('cancelled');
      await result;
    },
  };
}

interface End {
  exitCode: number | null;
  signal: string | null;
  error?: string;
}

function untilEnd(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        error.code === 'ENOENT'
          ? ' is not there: run `node scripts/ensure-ansible.mjs`'
          : `: ${error.message}`;
      resolve({ exitCode: null, signal: null, error: `${child.spawnfile}${hint}` });
    });
    child.once('exit', (exitCode, signal) => {
      const settle = () => {
        clearTimeout(timer);
        for (const stream of child.stdio) stream?.destroy();
        resolve({ exitCode, signal });
      };
      const timer = setTimeout(settle, DRAIN_MS);
      child.once('close', settle);
    });
  });
}

function follow(stream: Readable | null, sink: ReturnType<typeof redactLines>): void {
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => sink.push(chunk));
  stream?.once('close', () => sink.end());
  stream?.on('error', () => {});
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended since.
  }
}

function openRecord(run: string) {
  const output = openSync(join(run, 'output.log'), 'w', 0o600);
  const events = openSync(join(run, 'events.ndjson'), 'w', 0o600);
  return {
    output: (text: string) => void writeSync(output, text),
    events: (text: string) => void writeSync(events, text),
    close() {
      closeSync(output);
      closeSync(events);
    },
  };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
