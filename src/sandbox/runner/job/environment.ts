import { join } from 'node:path';
import type { RunnerSection } from '../config/model.ts';
import { shortToken } from '../token.ts';
import { VERSION } from '../version.ts';
import type { JobSpec } from './spec.ts';

/** Where a job runs: builds/<runner>/<slot>/<project>. */
export function projectDirectory(
  buildsDir: string,
  section: RunnerSection,
  slot: number,
  job: JobSpec,
): string {
  const path = pathOf(job.git_info?.repo_url) ?? job.job_info?.project_name ?? 'project';
  return join(buildsDir, shortToken(section.token), String(slot), path.replaceAll('..', '_'));
}

function pathOf(repository: string | undefined): string | null {
  if (!repository || !URL.canParse(repository)) return null;
  return new URL(repository).pathname.replace(/\.git$/, '').replace(/^\/+/, '') || null;
}

/**
 * All that a job's processes see: PATH and HOME, the runner's CI_ values, the section's `environment` and the job's
 * own variables. Nothing else of this process' environment, which may hold tokens.
 */
export function jobEnvironment(options: {
  section: RunnerSection;
  job: JobSpec;
  buildsDir: string;
  projectDir: string;
  slot: number;
  from: NodeJS.ProcessEnv;
}): Record<string, string> {
  const { section, job, from } = options;
  return {
    PATH: from.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: from.HOME ?? '/',
    ...Object.fromEntries(section.environment.flatMap(pairOf)),
    CI: 'true',
    CI_BUILDS_DIR: options.buildsDir,
    CI_PROJECT_DIR: options.projectDir,
    CI_CONCURRENT_ID: String(options.slot),
    CI_CONCURRENT_PROJECT_ID: String(options.slot),
    CI_SERVER: 'yes',
    CI_SERVER_URL: section.url,
    CI_RUNNER_SHORT_TOKEN: shortToken(section.token),
    CI_RUNNER_VERSION: VERSION,
    CI_JOB_ID: String(job.id),
    CI_JOB_NAME: job.job_info?.name ?? '',
    CI_JOB_STAGE: job.job_info?.stage ?? '',
    CI_JOB_TOKEN: job.token,
    CI_JOB_STATUS: 'running',
    ...Object.fromEntries((job.variables ?? []).map(({ key, value }) => [key, value])),
  };
}

function pairOf(assignment: string): [string, string][] {
  const at = assignment.indexOf('=');
  return at > 0 ? [[assignment.slice(0, at), assignment.slice(at + 1)]] : [];
}
