import { type Clock, sleep } from '../../clock.ts';
import type { CommandContext, Executor } from '../../effects/executor.ts';
import { activeState, restartUnit, stopUnits } from '../../systemd/units.ts';
import { openExchange, type ScaleUpResult } from './request.ts';

const LOOK_EVERY = 200;
/** systemd is asked only with every tenth look whether the unit still runs. */
const ASK_EVERY = 10;

/**
 * In monitor-jobs: an increase is scale-up.service's to carry out. Its result is read before the unit is started, so a
 * restart of monitor-jobs adds no second increase; a unit that is still at it is waited for.
 */
export function scaleUpByUnit(
  executor: Executor,
  { runDir, timeout, clock }: { runDir: string; timeout: number; clock: Clock },
): Executor {
  const exchange = openExchange(runDir);
  const stopping = new AbortController();
  let current: { operation: string; cancelled: AbortController } | null = null;

  const failed = (
    operation: string,
    reason: 'interrupted' | 'timeout' | 'cancelled' | 'spawn',
    message: string,
  ): ScaleUpResult => ({ type: 'playbook.failed', operation, reason, message, facts: {} });

  const isAtIt = async () => ['active', 'activating', 'reloading'].includes(await activeState('scale-up'));

  const play = async (operation: string, context: CommandContext): Promise<ScaleUpResult> => {
    const done = exchange.readResult(operation);
    if (done !== null) return done;
    const cancelled = new AbortController();
    current = { operation, cancelled };
    const signal = AbortSignal.any([stopping.signal, cancelled.signal]);
    try {
      if (exchange.readRequest()?.operation !== operation) {
        exchange.writeRequest({ operation, group: context.group, identity: context.identity });
        // It may still wait for slack after the increase before this one.
        await restartUnit('scale-up');
      } else if (!(await isAtIt())) await restartUnit('scale-up');
      return await resultOf(operation, signal);
    } catch (error) {
      if (cancelled.signal.aborted) return failed(operation, 'cancelled', 'the increase was called off');
      return failed(operation, 'spawn', (error as Error).message);
    } finally {
      current = null;
    }
  };

  const resultOf = async (operation: string, signal: AbortSignal): Promise<ScaleUpResult> => {
    const limit = clock.now() + timeout;
    for (let look = 1; ; look++) {
      await sleep(clock, LOOK_EVERY, signal);
      const result = exchange.readResult(operation);
      if (result !== null) return result;
      if (clock.now() >= limit)
        return failed(operation, 'timeout', 'scale-up.service gave no result in time');
      if (look % ASK_EVERY !== 0 || (await isAtIt())) continue;
      return (
        exchange.readResult(operation) ??
        failed(operation, 'interrupted', 'scale-up.service ended without a result: see its journal')
      );
    }
  };

  return {
    execute(command, context) {
      if (command.type === 'playScaleUp') return play(command.operation, context);
      if (command.type === 'cancelPlaybook' && command.operation === current?.operation) {
        current.cancelled.abort();
        return stopUnits(['scale-up']).then(() => null);
      }
      return executor.execute(command, context);
    },
    // The unit goes on: an increase that has begun is not ours to break off when only we are restarted.
    async cancelAll() {
      stopping.abort();
      await executor.cancelAll();
    },
  };
}
