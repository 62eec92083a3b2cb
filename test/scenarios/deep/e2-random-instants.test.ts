import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markedProcesses } from '../../../src/playbooks/marked-processes.ts';
import { endProcessesOf } from '../../../src/sandbox/host.ts';
import { inParallel } from '../in-parallel.ts';
import { lives } from '../lives.ts';
import { scenario, type World } from '../world.ts';

type Victim = 'agent' | 'playbook' | 'runner' | 'everything';
interface Kill {
  life: (typeof lives)[number];
  victim: Victim;
  /** After the instance has begun (ms). */
  after: number;
}

const RUNS = 60;

/** C1 needs its job to go on; every other life bears the death of its runner. */
const anyKill: fc.Arbitrary<Kill> = fc.constantFrom(...lives).chain((life) =>
  fc.record({
    life: fc.constant(life),
    victim: fc.constantFrom<Victim>(
      'agent',
      'playbook',
      ...(life.id === 'C1' ? [] : (['runner', 'everything'] as const)),
    ),
    after: fc.integer({ min: 200, max: life.id === 'L1' ? 5_000 : 16_000 }),
  }),
);

const quietly = (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, or never there.
  }
};

async function strike({ sandbox, host, dir }: World, victim: Victim, instanceId: string): Promise<void> {
  const home = join(dir, 'instances', instanceId);
  if (victim === 'agent') host.agentOf(instanceId)?.kill('SIGKILL');
  if (victim === 'playbook') markedProcesses((run) => run.startsWith(join(home, 'run'))).forEach(quietly);
  if (victim === 'agent' || victim === 'playbook') return;
  if (victim === 'everything') await endProcessesOf(home);
  else {
    try {
      quietly(Number(readFileSync(join(home, 'gitlab-runner', 'runner.pid'), 'utf8')));
    } catch {
      return; // It has not started yet, or has ended.
    }
  }
  // GitLab waits for them until their own timeout; the log says what became of them.
  for (const { id, state } of sandbox.gitlab.jobs) {
    if (state !== 'running' && state !== 'assigned') continue;
    sandbox.log.append({ service: 'test', kind: 'state', subject: 'job', id, state: 'killed' });
  }
}

const TITLE = 'E2: an agent, playbook, runner or everything killed at a random instant: the same end';

it(TITLE, { timeout: 1_800_000, retry: 0 }, async () => {
  const seed = Number(process.env.DROVER_TEST_SEED ?? 1);
  const kills = fc.sample(anyKill, { seed, numRuns: RUNS });
  const nameOf = ({ life, victim, after }: Kill) => `${victim} in ${life.id} after ${after} ms`;
  const failures = await inParallel(kills, nameOf, async ({ life, victim, after }) => {
    await scenario({ ...life.options, restartAfter: 300 }, async (world) => {
      const { instanceId = '' } = await world.seen({ subject: 'instance', state: 'Pending' });
      const timer = setTimeout(() => void strike(world, victim, instanceId), after);
      await life.play(world).finally(() => clearTimeout(timer));
    });
  });
  console.log(`seed ${seed}: ${kills.length} kills, ${failures.length} failed`);
  expect(failures).toEqual([]);
});
