import { dirname, join, resolve } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import type { PlaybookName } from '../lifecycle/events.ts';
import { ansibleEnvironment } from './ansible-environment.ts';
import type { PlaybookEvent } from './events.ts';
import { endMarkedProcesses, markedProcesses } from './marked-processes.ts';
import { redactor } from './redact.ts';
import type { PlaybookResult } from './result.ts';
import { closeRunDirectory, createRunDirectory, pruneRuns, unfinishedRuns } from './run-directory.ts';
import { secretsIn, validateVariables } from './validate.ts';
import { variablesYaml } from './variables-file.ts';
import { watchAnsible } from './watch-ansible.ts';

export type { PlaybookEvent } from './events.ts';
export type { PlaybookResult } from './result.ts';

const LEFTOVER_GRACE_MS = 1_000;

export interface PlaybookRequest {
  /** The run's id, such as `init-1`: the name of its directory. */
  operation: string;
  playbook: PlaybookName;
  /** One of generated/variables.ts; checked strictly before anything is spawned. */
  variables: object;
  /** Ansible's check mode: says what would change, changes nothing. */
  check?: boolean;
  diff?: boolean;
  /** For the whole run, in ms; null: no limit. */
  timeoutMs: number | null;
  /** Each event of the run as it comes, redacted. */
  onEvent?: (event: PlaybookEvent) => void;
  /** What Ansible prints as it comes, redacted. */
  onOutput?: (text: string) => void;
}

export interface PlaybookSettings {
  /** ansible-playbook: a name on PATH or an absolute path. */
  command: string;
  /** The directory that holds playbooks/, roles/ and inventory/; default: Drover's own. */
  directory?: string;
  /** Holds one directory (0700) a run; on tmpfs. */
  runDir: string;
  /** Added to the few variables of our own environment that Ansible and boto3 need. */
  environment?: Record<string, string>;
  /** Known secrets, beside those among the variables: redacted in all output. */
  secrets: string[];
}

export interface RunningPlaybook {
  /** Never rejects. */
  result: Promise<PlaybookResult>;
  /** Ends the run: SIGINT, then SIGTERM and SIGKILL to all that is left of it. Resolves when nothing is. */
  cancel(): Promise<void>;
}

/** Starts one playbook. What keeps it from starting (also wrong variables) is a result with outcome `spawn`. */
export function startPlaybook(request: PlaybookRequest, settings: PlaybookSettings): RunningPlaybook {
  const { operation, playbook, variables, timeoutMs } = request;
  const directory = settings.directory ?? packageRoot();
  const redact = redactor([...settings.secrets, ...secretsIn(playbook, variables)]);
  try {
    validateVariables(playbook, variables);
    const run = createRunDirectory(settings.runDir, operation, variablesYaml(variables));
    pruneRuns(settings.runDir);
    const watched = watchAnsible({
      command: settings.command,
      args: commandLine(request, directory, run),
      env: ansibleEnvironment({ from: process.env, extra: settings.environment ?? {}, directory, run }),
      playbook,
      run,
      redact,
      timeoutMs,
      onEvent: request.onEvent ?? (() => {}),
      onOutput: request.onOutput ?? (() => {}),
    });
    return watched;
  } catch (error) {
    return notStarted(redact((error as Error).message));
  }
}

/**
 * Ends every process that an earlier engine's runs have left, and closes their directories. Returns the operations
 * that were cut off. Call it before the first run, with the lock held.
 */
export async function sweepRuns(runDir: string): Promise<string[]> {
  // Only what lies directly in it: a directory below it may be another owner's.
  const isOurs = (run: string) => dirname(run) === resolve(runDir);
  if (markedProcesses(isOurs).length > 0) await endMarkedProcesses(isOurs, LEFTOVER_GRACE_MS);
  const unfinished = unfinishedRuns(runDir);
  for (const run of unfinished) {
    closeRunDirectory(run, { outcome: 'interrupted', message: 'the engine ended during the run' });
  }
  return unfinished.map((run) => run.slice(join(runDir, '/').length));
}

function commandLine(request: PlaybookRequest, directory: string, run: string): string[] {
  return [
    '--inventory',
    join(directory, 'inventory', 'localhost.yml'),
    '--extra-vars',
    `@${join(run, 'variables.yml')}`,
    ...(request.check ? ['--check'] : []),
    ...(request.diff ? ['--diff'] : []),
    join(directory, 'playbooks', `${request.playbook}.yml`),
  ];
}

function notStarted(message: string): RunningPlaybook {
  return {
    result: Promise.resolve({
      outcome: 'spawn',
      message,
      facts: {},
      exitCode: null,
      changed: null,
      output: '',
    }),
    cancel: async () => {},
  };
}
