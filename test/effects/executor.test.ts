import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createExecutor, type Executor, type ExecutorDeps } from '../../src/effects/executor.ts';
import type { RunningPlay } from '../../src/effects/plays.ts';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import { type QueryServer, startQueryServer } from '../support/aws-query.ts';
import { type FakeRunner, startFakeRunner } from '../support/fake-runner.ts';
import { groupView } from '../support/views.ts';

const hook = { name: 'down', heartbeatTimeout: 30_000, defaultResult: 'ABANDON' };
const identity = { instanceId: 'i-1', region: 'eu-test-1' };
const group = groupView({ groupName: 'fleet', terminateHook: hook, launchHook: null });

let server: QueryServer;
let runner: FakeRunner;
let executor: Executor;
let started: { operation: string; playbook: string; timeoutMs: number | null }[];
let cancelled: string[];

beforeEach(async () => {
  [started, cancelled] = [[], []];
  runner = await startFakeRunner();
  server = await startQueryServer({
    RecordLifecycleActionHeartbeat: () => '',
    CompleteLifecycleAction: () => '',
  });
  executor = create({});
});
afterEach(async () => {
  await executor.cancelAll();
  await server.close();
  runner.close();
});

function create(changes: Partial<ExecutorDeps>): Executor {
  const file = {
    gitlab: { url: 'http://x' },
    runners: [{ tokenEnv: 'T' }],
    lifecycle: { unregisterTimeout: 0.2 },
  };
  const startPlay: ExecutorDeps['startPlay'] = ({ operation, playbook, timeoutMs }) => {
    started.push({ operation, playbook, timeoutMs });
    let settle: (value: Awaited<RunningPlay['result']>) => void = () => {};
    const result = new Promise<Awaited<RunningPlay['result']>>((resolve) => {
      settle = resolve;
    });
    const cancel = async () => {
      cancelled.push(operation);
      settle({ outcome: 'cancelled', message: 'cancelled', facts: {} });
    };
    return { result, cancel };
  };
  return createExecutor({
    config: { ...parseConfig(file, {}, 'test'), runner: runner.settings },
    clock: createTimeline(clockOffsetNow()),
    log: pino({ enabled: false }),
    api: server.api,
    variables: () => ({}),
    startPlay,
    observeGroup: async () => {},
    discover: async () => ({
      type: 'discovered',
      group: null,
      target: null,
      runner: { alive: false, registered: false },
    }),
    ...changes,
  });
}

describe('the executor', () => {
  test('plays the playbook of each command, with its limit', async () => {
    const init = executor.execute(
      { type: 'playInit', operation: 'init-1', completeHook: true },
      { group, identity },
    );
    await expect
      .poll(() => started)
      .toEqual([{ operation: 'init-1', playbook: 'gitlab_runner_init', timeoutMs: 600_000 }]);
    await executor.execute({ type: 'cancelPlaybook', operation: 'init-1' }, { group, identity });
    expect(await init).toMatchObject({ type: 'playbook.failed', reason: 'cancelled' });
    void executor.execute({ type: 'playScaleUp', operation: 'scale-2' }, { group, identity });
    await expect.poll(() => started.at(-1)).toMatchObject({ playbook: 'scale_up', timeoutMs: 300_000 });
  });

  test('gives an unreg play no limit while the runner drains, and a short one afterwards', async () => {
    const play = executor.execute(
      {
        type: 'playUnreg',
        operation: 'unreg-1',
        transition: 'terminating',
        result: 'CONTINUE',
        completeHook: true,
      },
      { group, identity },
    );
    await expect.poll(() => started).toMatchObject([{ playbook: 'gitlab_runner_unreg', timeoutMs: null }]);
    expect(cancelled).toEqual([]);
    await executor.execute({ type: 'forceStop', signal: 'SIGKILL' }, { group, identity });
    expect(await play).toMatchObject({ type: 'playbook.failed', reason: 'timeout' });
  });

  test('records a heartbeat on our hook, and none where there is no hook', async () => {
    const heartbeat = (transition: 'launching' | 'terminating') =>
      executor.execute({ type: 'recordHeartbeat', transition }, { group, identity });
    expect(await heartbeat('terminating')).toEqual({ type: 'heartbeat.recorded', transition: 'terminating' });
    expect(await heartbeat('launching')).toBeNull();
    expect(server.calls).toHaveLength(1);
  });

  test('has nothing to complete where there is no hook', async () => {
    const command = { type: 'completeLifecycleAction', transition: 'launching', result: 'CONTINUE' } as const;
    expect(await executor.execute(command, { group, identity })).toMatchObject({ outcome: 'gone' });
    expect(server.calls).toEqual([]);
  });

  test('stops the intake of the runner', async () => {
    expect(await executor.execute({ type: 'stopIntake' }, { group, identity })).toBeNull();
    await expect.poll(runner.output).toContain('SIGQUIT');
  });

  test('hands on what discovery found', async () => {
    expect(await executor.execute({ type: 'discover' }, { group: null, identity })).toMatchObject({
      type: 'discovered',
    });
  });

  test('does not fail when a command does', async () => {
    executor = create({ observeGroup: () => Promise.reject(new Error('no')) });
    expect(await executor.execute({ type: 'observeGroup' }, { group, identity })).toBeNull();
  });

  test('ends all plays and waits on request', async () => {
    executor = create({
      discover: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const play = executor.execute(
      { type: 'playInit', operation: 'init-1', completeHook: false },
      { group, identity },
    );
    const discovery = executor.execute({ type: 'discover' }, { group, identity });
    await expect.poll(() => started).toHaveLength(1);
    await executor.cancelAll();
    expect(await play).toMatchObject({ reason: 'cancelled' });
    expect(await discovery).toBeNull();
  });
});
