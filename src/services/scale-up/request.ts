import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { CommandContext } from '../../effects/executor.ts';
import type { CommandResult } from '../../lifecycle/events.ts';

/** One increase, asked for by monitor-jobs and carried out by scale-up. */
export interface ScaleUpRequest {
  /** Such as `scaleUp-3`; names the decision, which acts once. */
  operation: string;
  group: CommandContext['group'];
  identity: CommandContext['identity'];
}

export type ScaleUpResult = Extract<CommandResult, { type: 'playbook.succeeded' | 'playbook.failed' }>;

const requestSchema = z.object({
  operation: z.string().regex(/^\w[\w.-]*$/),
  group: z.looseObject({ groupName: z.string(), desiredCapacity: z.number() }).nullable(),
  identity: z.object({ instanceId: z.string(), region: z.string() }),
});

const facts = z.looseObject({});
const resultSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('playbook.succeeded'), operation: z.string(), facts }),
  z.object({
    type: z.literal('playbook.failed'),
    operation: z.string(),
    reason: z.enum(['failed', 'timeout', 'cancelled', 'interrupted', 'spawn']),
    message: z.string(),
    facts,
  }),
]);

/** The files between the two services, in a directory of the run directory. Each is whole, or not there. */
export interface Exchange {
  directory: string;
  writeRequest(request: ScaleUpRequest): void;
  readRequest(): ScaleUpRequest | null;
  /** The operation that scale-up has begun to play, or null. */
  readBegun(): string | null;
  writeBegun(operation: string): void;
  readResult(operation: string): ScaleUpResult | null;
  writeResult(result: ScaleUpResult): void;
}

/** The exchange below a run directory. What cannot be read or understood counts as not there. */
export function openExchange(runDir: string): Exchange {
  const directory = join(runDir, 'scale-up');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(directory, `${name}.json`);
  const write = (name: string, content: object) => {
    writeFileSync(`${path(name)}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    renameSync(`${path(name)}.new`, path(name));
  };
  const read = (name: string): unknown => {
    try {
      return JSON.parse(readFileSync(path(name), 'utf8'));
    } catch {
      return null;
    }
  };
  return {
    directory,
    writeRequest: (request) => write('request', request),
    readRequest: () => (requestSchema.safeParse(read('request')).data ?? null) as ScaleUpRequest | null,
    readBegun() {
      const begun = z.object({ operation: z.string() }).safeParse(read('begun'));
      return begun.data?.operation ?? null;
    },
    writeBegun: (operation) => write('begun', { operation }),
    readResult(operation) {
      const result = resultSchema.safeParse(read('result')).data;
      return result?.operation === operation ? (result as ScaleUpResult) : null;
    },
    writeResult: (result) => write('result', result),
  };
}
