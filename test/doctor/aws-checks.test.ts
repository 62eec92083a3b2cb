import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { describe, expect, test } from 'vitest';
import { awsRights } from '../../src/doctor/checks/aws-rights.ts';
import { groupSettings } from '../../src/doctor/checks/group-settings.ts';
import { lifecycleHooks } from '../../src/doctor/checks/lifecycle-hooks.ts';
import { metadata } from '../../src/doctor/checks/metadata.ts';
import { metadataAccess } from '../../src/doctor/checks/metadata-access.ts';
import type { Examination } from '../../src/doctor/examination.ts';
import { withWorld } from './with-world.ts';
import { DRAINING_UNIT } from './world.ts';

test('the metadata tells who this is, or is not reached', () =>
  withWorld(async ({ findings, configure, sandbox }) => {
    const [id = ''] = sandbox.instances.keys();
    expect(await findings(metadata)).toMatchObject([{ level: 'ok', text: `this is ${id} in us-east-1` }]);
    configure({ metadata: { endpoint: 'http://127.0.0.1:9' } });
    expect(await findings(metadata)).toMatchObject([
      { level: 'danger', mend: expect.stringContaining('IMDSv2') },
    ]);
  }));

test('jobs that reach the metadata are told, by the unit’s settings or by trying it as their user', () =>
  withWorld(async ({ findings, unit, configure }) => {
    expect(await findings(metadataAccess)).toMatchObject([{ level: 'ok' }]);
    unit({
      ...DRAINING_UNIT,
      IPAddressDeny: '',
      ExecStart: '{ argv[]=/bin/gitlab-runner run --user nobody }',
    });
    const tried = await findings(metadataAccess);
    if (process.getuid?.() === 0) {
      expect(tried).toMatchObject([
        { level: 'danger', text: expect.stringContaining('jobs (user nobody) reach') },
      ]);
    } else {
      expect(tried).toMatchObject([{ level: 'unknown' }]);
    }
    unit({
      ...DRAINING_UNIT,
      IPAddressDeny: '',
      ExecStart: '{ argv[]=gitlab-runner run --user no-such-user }',
    });
    expect(await findings(metadataAccess)).toMatchObject([{ level: 'unknown' }]);
    configure({ runner: { serviceManager: 'process' } });
    const sandboxed = await findings(metadataAccess);
    expect(sandboxed[0]?.level).not.toBe('danger');
  }));

describe('the rights', () => {
  test('all of them pass, and trying them changes nothing', () =>
    withWorld(async ({ findings, sandbox }) => {
      const { log } = sandbox;
      await expect.poll(() => sandbox.autoscaling.active.length).toBe(1);
      const before = log.entries.filter(({ kind }) => kind === 'state').length;
      expect(await findings(awsRights)).toEqual([
        { level: 'ok', text: 'all 11 rights are there', mend: null },
      ]);
      const calls = log.entries.filter(({ kind, mutating }) => kind === 'call' && mutating === true);
      expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 400));
      expect(log.entries.filter(({ kind }) => kind === 'state')).toHaveLength(before);
    }));

  test.each([
    ['CompleteLifecycleAction', 'danger'],
    ['RecordLifecycleActionHeartbeat', 'danger'],
    ['SetInstanceProtection', 'danger'],
    ['DescribeLifecycleHooks', 'danger'],
    ['DescribeAutoScalingGroups', 'danger'],
    ['DescribeScalingActivities', 'advice'],
    ['SetDesiredCapacity', 'advice'],
    ['SetInstanceHealth', 'advice'],
    ['TerminateInstanceInAutoScalingGroup', 'advice'],
  ])('autoscaling:%s missing: %s', (operation, level) =>
    withWorld(async ({ findings, sandbox }) => {
      sandbox.faults.add({
        service: 'autoscaling',
        operation,
        kind: 'error',
        status: 403,
        code: 'AccessDenied',
      });
      expect(await findings(awsRights)).toMatchObject([
        {
          level,
          text: expect.stringContaining(`autoscaling:${operation}`),
          mend: expect.stringContaining(`allow autoscaling:${operation}`),
        },
      ]);
    }),
  );

  test('ec2:DescribeInstances is tried with a dry run, ExecutePolicy where a policy is named', () =>
    withWorld(async ({ findings, sandbox, configure }) => {
      configure({ autoscaling: { endpoint: sandbox.awsUrl, scalingPolicy: 'plus-one' } });
      for (const [service, operation] of [
        ['ec2', 'DescribeInstances'],
        ['autoscaling', 'ExecutePolicy'],
      ] as const) {
        const rule = {
          service,
          operation,
          kind: 'error',
          status: 403,
          code: 'UnauthorizedOperation',
        } as const;
        const lift = sandbox.faults.add(rule);
        expect(await findings(awsRights)).toMatchObject([
          { level: 'advice', text: expect.stringContaining(operation) },
        ]);
        lift();
      }
    }));

  test(
    'AWS that does not answer is no missing right',
    () =>
      withWorld(async ({ findings, sandbox }) => {
        sandbox.faults.add({ service: 'autoscaling', operation: 'SetInstanceHealth', kind: 'throttle' });
        expect(await findings(awsRights)).toMatchObject([
          { level: 'unknown', text: expect.stringContaining('SetInstanceHealth') },
        ]);
      }),
    60_000,
  );
});

