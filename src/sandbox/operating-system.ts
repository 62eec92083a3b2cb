import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openJournal } from '../engine/journal.ts';
import type { HaltKind } from '../lifecycle/events.ts';
import type { SandboxInstance } from './host.ts';

/** systemd ends a unit that is stopped after its TimeoutStopSec (ms); the agent's unit has this. */
const STOP_LIMIT = 120_000;

/**
 * What the operating system of an instance does when it goes down: the agent is told, and asked whether it has ended,
 * for as long as systemd would wait; then everything ends. What lay on tmpfs is gone, and the boot id with it.
 */
export async function goDown(
  instance: SandboxInstance,
  kind: HaltKind,
  agent: ChildProcess | undefined,
  endAll: () => Promise<void>,
): Promise<void> {
  const jobs = join(instance.dir, 'systemd-jobs');
  writeFileSync(jobs, ` 1201 ${kind}.target start waiting\n 1290 drover.service stop running\n`);
  if (agent !== undefined && agent.exitCode === null && agent.signalCode === null) {
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    const limit = new AbortController();
    await Promise.race([ended, delay(STOP_LIMIT, null, { signal: limit.signal }).catch(() => {})]);
    limit.abort();
  }
  await endAll();
  rmSync(jobs, { force: true });
  rmSync(join(instance.dir, 'run'), { recursive: true, force: true });
  forgetBoot(join(instance.dir, 'state'));
}

/** The kernel's boot id is that of this machine all the time; that of the record can be made an older one. */
function forgetBoot(stateDir: string): void {
  if (!existsSync(stateDir)) return;
  const journal = openJournal(stateDir);
  if (journal.last !== null) {
    journal.append({ ...journal.last, record: { ...journal.last.record, bootId: 'the boot before' } });
  }
  journal.close();
}
