import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEc2, type Ec2Api } from '../../src/aws/ec2.ts';
import { askEc2 } from '../../src/reap/ask-ec2.ts';
import { type ReapWorld, reapWorld } from './world.ts';

let world: ReapWorld;
let ec2: Ec2Api;
const { signal } = new AbortController();
beforeEach(async () => {
  world = await reapWorld({ instances: 3, group: { shutdownDelay: 600_000 } });
  ec2 = createEc2({ endpoint: world.sandbox.awsUrl, region: 'us-east-1' });
});
afterEach(async () => {
  ec2.close();
  await world.close();
});
const calls = () => world.sandbox.log.entries.filter((entry) => entry.operation === 'DescribeInstances');

describe('EC2 is asked about many instances at once', () => {
  test('and tells each state; an unknown id among them does not hide the others', async () => {
    const [running = '', stopping = '', terminated = ''] = world.ids;
    world.sandbox.autoscaling.terminate(stopping, true);
    world.sandbox.autoscaling.terminateMachine(terminated);
    const unknown = ['i-00000000000000001', 'i-00000000000000002'];
    const answers = await askEc2(
      ec2,
      [unknown[0] ?? '', running, stopping, unknown[1] ?? '', terminated],
      signal,
    );
    expect(Object.fromEntries(answers)).toEqual({
      [running]: { kind: 'state', state: 'running' },
      [stopping]: { kind: 'state', state: 'shutting-down' },
      [terminated]: { kind: 'state', state: 'terminated' },
      'i-00000000000000001': { kind: 'notFound' },
      'i-00000000000000002': { kind: 'notFound' },
    });
    expect(calls()).toHaveLength(2);
  });

  test('and an id that it cannot read stands alone', async () => {
    const [running = ''] = world.ids;
    const answers = await askEc2(ec2, [running, 'i-none'], signal);
    expect(answers.get(running)).toEqual({ kind: 'state', state: 'running' });
    expect(answers.get('i-none')).toMatchObject({
      kind: 'none',
      message: expect.stringContaining('Malformed'),
    });
  });

  test('and a role that may not ask is told which action to allow', async () => {
    const code = 'UnauthorizedOperation';
    world.sandbox.faults.add({ service: 'ec2', operation: '*', kind: 'error', status: 403, code });
    const answers = await askEc2(ec2, world.ids, signal);
    expect([...answers.values()].map(({ kind }) => kind)).toEqual(['none', 'none', 'none']);
    expect(answers.get(world.ids[0] ?? '')).toMatchObject({
      message: expect.stringMatching(/UnauthorizedOperation.*allow this role ec2:DescribeInstances/),
    });
    expect(calls()).toHaveLength(1);
  });
});
