import { join } from 'node:path';
import type { RunningInstance } from '../../src/sandbox/sandbox.ts';
import { textOf, until } from './wait.ts';
import type { World } from './world.ts';

/** A line of an agent's log. */
export interface AgentLine {
  /** Milliseconds since the epoch, by the agent's own clock reading. */
  at: number;
  msg: string;
  [field: string]: unknown;
}

/** Every whole line that an agent has logged so far. */
export function linesOf(instance: RunningInstance): AgentLine[] {
  const lines = textOf(join(instance.dir, 'agent.log')).split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const parsed = JSON.parse(line) as { time: string; msg: string };
    return [{ ...parsed, at: Date.parse(parsed.time) }];
  });
}

/** The first line behind `skip` others that has all these fields. */
export function logged(
  instance: RunningInstance,
  what: Record<string, unknown>,
  skip = 0,
): Promise<AgentLine> {
  return until(
    JSON.stringify(what),
    () =>
      linesOf(instance)
        .slice(skip)
        .find((line) => Object.entries(what).every(([key, value]) => line[key] === value)) ?? null,
  );
}

/** One more instance with an agent, until that agent has seen it in service. */
export async function launchAgent(world: World): Promise<RunningInstance> {
  const instance = await world.launch('agent');
  await until('in service', () => linesOf(instance).find(({ to }) => /^inService/.test(String(to))) ?? null);
  return instance;
}

/** The process of an instance's agent. */
export function pidOf(world: World, instance: RunningInstance): number {
  const pid = world.agents.agentOf(instance.id)?.pid;
  if (pid === undefined) throw new Error(`the agent of ${instance.id} has ended`);
  return pid;
}
