import { DroverError } from '../errors.ts';
import { act } from '../sandbox/control.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Agents } from './stage.ts';

type Body = Record<string, unknown>;

const MOST_JOBS = 100;
const LONGEST_JOB = 86_400;

/** What the page's controls do: the sandbox's own calls, and two that only this process can carry out. */
export function controlOf(sandbox: Sandbox, agents: Agents | null) {
  return (path: string, given: unknown): unknown => {
    const body = typeof given === 'object' && given !== null ? (given as Body) : {};
    if (path === '/jobs') return addJobs(sandbox, body);
    if (path === '/faults/clear') return act(sandbox, 'DELETE', urlOf('/faults'), {});
    const kill = /^\/instances\/([^/]+)\/kill$/.exec(path);
    if (kill !== null) return killAgent(agents, kill[1] ?? '');
    const answer = act(sandbox, 'POST', urlOf(path), body);
    if (answer === undefined) throw new DroverError('there is no such control');
    return {};
  };
}

const urlOf = (path: string): URL => new URL(path, 'http://control');

/** The page says how many and how long; what they run is ours. */
function addJobs(sandbox: Sandbox, { count, seconds }: Body): unknown {
  const jobs = within(count, MOST_JOBS, 'count');
  const long = within(seconds, LONGEST_JOB, 'seconds');
  for (let job = 0; job < jobs; job += 1) sandbox.gitlab.addJob({ script: [`sleep ${long}`] });
  return {};
}

function killAgent(agents: Agents | null, id: string): unknown {
  const agent = agents?.agentOf(id);
  if (agent === undefined) throw new DroverError(`no agent runs on ${id}`);
  agent.kill('SIGKILL');
  return {};
}

function within(value: unknown, most: number, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new DroverError(`${name} must be a whole number from 1 to ${most}`);
}
