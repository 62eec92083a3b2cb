import type { TestHost } from '../../test/systemd/hosts/host.ts';
import type { Figure } from '../lib/figure.ts';
import { median } from '../lib/stats.ts';
import { delay } from '../lib/wait.ts';
import { type Fleet, inFleet, type Kind } from './fleet.ts';

const WATCHERS = ['monitor-jobs.service', 'lifecycle-check.service'];
/** After its arrival in service, until nothing of the launch is left to be done. */
const SETTLE = 10_000;
/** All windows together, in ms. */
const WHOLE_WINDOW = 90_000;
const LOOK = 'meta-data/autoscaling/target-lifecycle-state';

export const restFigures = ['services-cpu-per-tick', 'services-memory'];

/** Both watchers at rest: CPU of one tick at equal intervals on an on-demand instance, and the memory of each way to run Drover. */
export const atRest = (pairs: number): Promise<Figure[]> =>
  inFleet('on-demand', (fleet) => watch(fleet, pairs));

async function watch(fleet: Fleet, pairs: number): Promise<Figure[]> {
  const every = (drover: Kind['drover']): Kind => ({ drover, interval: 1, ...(drover && { metrics: 1 }) });
  const ours = await fleet.launch(every('services'));
  const agent = await fleet.launch({ drover: 'agent', interval: null });
  const bash = await fleet.launch(every(null));
  await delay(SETTLE);
  const ticks: { ours: number[]; bash: number[] } = { ours: [], bash: [] };
  const memory: { ours: number[]; agent: number[]; bash: number[] } = { ours: [], agent: [], bash: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    const from = fleet.sandbox.log.entries.length;
    const before = await Promise.all([cpuOf(ours.host), cpuOf(bash.host)]);
    await delay(Math.max(WHOLE_WINDOW / pairs, 3_000));
    const after = await Promise.all([cpuOf(ours.host), cpuOf(bash.host)]);
    const looks = (id: string) =>
      fleet.sandbox.log.entries.slice(from).filter((e) => e.operation === LOOK && e.instanceId === id).length;
    ticks.ours.push((after[0] - before[0]) / looks(ours.id));
    ticks.bash.push((after[1] - before[1]) / looks(bash.id));
    memory.ours.push(await memoryOfUnits(ours.host, WATCHERS));
    memory.agent.push(await memoryOfUnits(agent.host, ['drover.service']));
    memory.bash.push(await memoryOfUnits(bash.host, WATCHERS));
  }
  return [
    {
      figure: 'services-cpu-per-tick',
      unit: 'ms',
      ours: ticks.ours,
      baseline: ticks.bash,
      against: 'the watchers in bash, at the same interval of 1 s, on demand',
      bound: { of: 'ratio', atMost: 0.1 },
    },
    {
      figure: 'services-memory',
      unit: 'MB',
      ours: memory.ours,
      baseline: memory.bash,
      against: 'the watchers in bash (both: proportional set size)',
      bound: null,
      also: { 'the agent alone': median(memory.agent) },
    },
  ];
}

/** CPU time of both watchers and of all that they have started, in ms. */
async function cpuOf(host: TestHost): Promise<number> {
  const times = await Promise.all(WATCHERS.map((unit) => host.unit(unit, 'CPUUsageNSec')));
  return times.reduce((sum, time) => sum + Number(time), 0) / 1e6;
}

/** Proportional set size of all processes of some units, in MB. A curl of the baseline may have ended meanwhile. */
async function memoryOfUnits(host: TestHost, units: string[]): Promise<number> {
  const files = units.map((unit) => `/sys/fs/cgroup/system.slice/${unit}/cgroup.procs`).join(' ');
  const { stdout } = await host.exec(
    `for pid in $(cat ${files}); do grep -h ^Pss: /proc/$pid/smaps_rollup 2>/dev/null; done`,
    { mayFail: true },
  );
  const kilobytes = [...stdout.matchAll(/^Pss:\s+(\d+) kB/gm)].map(([, size]) => Number(size));
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1_024;
}
