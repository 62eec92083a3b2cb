import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markedProcesses } from '../src/playbooks/marked-processes.ts';
import type { RunningInstance } from '../src/sandbox/sandbox.ts';
import type { SoakWorld } from './world.ts';

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export function killAgent({ host }: SoakWorld, { id }: RunningInstance): void {
  host.agentOf(id)?.kill('SIGKILL');
}

/** Whatever ansible-playbook the instance runs. False where it runs none. */
export function killPlaybook(_: SoakWorld, { dir }: RunningInstance): boolean {
  const pids = markedProcesses((run) => run.startsWith(join(dir, 'run')));
  for (const pid of pids) kill(pid);
  return pids.length > 0;
}

/** The runner, and with it the jobs that it runs: those are ended by us, which the log says. */
export function killRunner({ sandbox, instanceOf }: SoakWorld, { id, dir }: RunningInstance): boolean {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dir, 'gitlab-runner', 'runner.pid'), 'utf8'));
  } catch {
    return false;
  }
  kill(pid);
  for (const job of sandbox.gitlab.jobs) {
    const here = job.systemId !== null && instanceOf(job.systemId) === id;
    if (!here || (job.state !== 'running' && job.state !== 'assigned')) continue;
    sandbox.log.append({ service: 'soak', kind: 'state', subject: 'job', id: job.id, state: 'killed' });
  }
  return true;
}
