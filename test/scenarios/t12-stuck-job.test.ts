import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAlive } from '../support/fake-runner.ts';
import { scenario } from './world.ts';

it('T12: a job that will not end at the drain deadline: SIGTERM, SIGKILL, its address reported; the manager is deleted only when the process is gone', async () => {
  const config = {
    lifecycle: { drainLimit: '6s', forceLimit: '4s' },
    // By itself the runner would wait longer for the job than we do for the runner.
    runner: { shutdownTimeout: 120 },
  };
  await scenario({ group: { desiredCapacity: 1 }, config }, async (world) => {
    const { seen, entries, sandbox, dir } = world;
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    sandbox.autoscaling.suspended.add('Launch');
    const pidOf = (path: string) => Number(readFileSync(path, 'utf8'));
    const script = join(dir, 'script.pid');
    const job = sandbox.gitlab.addJob({
      script: [`trap '' TERM INT QUIT`, `echo $$ > ${script}`, 'while :; do sleep 1; done'],
    });
    await seen({ subject: 'job', id: job.id, state: 'running' });
    await expect.poll(() => pidOf(script), { timeout: 60_000 }).toBeGreaterThan(0);
    const runner = pidOf(join(dir, 'instances', instanceId, 'gitlab-runner', 'runner.pid'));
    let aliveAtDeletion: boolean | null = null;
    sandbox.log.subscribe(({ subject, state }) => {
      if (subject === 'manager' && state === 'deleted') aliveAtDeletion = isAlive(runner);
    });

    sandbox.autoscaling.terminate(instanceId, true);
    const deleted = await seen({ subject: 'manager', state: 'deleted' });
    const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(aliveAtDeletion).toBe(false);
    expect(isAlive(pidOf(script))).toBe(false);
    expect(deleted.seq).toBeLessThan(completed.seq);
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
    expect(entries({ subject: 'hook', state: 'completed', hook: 'terminate' })).toHaveLength(1);

    const log = readFileSync(join(dir, 'instances', instanceId, 'agent.log'), 'utf8');
    const lines = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    const forced = lines.filter(({ msg }) => msg === 'running jobs are ended by force');
    expect(forced.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGKILL']);
    for (const { jobs } of forced) {
      expect(jobs).toEqual([expect.stringMatching(new RegExp(`^${sandbox.gitlabUrl}/.*/jobs/${job.id}$`))]);
    }
    // Ended on purpose, unreported: its runner was killed before it could say so. GitLab finds out by itself.
    expect(job.state).toBe('running');
    sandbox.log.append({ service: 'test', kind: 'state', subject: 'job', id: job.id, state: 'killed' });
  });
}, 240_000);
