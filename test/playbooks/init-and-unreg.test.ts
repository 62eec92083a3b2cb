import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe } from 'vitest';
import { API_TOKEN, ansiblePlaybook, it, SHARED_TOKEN } from './rig.ts';

const shared = [{ name: 'i-0abc', token: SHARED_TOKEN }];

describe
  .skipIf(ansiblePlaybook === null)
  .concurrent('gitlab_runner_init and gitlab_runner_unreg', { timeout: 90_000 }, () => {
    it('registers, starts, proves and completes; a second run changes nothing; unreg leaves nothing', async ({
      rig,
      expect,
    }) => {
      rig.gitlab.add(SHARED_TOKEN);
      const first = await rig.init(shared).result;
      expect(first).toMatchObject({ outcome: 'succeeded', facts: { lifecycleAction: 'completed' } });
      expect(rig.mode(rig.paths.config)).toBe(0o600);
      expect(rig.read(rig.paths.systemId)).toMatch(/^r_[0-9a-f]{12}\n$/);
      expect(rig.read(rig.paths.config)).toContain(`token = "${SHARED_TOKEN}"`);
      expect(rig.gitlab.mutating()).toEqual(['POST /api/v4/runners/verify']);
      const pid = rig.runnerPid();
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      expect(environment).not.toMatch(/DROVER_RUN|AWS_|ANSIBLE/);

      const config = rig.read(rig.paths.config);
      const second = await rig.init(shared).result;
      expect(second).toMatchObject({ outcome: 'succeeded', changed: 0, facts: { lifecycleAction: 'gone' } });
      expect(rig.runnerPid()).toBe(pid);
      expect(rig.read(rig.paths.config)).toBe(config);

      rig.autoscaling.state.open = true;
      const end = await rig.unreg(shared).result;
      expect(end).toMatchObject({
        outcome: 'succeeded',
        facts: { runnersLeft: 0, lifecycleAction: 'completed' },
      });
      expect(existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBeFalsy();
      expect(rig.gitlab.runners.get(SHARED_TOKEN)?.managers.size).toBe(0);
      expect(rig.read(rig.paths.config)).not.toContain('[[runners]]');

      const calls = rig.gitlab.calls.length;
      expect(await rig.unreg(shared).result).toMatchObject({ outcome: 'succeeded', changed: 0 });
      expect(rig.gitlab.calls.length).toBe(calls);
    });

    it('creates one runner for the instance, adopts it after a crash, and deletes it at the end', async ({
      rig,
      expect,
    }) => {
      const own = [{ name: 'i-0abc' }];
      const api = { gitlab_runner_api_token: API_TOKEN };
      rig.gitlab.add('glrt-lost0000000000000', 'i-0abc');
      expect((await rig.init(own, api).result).message).toBe('');
      expect(rig.gitlab.runners.size).toBe(1);
      expect(rig.read(rig.paths.config)).toContain('glrt-reset');
      expect(await rig.init(own, api).result).toMatchObject({ outcome: 'succeeded', changed: 0 });
      expect(await rig.unreg(own, api).result).toMatchObject({
        outcome: 'succeeded',
        facts: { runnersLeft: 0 },
      });
      expect(rig.gitlab.runners.size).toBe(0);
    });

    it('keeps a token that the runner rotated itself', async ({ rig, expect }) => {
      rig.gitlab.add(SHARED_TOKEN);
      await rig.init(shared).result;
      const rotated = 'glrt-rotatedByTheRunner99';
      const runner = rig.gitlab.runners.get(SHARED_TOKEN);
      if (runner) rig.gitlab.runners.set(rotated, runner);
      rig.gitlab.runners.delete(SHARED_TOKEN);
      writeFileSync(rig.paths.config, rig.read(rig.paths.config).replace(SHARED_TOKEN, rotated));
      process.kill(rig.runnerPid(), 'SIGKILL');
      expect((await rig.init(shared).result).message).toBe('');
      expect(rig.read(rig.paths.config)).toContain(rotated);
    });

    it('takes over nothing of a cloned image but its settings', async ({ rig, expect }) => {
      mkdirSync(dirname(rig.paths.config), { recursive: true });
      writeFileSync(rig.paths.systemId, 's_0123456789ab');
      writeFileSync(
        rig.paths.config,
        '# ours\nconcurrent = 9\n\n[[runners]]\n  name = "i-0other"\n  token = "glrt-ofAnotherInstance1"\n\n[[runners]]\n  name = "i-0abc"\n  token = "glrt-ofAnotherInstance2"\n  [runners.docker]\n    image = "debian"\n',
      );
      rig.gitlab.add('glrt-ofAnotherInstance1');
      rig.gitlab.add('glrt-ofAnotherInstance2');
      rig.gitlab.add(SHARED_TOKEN);
      expect((await rig.init(shared).result).message).toBe('');
      const config = rig.read(rig.paths.config);
      expect(config).not.toContain('ofAnotherInstance');
      expect(config).toContain('# ours');
      expect(config).toContain('image = "debian"');
      expect(config).toContain('concurrent = 4');
      expect(rig.read(rig.paths.systemId)).toMatch(/^r_/);
    });

    it('says in check mode what it would do, and makes no call and no change', async ({ rig, expect }) => {
      rig.gitlab.add(SHARED_TOKEN);
      const run = rig.init(shared, {}, { check: true });
      const result = await run.result;
      expect(result.message).toBe('');
      expect(rig.gitlab.mutating()).toEqual([]);
      expect(rig.autoscaling.actions()).toEqual(['DescribeAutoScalingInstances']);
      expect(existsSync(rig.paths.config)).toBe(false);
      expect(result.output).toContain('[masked]');
      expect(result.output).toContain('POST /api/v4/runners/verify for i-0abc');
      expect(result.output).not.toContain(SHARED_TOKEN);
      expect(run.events.some((event) => event.diff?.includes('concurrent = 4'))).toBe(true);
      expect(run.events.flatMap((event) => event.calls ?? [])).toContain(
        'CompleteLifecycleAction CONTINUE, hook ours, instance i-0abc',
      );
    });

    it('never completes the launch hook for a runner that GitLab refuses', async ({ rig, expect }) => {
      rig.gitlab.add(SHARED_TOKEN);
      const environment = {
        gitlab_runner_environment: { FAKE_STATUS: '403' },
        gitlab_runner_ready_timeout: 1,
      };
      const result = await rig.init(shared, environment).result;
      expect(result).toMatchObject({ outcome: 'failed' });
      expect(result.message).toContain('answers to requests for jobs: 403');
      expect(rig.autoscaling.actions()).toEqual([]);
    });

    it('starts a runner again whose first request for jobs gets no answer', async ({ rig, expect }) => {
      rig.gitlab.add(SHARED_TOKEN);
      const result = await rig.init(shared, {
        gitlab_runner_environment: { FAKE_STATUS: 'hangs' },
        gitlab_runner_check_interval: 1,
        gitlab_runner_request_timeout: 1,
        gitlab_runner_ready_timeout: 60,
      }).result;
      expect(result).toMatchObject({ outcome: 'succeeded', facts: { lifecycleAction: 'completed' } });
      // A warning is broken into lines, where each core likes.
      expect(result.output.replace(/\s+/g, ' ')).toContain('jobs unanswered for 3 s: started again');
      expect(rig.read(rig.paths.log).match(/started with/g)).toHaveLength(2);
    });

    it('retries a busy GitLab within its budget, then reports what is left and completes the hook', async ({
      rig,
      expect,
    }) => {
      rig.gitlab.add(SHARED_TOKEN);
      await rig.init(shared).result;
      rig.autoscaling.state.open = true;
      rig.gitlab.state.override = ({ method }) => (method === 'DELETE' ? { status: 502 } : null);
      expect(await rig.unreg(shared, { gitlab_runner_budget: 1 }).result).toMatchObject({
        outcome: 'succeeded',
        facts: { runnersLeft: 1, lifecycleAction: 'completed' },
      });
      expect(rig.read(rig.paths.config)).toContain('[[runners]]');

      let refusals = 2;
      rig.gitlab.state.override = ({ method }) =>
        method === 'DELETE' && refusals-- > 0 ? { status: 429, headers: { 'Retry-After': '1' } } : null;
      expect(await rig.unreg(shared).result).toMatchObject({ facts: { runnersLeft: 0 } });
      expect(rig.gitlab.runners.get(SHARED_TOKEN)?.managers.size).toBe(0);
    });
  });
