import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { makeDirectory } from '../directory.ts';

const FILE = 'notice.json';

const schema = z.discriminatedUnion('kind', [
  /** EC2 takes the Spot instance at `deadline`. */
  z.strictObject({
    kind: z.literal('interruption'),
    bootId: z.string(),
    at: z.number(),
    action: z.enum(['terminate', 'stop', 'hibernate']),
    deadline: z.number(),
  }),
  /** The metadata says Terminated, and the group confirms it; or it does not answer (`unconfirmedFor` ms). */
  z.strictObject({
    kind: z.literal('terminated'),
    bootId: z.string(),
    at: z.number(),
    target: z.enum(['Terminated', 'Warmed:Terminated']),
    unconfirmedFor: z.number().nullable(),
  }),
]);

/** Why the instance leaves, from lifecycle-check to unreg-runner. Times are ms since this boot (/proc/uptime). */
export type Notice = z.output<typeof schema>;

/** Where the notice lies; on tmpfs, so that none outlives its boot. */
export const noticePath = (runDir: string): string => join(runDir, FILE);

/** Writes the notice whole, or not at all. */
export function writeNotice(runDir: string, notice: Notice): void {
  makeDirectory(runDir, 'runDir');
  const path = noticePath(runDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(notice)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The notice of this boot, or null. One that cannot be read or is of an earlier boot counts as none. */
export function readNotice(runDir: string, bootId: string): Notice | null {
  try {
    const notice = schema.parse(JSON.parse(readFileSync(noticePath(runDir), 'utf8')));
    return notice.bootId === bootId ? notice : null;
  } catch {
    return null;
  }
}

/** Removes the notice, where there is one. */
export function withdrawNotice(runDir: string): void {
  rmSync(noticePath(runDir), { force: true });
}
