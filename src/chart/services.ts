import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { type OwningUnit, ownedStates, ownerOf, owningUnits } from '../services/owners.ts';
import type { ChartGraph } from './graph.ts';

/** The services of an instance as plain data: what each owns, and what starts or stops what. */
export interface ServicesGraph {
  units: ServiceUnit[];
  triggers: Trigger[];
}

export interface ServiceUnit {
  /** As systemd knows it; `boot` stands for the target that a boot reaches. */
  id: string;
  /** systemd's Type=, such as `oneshot`; null where the unit is not ours to write. */
  type: string | null;
  /** States of the chart that are its to act in; a state means those inside, and the longer name counts. */
  owns: string[];
  description: string;
}

export interface Trigger {
  source: string;
  target: string;
  does: string;
  /** Where that is written: in the unit, in the chart (a state of another owner is entered), or in the program. */
  from: 'unit' | 'chart' | 'program';
}

const UNITS = ['init-runner', 'monitor-jobs', 'scale-up', 'lifecycle-check', 'unreg-runner'] as const;
const RUNNER = 'gitlab-runner.service';
const BOOT = 'boot';

/** What neither unit nor chart says: the commands of src/services/, and the playbooks of those that own states. */
const PROGRAMMED: Trigger[] = [
  { source: 'init-runner.service', target: RUNNER, does: 'configures and starts', from: 'program' },
  {
    source: 'monitor-jobs.service',
    target: 'scale-up.service',
    does: 'starts, when every slot is taken',
    from: 'program',
  },
  { source: 'unreg-runner.service', target: RUNNER, does: 'drains and stops', from: 'program' },
  {
    source: 'unreg-runner.service',
    target: 'init-runner.service',
    does: 'starts, back in the warm pool',
    from: 'program',
  },
];

/** Reads the units from their templates, and who hands over to whom from the chart. */
export function servicesGraph(chart: ChartGraph): ServicesGraph {
  const templates = UNITS.map((unit) => readTemplate(unit));
  return {
    units: [
      { id: BOOT, type: null, owns: [], description: 'every start of the machine' },
      ...templates.map(({ unit, type, description }) => ({
        id: `${unit}.service`,
        type,
        owns: isOwning(unit) ? [...ownedStates(unit)] : [],
        description,
      })),
      { id: RUNNER, type: null, owns: [], description: 'runs the jobs; never enabled' },
    ],
    triggers: [
      ...templates.flatMap(({ unit, atBoot, onSuccess }): Trigger[] => [
        ...(atBoot
          ? [{ source: BOOT, target: `${unit}.service`, does: 'starts', from: 'unit' } as const]
          : []),
        ...(onSuccess === null
          ? []
          : [
              {
                source: `${unit}.service`,
                target: onSuccess,
                does: 'starts, with a notice',
                from: 'unit',
              } as const,
            ]),
      ]),
      ...handovers(chart),
      ...PROGRAMMED,
    ],
  };
}

const isOwning = (unit: string): unit is OwningUnit => (owningUnits as readonly string[]).includes(unit);

/** The chart enters a state of another unit: the record, and with it the lock, goes over. */
function handovers({ edges, nodes }: ChartGraph): Trigger[] {
  const leaves = nodes.filter(({ kind }) => kind !== 'compound').map(({ id }) => id);
  const pairs = new Set<string>();
  for (const { source, target } of edges) {
    if (target === null) continue;
    const to = ownerOf(target);
    const sources = leaves.filter(
      (leaf) => source === null || leaf === source || leaf.startsWith(`${source}.`),
    );
    for (const from of new Set(sources.map(ownerOf))) {
      if (from !== null && to !== null && from !== to) pairs.add(`${from} ${to}`);
    }
  }
  return [...pairs].sort().map((pair): Trigger => {
    const [source, target] = pair.split(' ');
    return { source: `${source}.service`, target: `${target}.service`, does: 'hands over to', from: 'chart' };
  });
}

function readTemplate(unit: string) {
  const path = join(packageRoot(), 'roles', 'drover', 'templates', 'units', `${unit}.service.j2`);
  const text = readFileSync(path, 'utf8');
  const value = (key: string): string | null =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? null;
  return {
    unit,
    type: value('Type') ?? 'simple',
    description: (value('Description') ?? unit).replace(/^Drover: /, ''),
    atBoot: value('WantedBy') !== null,
    onSuccess: value('OnSuccess'),
  };
}
