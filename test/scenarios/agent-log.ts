import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { World } from './world.ts';

/** The first line of an agent's log that has all these fields; waits for it. */
export async function logged(
  { dir }: World,
  id: string,
  fields: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const find = () =>
    readFileSync(join(dir, 'instances', id, 'agent.log'), 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []))
      .find((line) => Object.entries(fields).every(([key, value]) => line[key] === value));
  await expect.poll(find, { timeout: 120_000, interval: 250, message: JSON.stringify(fields) }).toBeDefined();
  return find() as Record<string, unknown>;
}

/** The agent dies, and its instance with runner and jobs goes on; resolves to what starts the next agent. */
export async function killAgent({ sandbox, host }: World, instanceId: string): Promise<() => void> {
  const instance = sandbox.instances.get(instanceId);
  const agent = host.agentOf(instanceId);
  if (instance === undefined || agent === undefined) throw new Error(`${instanceId} has no agent`);
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGKILL');
  await ended;
  return () => host.startAgent(instance);
}
