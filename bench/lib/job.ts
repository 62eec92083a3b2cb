import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningInstance } from '../../src/sandbox/sandbox.ts';
import type { World } from './world.ts';

let jobs = 0;

/** A job that costs nothing while it runs: it waits to read from a pipe until somebody writes. */
export function holdJob({ sandbox }: World, instance: RunningInstance): { id: number; end(): void } {
  const pipe = join(instance.dir, `job-${++jobs}`);
  execFileSync('mkfifo', [pipe]);
  const { id } = sandbox.gitlab.addJob({ script: [`cat ${pipe}`] });
  return { id, end: () => writeFileSync(pipe, 'done\n') };
}
