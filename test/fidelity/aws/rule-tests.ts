import { describe, expect, test, vi } from 'vitest';
import { sdk as sdkPart, serviceModel } from '../real-parts/moto.ts';
import { agrees } from '../table.ts';
import type { Told } from './answers.ts';
import type { Clients } from './moto-tests.ts';
import { type Refusal, refusals, unknown } from './refusals.ts';
import { hasSdk } from './sdk.ts';
import { GROUP, sandboxWorld, type World } from './worlds.ts';

const ours = { AutoScalingGroupName: GROUP };
const LEAVING = { name: 'leaving', heartbeatTimeout: 60, defaultResult: 'CONTINUE' as const };
const ARRIVING = { name: 'arriving', heartbeatTimeout: 60, defaultResult: 'ABANDON' as const };
const GONE = /^No active Lifecycle Action found with instance ID i-[0-9a-f]{17}$/;

/** What moto lacks or does not refuse: by the services' models and by the rules of protocols.md B1. */
export function ruleTests(clients: () => Clients): void {
  const refuse = async (refusal: Refusal, inTable: boolean) => {
    const { boto3, sdk } = clients();
    const { service, operation, about, group, before, params, refused } = refusal;
    const world = await sandboxWorld(boto3, group ?? {});
    try {
      const [id = ''] = world.sandbox.instances.keys();
      before?.(world.sandbox, id);
      const told = await world.call(service, operation, params(id));
      expect([told.error?.code, told.status]).toEqual(refused);
      expect(told.problems).toEqual([]);
      if (inTable) agrees(serviceModel, operation, `refused: ${operation} ${about}`);
      if (!hasSdk(service)) return;
      const bySdk = await sdk.call(world.sandbox.awsUrl, { service, operation, params: params(id) });
      expect({ ...bySdk.error, status: bySdk.status }).toEqual({ ...told.error, status: told.status });
      if (inTable) agrees(sdkPart, operation, `refused: ${operation} ${about}`);
    } finally {
      await world.close();
    }
  };

  describe('refusals, as the models have them', () => {
    test.each(refusals.map((one) => [`${one.operation} ${one.about}`, one] as const))('%s', (_, refusal) =>
      refuse(refusal, true),
    );
    test.each(unknown.map((one) => [`${one.operation} ${one.about}`, one] as const))('%s', (_, refusal) =>
      refuse(refusal, false),
    );
  });

  describe.each(['boto3', 'sdk'] as const)('lifecycle actions, by %s', (client) => {
    const rule = (operation: string, name: string, { problems }: Told) => {
      expect(problems).toEqual([]);
      agrees(client === 'sdk' ? sdkPart : serviceModel, operation, `rule: ${name}`);
    };
    const stateOf = async (world: World, id: string) => {
      const { answer } = await world.call('autoscaling', 'DescribeAutoScalingInstances', {
        InstanceIds: [id],
      });
      const [one] = (answer?.AutoScalingInstances ?? []) as { LifecycleState: string }[];
      return one?.LifecycleState;
    };

    test('a launch waits for its answer, heartbeats move the end of that, and an answer counts once', async () => {
      const world = await sandboxWorld(clients()[client], { launchHook: ARRIVING, terminateHook: LEAVING });
      const scaling = (operation: string, params: object) =>
        world.call('autoscaling', operation, { ...params });
      try {
        const [id = ''] = world.sandbox.instances.keys();
        const action = world.sandbox.autoscaling.instances.get(id)?.actions.get('arriving');
        const { token = '', deadline = 0 } = action ?? {};
        expect(await stateOf(world, id)).toBe('Pending:Wait');
        const byId = { ...ours, LifecycleHookName: 'arriving', InstanceId: id };
        const byToken = { ...ours, LifecycleHookName: 'arriving', LifecycleActionToken: token };
        for (const keys of [byId, byToken]) {
          const beat = await scaling('RecordLifecycleActionHeartbeat', keys);
          expect(beat.answer).toEqual({});
          rule(
            'RecordLifecycleActionHeartbeat',
            `moves the deadline, ${'InstanceId' in keys ? 'by id' : 'by token'}`,
            beat,
          );
        }
        expect(action?.deadline).toBeGreaterThan(deadline);
        expect(await stateOf(world, id)).toBe('Pending:Wait');

        const answered = await scaling('CompleteLifecycleAction', {
          ...byToken,
          LifecycleActionResult: 'CONTINUE',
        });
        expect(answered.answer).toEqual({});
        rule('CompleteLifecycleAction', 'CONTINUE of a launch, by token', answered);
        await vi.waitFor(async () => expect(await stateOf(world, id)).toBe('InService'));
        const again = await scaling('CompleteLifecycleAction', {
          ...byId,
          LifecycleActionResult: 'CONTINUE',
        });
        expect(again.error).toEqual({ code: 'ValidationError', message: expect.stringMatching(GONE) });
        rule('CompleteLifecycleAction', 'counts once', again);
        const late = await scaling('RecordLifecycleActionHeartbeat', byToken);
        expect(late.error?.message).toBe(`No active Lifecycle Action found with token ${token}`);
        rule('RecordLifecycleActionHeartbeat', 'is too late after the answer', late);

        const ending = await scaling('TerminateInstanceInAutoScalingGroup', {
          InstanceId: id,
          ShouldDecrementDesiredCapacity: true,
        });
        expect(ending.answer?.Activity).toMatchObject({ StatusCode: 'InProgress' });
        expect(await stateOf(world, id)).toBe('Terminating:Wait');
        expect(world.sandbox.autoscaling.desiredCapacity).toBe(0);
        rule('TerminateInstanceInAutoScalingGroup', 'waits for the hook, one less is desired', ending);
        const abandoned = { ...byId, LifecycleHookName: 'leaving', LifecycleActionResult: 'ABANDON' };
        rule(
          'CompleteLifecycleAction',
          'ABANDON of an end ends it too',
          await scaling('CompleteLifecycleAction', abandoned),
        );
        await vi.waitFor(async () => expect(await stateOf(world, id)).toBeUndefined());
        const machine = await world.call('ec2', 'DescribeInstances', { InstanceIds: [id] });
        expect(JSON.stringify(machine.answer)).toContain('"terminated"');
        rule('DescribeInstances', 'still knows who is gone', machine);
        const past = await scaling('DescribeScalingActivities', ours);
        const codes = ((past.answer?.Activities ?? []) as { StatusCode: string }[]).map(
          ({ StatusCode }) => StatusCode,
        );
        expect(codes).toEqual(['Successful', 'Successful']);
        rule('DescribeScalingActivities', 'ends with the instance', past);
      } finally {
        await world.close();
      }
    });

    test.each([
      ['ABANDON', 'another is launched in its place'],
      ['CONTINUE', 'it goes into service'],
    ] as const)('nobody answers a launch, default %s: %s', async (defaultResult, outcome) => {
      const launchHook = { ...ARRIVING, heartbeatTimeout: 1, defaultResult };
      const world = await sandboxWorld(clients()[client], {
        launchHook,
        maxSize: 1,
        terminateHookAfterAbandon: false,
      });
      try {
        const [id = ''] = world.sandbox.instances.keys();
        const all = async () => {
          const told = await world.call('autoscaling', 'DescribeAutoScalingInstances');
          rule('DescribeAutoScalingInstances', `default ${defaultResult}`, told);
          return told.answer?.AutoScalingInstances as { InstanceId: string; LifecycleState: string }[];
        };
        await vi.waitFor(
          async () => {
            const [one, ...more] = await all();
            expect(more).toEqual([]);
            if (defaultResult === 'CONTINUE')
              expect(one).toMatchObject({ InstanceId: id, LifecycleState: 'InService' });
            else expect(one?.InstanceId).toMatch(new RegExp(`^i-(?!${id.slice(2)})`));
          },
          { timeout: 20_000, interval: 50 },
        );
        agrees(
          serviceModel,
          'CompleteLifecycleAction',
          `rule: without an answer, default ${defaultResult}, ${outcome}`,
        );
      } finally {
        await world.close();
      }
    });
  });
}
