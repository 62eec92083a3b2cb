import type { AutoScalingApi } from '../aws/autoscaling.ts';
import { AwsCallError } from '../aws/errors.ts';
import { readInstance } from '../aws/instance.ts';
import { type Clock, sleep } from '../clock.ts';
import type { CommandResult } from '../lifecycle/events.ts';
import { words } from './autoscaling.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE = 500;
/** After a lost answer the group is read this often before the request counts as not carried out. */
const LOOKS_AFTER_SILENCE = 4;

interface Deps {
  api: AutoScalingApi;
  clock: Clock;
  /** Between 0 and 1; default Math.random. */
  random?: () => number;
}

/**
 * Asks the group to terminate this instance, and with `decrement` to want one less. The call is not idempotent: a
 * second one could lower desired capacity twice. So each try is one request, before it the state is read, and only
 * a refusal for now (throttling, another activity in progress) is tried again. After a lost answer the state tells:
 * terminating means that it was carried out, else it is reported as refused, and the machine may ask another time.
 */
export async function terminateInstance(
  { api, clock, random = Math.random }: Deps,
  instanceId: string,
  decrement: boolean,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const pause = (attempt: number) => sleep(clock, FIRST_PAUSE * 2 ** attempt * (0.5 + random()), signal);
  const input = { InstanceId: instanceId, ShouldDecrementDesiredCapacity: decrement };
  try {
    for (let attempt = 0; ; attempt++) {
      if (await isLeaving(api, instanceId, signal)) return { type: 'termination.accepted' };
      try {
        await api.call(
          'TerminateInstanceInAutoScalingGroup',
          (client, sdk, http) => client.send(new sdk.TerminateInstanceInAutoScalingGroupCommand(input), http),
          { attempts: 1, signal },
        );
        return { type: 'termination.accepted' };
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        if (error.failure === 'unanswered') return await afterSilence(error, pause, api, instanceId, signal);
        const later = error.failure === 'throttled' || error.code.startsWith('ScalingActivityInProgress');
        if (!later || attempt + 1 >= ATTEMPTS) return { type: 'termination.refused', message: error.message };
        await pause(attempt);
      }
    }
  } catch (error) {
    return { type: 'termination.refused', message: words(error) };
  }
}

async function afterSilence(
  error: AwsCallError,
  pause: (attempt: number) => Promise<void>,
  api: AutoScalingApi,
  instanceId: string,
  signal?: AbortSignal,
): Promise<CommandResult> {
  for (let look = 0; look < LOOKS_AFTER_SILENCE; look++) {
    if (await isLeaving(api, instanceId, signal)) return { type: 'termination.accepted' };
    await pause(look);
  }
  return {
    type: 'termination.refused',
    message: `${error.message}; the group does not terminate the instance`,
  };
}

/** Terminating, on its way back to the warm pool, or no longer known. Retained instances still have to be asked for. */
async function isLeaving(api: AutoScalingApi, instanceId: string, signal?: AbortSignal): Promise<boolean> {
  const state = (await readInstance(api, instanceId, signal))?.LifecycleState;
  return state === undefined || (/^(Warmed:)?Terminat/.test(state) && !state.endsWith(':Retained'));
}
