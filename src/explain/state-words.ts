import type { LifecycleContext } from '../lifecycle/context.ts';
import { printable } from '../terminal/printable.ts';
import { clockTime } from './clock-time.ts';

type Context = Omit<LifecycleContext, 'policy'>;

/** What Drover does in each state, as the end of "so …". A state without an entry is told by the one around it. */
const meanings: Record<string, string | ((context: Context) => string)> = {
  discovering: 'Drover looks at the metadata, the group and the runner to find out where the instance stands',
  unmanaged: 'the instance belongs to no group: jobs go on, and nothing scales',
  'launching.registering': 'Drover registers and starts the runner, and waits until it has proved itself',
  'launching.joining': 'the runner serves, and Drover waits until the group says InService',
  'launching.retrying': 'Drover waits a little before it tries to register again',
  launching: 'Drover brings the runner up',
  'launching.abandoning': ({ reason }) =>
    `Drover gives this launch up${reason === null ? '' : ` (${reason})`} and removes what is registered`,
  'launching.abandoning.retrying': 'Drover waits a little before it tries to unregister again',
  warmed: 'the instance waits in the warm pool, prepared and not registered',
  'inService.unknown':
    'there is no reading of the runner: Drover neither scales nor retires until there is one',
  'inService.available': 'jobs run and there is room for more',
  'inService.saturated.scalingUp': 'every slot is taken, and Drover asks the group for one more instance',
  'inService.saturated.awaitingSlack': ({ scaleBlocked, scaleUps }) =>
    scaleUps > 0
      ? 'one more instance was asked for, and Drover waits until a slot is free'
      : `every slot is taken, and Drover asks for no other instance: ${scaleBlocked ?? 'it was decided a moment ago'}`,
  'inService.saturated': 'every slot is taken',
  'inService.idle': 'nothing runs, and the time until the instance may be retired begins',
  'inService.retiring.checking': 'Drover looks at the group once more before it retires the instance',
  'inService.retiring.stopping':
    'the group has no terminate hook, so Drover lets the runner finish and unregisters it before it asks',
  'inService.retiring.asking': 'Drover asks the group to terminate this instance',
  'inService.retiring': 'Drover retires the instance',
  'inService.cordoned': 'the runner takes no new job until the maintenance is over',
  'inService.cordoned.reopening':
    'the maintenance is over, and the runner starts again when its last job has ended',
  'inService.repairing.working': 'Drover plays init again to get a runner that serves',
  'inService.repairing.waiting': 'Drover waits a little before it tries to repair the runner again',
  'inService.repairing.givenUp': 'Drover gives up on the runner and asks the group to replace the instance',
  'inService.repairing': 'Drover repairs the runner',
  inService: 'the instance serves',
  'terminating.confirming':
    'the metadata says that the instance is to go, and Drover waits until the group says it too',
  'terminating.draining': ({ reason, deadline }) =>
    `the instance leaves${reason === null ? '' : ` (${reason})`}: no new job is taken, what runs may finish${
      deadline === null ? '' : ` until ${clockTime(deadline)}`
    }, then the runner is unregistered`,
  'terminating.retrying': 'Drover waits a little before it tries to unregister again',
  'terminating.forcing': ({ reason }) =>
    `there is no more time${reason === null ? '' : ` (${reason})`}: jobs are ended, so that GitLab is told, and the runner is unregistered`,
  'terminating.releasing': ({ runnersLeft }) =>
    (runnersLeft ?? 0) > 0
      ? `the runner is gone from this host, but ${runnersLeft} could not be unregistered (drover reap removes them); Drover waits until the instance goes`
      : 'nothing of the runner is left, and Drover waits until the instance is gone',
  terminating: 'the instance leaves',
  halting: 'the host goes down: the runner is stopped before it does',
  standby: 'the instance is in standby: jobs go on, and nothing scales',
  retained: 'the group keeps the instance after its hooks: Drover waits for an operator',
  released: 'nothing is left to do for this life of the instance',
};

/** What the state is for, in words; the state's own name where the chart has grown past this list. */
export function meaningOf(state: string, context: Context): string {
  for (let name = state; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const meaning = meanings[name];
    if (meaning !== undefined) return typeof meaning === 'string' ? meaning : printable(meaning(context));
  }
  return `the instance is ${printable(state, 80)}`;
}

/** Whether the list above says something of this state or one around it. */
export const hasMeaning = (state: string): boolean =>
  state.split('.').some((_, index, parts) => parts.slice(0, index + 1).join('.') in meanings);
