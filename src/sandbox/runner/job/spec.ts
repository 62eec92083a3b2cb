/** The part of a job's payload that this executable reads (GitLab's POST jobs/request, 201). */
export interface JobSpec {
  id: number;
  token: string;
  job_info?: {
    name?: string;
    stage?: string;
    project_id?: number;
    project_name?: string;
    time_in_queue_seconds?: number;
    queue_size?: number;
    queue_depth?: number;
    project_jobs_running_on_instance_runners_count?: string;
  };
  git_info?: { repo_url?: string };
  runner_info?: { timeout?: number };
  variables?: { key: string; value: string; masked?: boolean }[];
  steps?: { name: string; script: string[]; when?: string }[];
  features?: { failure_reasons?: string[] };
}

/** Why a job failed, in GitLab's words. */
export type FailureReason =
  | 'script_failure'
  | 'runner_system_failure'
  | 'job_execution_timeout'
  | 'job_canceled'
  | 'runner_interrupted';

/** The reason to report: one that the server did not announce becomes unknown_failure. */
export function reportedReason(reason: FailureReason, job: JobSpec): string {
  return job.features?.failure_reasons?.includes(reason) ? reason : 'unknown_failure';
}

/** The web address of a job, from the address of its repository. */
export function jobUrl(job: JobSpec): string {
  const repository = (job.git_info?.repo_url ?? '').replace(/\.git$/, '').replace(/\/\/[^/@]*@/, '//');
  return `${repository}/-/jobs/${job.id}`;
}
