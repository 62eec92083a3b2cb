import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '../sandbox/log.ts';

/** How often the logs are looked at (ms). */
const LOOK_EVERY = 100;
const CHUNK = 65_536;

/** A step of one instance's chart, as its agent logged it. */
export interface AgentTransition {
  instanceId: string;
  /** Milliseconds since the epoch. */
  at: number;
  from: string | null;
  to: string;
}

/** Follows the agents' logs of every instance that the event log names. Returns a function that ends that. */
export function followAgents(
  dir: string,
  log: EventLog,
  tell: (transition: AgentTransition) => void,
): () => void {
  const logs = new Map<string, { offset: number; rest: string }>();
  const look = () => {
    for (const { instanceId } of log.entries.slice(-100)) {
      if (instanceId !== undefined && !logs.has(instanceId)) logs.set(instanceId, { offset: 0, rest: '' });
    }
    for (const [instanceId, position] of logs) {
      const text = readFrom(join(dir, 'instances', instanceId, 'agent.log'), position.offset);
      position.offset += text.length;
      const lines = (position.rest + text.toString('utf8')).split('\n');
      position.rest = lines.pop() ?? '';
      for (const line of lines) {
        const transition = parse(instanceId, line);
        if (transition !== null) tell(transition);
      }
    }
  };
  const timer = setInterval(look, LOOK_EVERY);
  return () => {
    clearInterval(timer);
    look();
  };
}

function readFrom(path: string, offset: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const chunk = Buffer.alloc(CHUNK);
    return chunk.subarray(0, readSync(file, chunk, 0, CHUNK, offset));
  } finally {
    closeSync(file);
  }
}

function parse(instanceId: string, line: string): AgentTransition | null {
  try {
    const { msg, time, from, to } = JSON.parse(line) as Record<string, unknown>;
    if (msg !== 'transition' || typeof to !== 'string') return null;
    return { instanceId, at: Date.parse(String(time)), from: typeof from === 'string' ? from : null, to };
  } catch {
    return null;
  }
}
