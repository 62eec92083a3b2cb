import fc from 'fast-check';
import type { Deed, Run } from './play.ts';

const seconds = (max: number) => fc.integer({ min: 1, max });
const does = <T extends Deed['does']>(name: T) => fc.constant({ does: name });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('wait' as const), seconds: seconds(90) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('addJob' as const), seconds: seconds(200) }) },
  does('terminate'),
  fc.record({ does: fc.constant('announceThenTerminate' as const), lead: fc.integer({ min: 0, max: 8 }) }),
  does('scaleIn'),
  does('interrupt'),
  fc.record({ does: fc.constant('failNextPlay' as const), task: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ does: fc.constant('apiDown' as const), seconds: seconds(15) }),
  fc.record({ does: fc.constant('metricsDown' as const), seconds: seconds(60) }),
  does('runnerDies'),
  does('deletedInGitLab'),
  does('takeBack'),
  fc.record({ does: fc.constant('maintenance' as const), inSeconds: seconds(60) }),
  does('maintenanceOver'),
  does('poweroff'),
  does('reboot'),
  does('killAgent'),
) as fc.Arbitrary<Deed>;

/** Any story of the outside world, with the agent killed at any moments of it. */
export const anyRun: fc.Arbitrary<Run> = fc.record({
  hooks: fc.boolean(),
  deeds: fc.array(deed, { maxLength: 14 }),
  kills: fc.array(fc.nat({ max: 40 }), { maxLength: 5 }),
});
