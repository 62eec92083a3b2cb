import { commands } from './commands.ts';
import { jobs } from './jobs.ts';
import type { Performance } from './performance.ts';
import { reloads } from './reloads.ts';
import { signals } from './signals.ts';

/** Every recorded situation that the sandbox's runner is put into; how it went is in gitlab-runner's own terms. */
export const performances: Record<string, Performance> = { ...jobs, ...reloads, ...signals, ...commands };

/** Recorded, and not played: the sandbox's executable has no such command. */
export const NOT_PLAYED: Record<string, string> = {
  'wrapper-sigquit': 'the sandbox has no `gitlab-runner wrapper`, which Drover does not use',
};