describe('the hooks', () => {
  const launchHook = { name: 'launch', heartbeatTimeout: 300, defaultResult: 'ABANDON' } as const;

  test('two that suit pass', () =>
    withWorld(async ({ findings }) => {
      expect((await findings(lifecycleHooks)).map(({ level }) => level)).toEqual(['ok', 'ok']);
    }));

  test.each([
    ['none on launch', { launchHook: undefined }, ['advice', 'ok'], 'there is no launch hook'],
    ['none on terminate', { terminateHook: undefined }, ['ok', 'advice'], 'there is no terminate hook'],
    [
      'a launch default of CONTINUE',
      { launchHook: { ...launchHook, defaultResult: 'CONTINUE' as const } },
      ['advice', 'ok'],
      'lets an instance whose init hangs into service',
    ],
    [
      'a timeout that is too short',
      { launchHook: { ...launchHook, heartbeatTimeout: 30 } },
      ['advice', 'ok'],
      'two heartbeats that are late lose it',
    ],
    [
      'a timeout that is too long',
      { launchHook: { ...launchHook, heartbeatTimeout: 7_200 } },
      ['advice', 'ok'],
      'for an instance whose agent has died',
    ],
    [
      'a timeout that cuts drains short',
      { terminateHook: { name: 'terminate', heartbeatTimeout: 60, defaultResult: 'CONTINUE' as const } },
      ['ok', 'danger'],
      'a drain is forced after 5400 s',
    ],
  ])('%s', (_, group, levels, text) =>
    withWorld(async ({ findings }) => {
      const found = await findings(lifecycleHooks);
      expect(found.map(({ level }) => level)).toEqual(levels);
      expect(found.map((finding) => finding.text).join('\n')).toContain(text);
    }, group),
  );

  test('one that is named and not there, several and no name, none and no protection', () =>
    withWorld(async ({ findings, sandbox, configure }) => {
      configure({ autoscaling: { endpoint: sandbox.awsUrl, terminateHook: 'drain' } });
      expect((await findings(lifecycleHooks))[1]).toMatchObject({
        level: 'danger',
        text: expect.stringContaining('(it has: terminate)'),
      });
      configure();
      sandbox.autoscaling.hooks.push({ ...launchHook, name: 'another', transition: 'terminating' });
      expect((await findings(lifecycleHooks))[1]).toMatchObject({
        level: 'danger',
        mend: 'set autoscaling.terminateHook',
      });
      sandbox.autoscaling.hooks.length = 0;
      configure({ lifecycle: { protection: 'off' } });
      expect((await findings(lifecycleHooks))[1]).toMatchObject({
        level: 'danger',
        text: expect.stringContaining('ends running jobs'),
      });
    }));
});

describe('the group', () => {
  test('with room both ways passes; sizes and suspended processes that stand in the way are told', () =>
    withWorld(async ({ findings, sandbox: { autoscaling } }) => {
      const texts = async () => (await findings(groupSettings)).map(({ text }) => text).join('\n');
      expect(await findings(groupSettings)).toMatchObject([
        { level: 'ok', text: 'runners: desired 1 of 1 to 3' },
      ]);
      autoscaling.resize({ minSize: 0 });
      expect(await texts()).toContain('nobody is left to ask for one');
      autoscaling.resize({ minSize: 1, maxSize: 1 });
      expect(await texts()).toContain('neither grows nor shrinks');
      autoscaling.suspended.add('Launch').add('Terminate');
      expect(await texts()).toContain('Launch is suspended');
      expect(await texts()).toContain('Terminate is suspended');
    }));

  test('AZRebalance over several zones is told, and is a danger without a terminate hook', async () => {
    const settings = async (terminateHook: boolean, changes: Partial<AutoScalingGroup> = {}) => {
      const group = {
        MinSize: 1,
        MaxSize: 3,
        AvailabilityZones: ['a', 'b'],
        NewInstancesProtectedFromScaleIn: true,
      };
      const hook = { LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' };
      const examination = {
        config: { lifecycle: { protection: 'auto' } },
        group: async () => ({ ...group, ...changes }),
        hooks: async () => (terminateHook ? [hook] : []),
      };
      return (await groupSettings.run(examination as unknown as Examination)).map(({ level }) => level);
    };
    expect(await settings(true)).toEqual(['advice']);
    expect(await settings(false)).toEqual(['danger']);
    expect(await settings(false, { SuspendedProcesses: [{ ProcessName: 'AZRebalance' }] })).toEqual(['ok']);
    expect(await settings(false, { AvailabilityZones: ['a'] })).toEqual(['ok']);
    expect(
      await settings(false, { AvailabilityZones: ['a'], NewInstancesProtectedFromScaleIn: false }),
    ).toEqual(['advice']);
  });
});
