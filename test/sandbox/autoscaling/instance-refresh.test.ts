import { afterEach, expect, it } from 'vitest';
import { rig, TERMINATE } from './rig.ts';

let on: ReturnType<typeof rig>;
afterEach(() => on.close());

const newest = () =>
  (on.call('DescribeInstanceRefreshes') as { InstanceRefreshes: Array<Record<string, unknown>> })
    .InstanceRefreshes[0];

it('replaces one instance after the other, each through the terminate hook, and desires no more than before', async () => {
  on = rig({ desiredCapacity: 2, terminateHook: TERMINATE });
  const old = on.ids();
  expect(on.call('StartInstanceRefresh')).toEqual({ InstanceRefreshId: expect.any(String) });
  for (const id of old) {
    await on.clock.advance(2_000);
    const leaving = [...on.group.instances.values()].filter(
      (one) => one.lifecycleState === 'Terminating:Wait',
    );
    expect(leaving.map((one) => one.id)).toEqual([id]);
    expect(newest()).toMatchObject({ Status: 'InProgress' });
    on.group.complete(id, 'terminate', 'CONTINUE');
  }
  await on.clock.advance(2_000);
  expect(newest()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
  expect(on.states()).toEqual(['InService', 'InService']);
  expect(on.ids().filter((id) => old.includes(id))).toEqual([]);
  expect(on.group.desiredCapacity).toBe(2);
});

it('waits for a protected instance by default, an hour at the most', async () => {
  on = rig({ desiredCapacity: 1, newInstancesProtected: true });
  const [id = ''] = on.ids();
  on.call('StartInstanceRefresh');
  await on.clock.advance(60_000);
  expect(newest()).toMatchObject({ Status: 'InProgress' });
  on.group.setProtection(id, false);
  await on.clock.advance(2_000);
  expect(newest()).toMatchObject({ Status: 'Successful' });
  expect(on.ids()).not.toContain(id);
  on.call('StartInstanceRefresh');
  await on.clock.advance(3_700_000);
  expect(newest()).toMatchObject({ Status: 'Failed', StatusReason: expect.stringContaining('protected') });
});

it('takes a protected or standby instance, or leaves it, as it is told', async () => {
  on = rig({ desiredCapacity: 2 });
  const [keeps = '', goes = ''] = on.ids();
  on.group.setProtection(keeps, true);
  on.group.move(goes, 'Standby', true);
  on.call('StartInstanceRefresh', {
    'Preferences.ScaleInProtectedInstances': 'Ignore',
    'Preferences.StandbyInstances': 'Terminate',
  });
  await on.clock.advance(3_000);
  expect(newest()).toMatchObject({ Status: 'Successful' });
  expect(on.ids()).toEqual([keeps]);
});

it('is one at a time, can be cancelled, and rests while its process is suspended', async () => {
  on = rig({ desiredCapacity: 1 });
  const old = on.ids();
  on.group.suspended.add('InstanceRefresh');
  on.call('StartInstanceRefresh');
  await on.clock.advance(5_000);
  expect(on.ids()).toEqual(old);
  expect(() => on.call('StartInstanceRefresh')).toThrow('already in progress');
  on.call('CancelInstanceRefresh');
  expect(newest()).toMatchObject({ Status: 'Cancelled' });
  expect(() => on.call('CancelInstanceRefresh')).toThrow('No in progress');
});
