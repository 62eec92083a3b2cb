import type { RunnerSection } from '../config/model.ts';
import { Build } from '../job/build.ts';
import { JobReporter } from '../job/reporter.ts';
import { type JobSpec, jobUrl, reportedReason } from '../job/spec.ts';
import { Trace } from '../job/trace.ts';
import { log } from '../log.ts';
import type { RunnerProcess } from './state.ts';

/**
 * Takes one job to its end. Until PUT running is answered the job is in no list and no metric (GitLab Runner's
 * invisible window); `onAcknowledged` follows it. A job that GitLab refuses then is dropped without a further call.
 */
export async function handleJob(
  runner: RunnerProcess,
  section: RunnerSection,
  job: JobSpec,
  onAcknowledged: () => void,
): Promise<void> {
  const masked = (job.variables ?? []).filter((variable) => variable.masked).map(({ value }) => value);
  const trace = new Trace([...masked, job.token], section.outputLimit);
  const build = new Build({
    job,
    section,
    slot: freeSlot(runner),
    trace,
    systemId: runner.systemId,
    buildsDir: section.buildsDir ?? runner.buildsDir,
    user: runner.user,
  });
  const reporter = new JobReporter(
    { url: section.url, id: job.id, token: job.token, observer: runner.metrics.observer(section) },
    trace,
    { abort: () => build.stop('canceled'), cancel: () => build.stop('canceled', true) },
  );
  const fields = { job: job.id, project: job.job_info?.project_id ?? 0, repo_url: jobUrl(job) };
  log('info', 'Checking for jobs... received', fields);
  runner.reserved.add(build);
  try {
    if (!(await reporter.acknowledge())) {
      log('warning', 'Job was refused when it was to start', fields);
      return;
    }
    runner.builds.add(build);
    runner.metrics.jobTaken(section, job);
    onAcknowledged();
    const result = await build.run();
    const failure = result.state === 'failed' ? result.reason : null;
    runner.metrics.jobEnded(section, (performance.now() - build.startedAt) / 1000, failure);
    await reporter.finish({
      state: result.state,
      ...(result.state === 'failed' ? { failure_reason: reportedReason(result.reason, job) } : {}),
      ...(result.state === 'failed' && result.exitCode !== undefined ? { exit_code: result.exitCode } : {}),
    });
    if (failure === null) log('info', 'Job succeeded', fields);
    else log('warning', `Job failed: ${failure}`, fields);
  } finally {
    runner.builds.delete(build);
    runner.reserved.delete(build);
  }
}

function freeSlot(runner: RunnerProcess): number {
  const taken = new Set([...runner.reserved].map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot += 1;
  return slot;
}
