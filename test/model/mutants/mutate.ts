import { createMachine } from 'xstate';
import { type LifecycleMachine, lifecycleMachine } from '../../../src/lifecycle/machine.ts';

export type MutantKind = 'guard dropped' | 'timer forgotten' | 'target redirected';

/** One small fault put into the chart. */
export interface Mutant {
  /** Says what was changed, and where; the same for the same chart. */
  id: string;
  kind: MutantKind;
  machine(): LifecycleMachine;
}

/** The chart's own configuration, as the machine keeps it: states, transitions, actions, by their names. */
type Config = { [key: string]: unknown };

/** A place where a fault of one kind fits: how to find it in a copy of the configuration, and what to do there. */
interface Site {
  id: string;
  kind: MutantKind;
  change(config: Config): void;
}

/** Timers that are set by an action instead of `after`. */
const SETS_TIMER = /^start(Heartbeat|Deadline|MaintenanceTimer)$/;

/** Every mutant of the chart, in the order of the chart. */
export function allMutants(): Mutant[] {
  const sites = [...guards(), ...timers(), ...redirections()];
  return sites.map(({ id, kind, change }) => ({
    id,
    kind,
    machine: () => {
      const config = copy(lifecycleMachine.config) as Config;
      change(config);
      // A circle of transitions that need no event is a fault that shows at once.
      const options = { maxIterations: 100 };
      return createMachine(
        { ...config, options } as never,
        lifecycleMachine.implementations as never,
      ) as unknown as LifecycleMachine;
    },
  }));
}

/** As many of each kind, spread evenly over the chart. */
export function sampleOf(mutants: readonly Mutant[], ofEachKind: number): Mutant[] {
  const kinds = ['guard dropped', 'timer forgotten', 'target redirected'] as const;
  return kinds.flatMap((kind) => {
    const all = mutants.filter((mutant) => mutant.kind === kind);
    const count = Math.min(ofEachKind, all.length);
    return Array.from(
      { length: count },
      (_, index) => all[Math.floor((index * all.length) / count)] as Mutant,
    );
  });
}

function guards(): Site[] {
  return transitions().flatMap(({ at, path, transition }) =>
    typeof transition.guard !== 'string'
      ? []
      : [
          {
            id: `${at} without ${transition.guard}`,
            kind: 'guard dropped' as const,
            change: (config: Config) => {
              delete (reach(config, path) as Config).guard;
            },
          },
        ],
  );
}

function timers(): Site[] {
  const sites: Site[] = [];
  walk(lifecycleMachine.config as Config, [], (state, path, name) => {
    for (const delay of Object.keys((state.after as Config | undefined) ?? {})) {
      sites.push({
        id: `${name} without after ${delay}`,
        kind: 'timer forgotten',
        change: (config) => {
          delete ((reach(config, path) as Config).after as Config)[delay];
        },
      });
    }
    sites.push(...unsetTimers(state.entry, [...path, 'entry'], `${name} entry`));
  });
  for (const { at, path, transition } of transitions()) {
    sites.push(...unsetTimers(transition.actions, [...path, 'actions'], at));
  }
  return sites;
}

function unsetTimers(actions: unknown, path: string[], at: string): Site[] {
  if (!Array.isArray(actions)) return [];
  return actions.flatMap((action: unknown, index) =>
    typeof action === 'string' && SETS_TIMER.test(action)
      ? [
          {
            id: `${at} without ${action}`,
            kind: 'timer forgotten' as const,
            change: (config: Config) => void (reach(config, path) as unknown[]).splice(index, 1),
          },
        ]
      : [],
  );
}

/** Where a transition may lead by mistake: the state that comes next in the chart. */
function redirections(): Site[] {
  const names: string[] = [];
  walk(
    lifecycleMachine.config as Config,
    [],
    (_, __, name) => void (name === 'lifecycle' || names.push(name)),
  );
  return transitions().flatMap(({ at, path, transition, targets }) => {
    if (typeof transition.target !== 'string') return [];
    const own = names.indexOf(targets);
    const others = [...names.slice(own + 1), ...names.slice(0, own)];
    // Into the state itself, or into one that holds it, is no other way.
    const wrong = others.find((name) => !name.startsWith(`${targets}.`) && !targets.startsWith(`${name}.`));
    return [
      {
        id: `${at} to ${wrong} instead of ${targets}`,
        kind: 'target redirected' as const,
        change: (config: Config) => {
          (reach(config, path) as Config).target = `#lifecycle.${wrong}`;
        },
      },
    ];
  });
}

interface Place {
  /** State, event, and which of its transitions. */
  at: string;
  path: string[];
  transition: Config;
  /** The full name of the target, or an empty one. */
  targets: string;
}

/** Every transition of the chart that is written as an object. */
function transitions(): Place[] {
  const found: Place[] = [];
  walk(lifecycleMachine.config as Config, [], (state, path, name) => {
    const lists: Array<[string, unknown, string[]]> = [];
    for (const group of ['on', 'after'] as const) {
      for (const [event, list] of Object.entries((state[group] as Config | undefined) ?? {})) {
        lists.push([`${name} ${group === 'after' ? 'after ' : ''}${event}`, list, [...path, group, event]]);
      }
    }
    if (state.always !== undefined) lists.push([`${name} always`, state.always, [...path, 'always']]);
    for (const [at, list, where] of lists) {
      const many = Array.isArray(list);
      for (const [index, transition] of (many ? (list as Config[]) : [list as Config]).entries()) {
        if (typeof transition !== 'object') continue;
        found.push({
          at: many && (list as unknown[]).length > 1 ? `${at} [${index + 1}]` : at,
          path: many ? [...where, String(index)] : where,
          transition,
          targets: resolve(transition.target, name),
        });
      }
    }
  });
  return found;
}

/** The full name of a target as it is written in a state: `#lifecycle.x`, `.child`, or a sibling. */
function resolve(target: unknown, from: string): string {
  if (typeof target !== 'string') return '';
  if (target.startsWith('#lifecycle.')) return target.slice('#lifecycle.'.length);
  if (target.startsWith('.')) return from === 'lifecycle' ? target.slice(1) : `${from}${target}`;
  const parent = from.split('.').slice(0, -1).join('.');
  return parent === '' ? target : `${parent}.${target}`;
}

function walk(
  state: Config,
  path: string[],
  visit: (state: Config, path: string[], name: string) => void,
  name = '',
): void {
  visit(state, path, name === '' ? 'lifecycle' : name);
  for (const [child, config] of Object.entries((state.states as Config | undefined) ?? {})) {
    walk(config as Config, [...path, 'states', child], visit, name === '' ? child : `${name}.${child}`);
  }
}

const reach = (config: Config, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Config)[key], config);

/** Objects and lists anew; functions as they are. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}
