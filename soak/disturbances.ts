import type { FaultKind, FaultService } from '../src/sandbox/faults.ts';
import { between, oneOf } from './chance.ts';
import { killAgent, killPlaybook, killRunner } from './kills.ts';
import type { SoakWorld } from './world.ts';

/** One thing that goes wrong, or that somebody does. */
export interface Disturbance {
  name: string;
  /** How likely it is, beside the others. */
  weight: number;
  /** Does it, and says to whom or what; null where there was nothing to do it to. */
  strike(world: SoakWorld, later: Later): string | null;
}

/** Undoes something after this many ms, or at the end of the soak, whichever is first. */
export type Later = (ms: number, undo: () => void) => void;

const KINDS: readonly FaultKind[] = ['throttle', 'error', 'hang', 'reset', 'slow', 'lost'];
const SERVICES: readonly FaultService[] = ['autoscaling', 'ec2', 'metadata', 'gitlab'];

const kills: Disturbance[] = [
  ['kill the agent', 4, killAgent] as const,
  ['kill the playbook', 4, killPlaybook] as const,
  ['kill the runner', 1, killRunner] as const,
].map(([name, weight, act]) => ({
  name,
  weight,
  strike(world) {
    // Any that has a host, also on its way in or out.
    const alive = [...world.sandbox.instances.values()].filter(({ id }) => !world.observed.isGone(id));
    const victim = oneOf(world.random, alive);
    return victim === undefined || act(world, victim) === false ? null : victim.id;
  },
}));

const ofAws: Disturbance[] = [
  {
    name: 'Spot interruption',
    weight: 2,
    strike({ serving, sandbox, random }) {
      const victim = oneOf(
        random,
        serving().filter(({ view }) => view.interruption === null),
      );
      if (victim === undefined) return null;
      const hook = oneOf(random, ['with-notice', 20, 'never'] as const) ?? 'with-notice';
      sandbox.interrupt(victim.id, { inSeconds: 75, hook });
      return `${victim.id}, the terminate hook ${typeof hook === 'number' ? `after ${hook} s` : hook}`;
    },
  },
  {
    name: 'rebalance recommendation',
    weight: 1,
    strike({ serving, sandbox, random }) {
      const victim = oneOf(random, serving());
      if (victim !== undefined) sandbox.rebalance(victim.id);
      return victim?.id ?? null;
    },
  },
];

const ofOperators: Disturbance[] = [
  {
    name: 'an operator terminates',
    weight: 2,
    strike({ serving, sandbox, random }) {
      const victim = oneOf(random, serving());
      const { desiredCapacity, minSize } = sandbox.autoscaling;
      const decrement = random() < 0.5 && desiredCapacity > minSize;
      if (victim !== undefined) sandbox.autoscaling.terminate(victim.id, decrement);
      return victim === undefined ? null : `${victim.id}, ${decrement ? 'with' : 'without'} decrement`;
    },
  },
  {
    name: 'an operator sets desired capacity',
    weight: 2,
    strike({ sandbox, random }) {
      const { minSize, maxSize } = sandbox.autoscaling;
      const desiredCapacity = Math.floor(between(random, minSize + 1, maxSize + 1));
      sandbox.autoscaling.resize({ desiredCapacity });
      return `${desiredCapacity}`;
    },
  },
  {
    name: 'an operator suspends Launch',
    weight: 1,
    strike({ sandbox, random }, later) {
      sandbox.autoscaling.suspended.add('Launch');
      later(between(random, 5_000, 15_000), () => void sandbox.autoscaling.suspended.delete('Launch'));
      return 'for a while';
    },
  },
  {
    name: 'an operator takes into standby',
    weight: 1,
    strike({ serving, sandbox, random }, later) {
      const { desiredCapacity, minSize } = sandbox.autoscaling;
      const victim = oneOf(random, serving());
      if (victim === undefined || desiredCapacity <= minSize) return null;
      sandbox.autoscaling.move(victim.id, 'Standby', true);
      later(between(random, 5_000, 15_000), () => {
        if (sandbox.autoscaling.instances.get(victim.id)?.lifecycleState !== 'Standby') return;
        sandbox.autoscaling.move(victim.id, 'InService', false);
      });
      return victim.id;
    },
  },
];

const faults: Disturbance = {
  name: 'calls fail',
  weight: 6,
  strike({ sandbox, random }, later) {
    const service = oneOf(random, SERVICES) ?? 'metadata';
    const kind = oneOf(random, KINDS) ?? 'error';
    // A job whose hand-over is lost belongs to nobody: no runner can help that.
    const operation = service === 'gitlab' && kind === 'lost' ? 'updateJob' : '*';
    const stop = sandbox.faults.add({
      service,
      operation,
      kind,
      probability: 0.3,
      // The runner itself waits ten minutes for an answer: something in between drops the connection sooner.
      ...(kind === 'slow' || kind === 'hang' ? { delayMs: 2_000 } : {}),
      ...(kind === 'error' ? { status: 503 } : {}),
    });
    later(between(random, 3_000, 12_000), stop);
    return `${service} ${operation}, ${kind}`;
  },
};

/** Everything that the soak does to the group. */
export const disturbances: readonly Disturbance[] = [...kills, ...ofAws, ...ofOperators, faults];
