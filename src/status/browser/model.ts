import type { Hello, InstanceView, Message, Play, PlayStep, Point, Step, Told, World } from '../messages.ts';

/** What the page keeps: bounded, however long it stays open. */
const KEPT_STEPS = 150;
const KEPT_POINTS = 600;
const KEPT_PLAYS = 24;
const KEPT_TOLD = 120;
const KEPT_INSTANCES = 40;

export interface Shown {
  view: InstanceView;
  /** Changes of state, the newest last. */
  steps: Step[];
  points: Point[];
}

export interface Model {
  title: string;
  instances: Map<string, Shown>;
  plays: Play[];
  world: World | null;
  told: Told[];
  /** Events since the page was opened. */
  received: number;
  /** The number of the newest step of each instance. */
  seqs: Map<string, number>;
  /** Steps that were missed for good: the server says where it begins anew. */
  restarts: number;
}

export const emptyModel = (): Model => ({
  title: '',
  instances: new Map(),
  plays: [],
  world: null,
  told: [],
  received: 0,
  seqs: new Map(),
  restarts: 0,
});

/** Begins anew from what the server says. */
export function greet(model: Model, hello: Hello): void {
  model.title = hello.title;
  model.instances = new Map(hello.instances.map((one) => [one.view.id, one]));
  model.plays = hello.plays;
  model.world = hello.world;
  model.told = hello.told;
  model.restarts += 1;
}

/** Takes one message in. */
export function take(model: Model, message: Message): void {
  model.received += 1;
  if (message.type === 'step') takeStep(model, message);
  else if (message.type === 'play') takePlay(model, message);
  else if (message.type === 'world') model.world = message;
  else model.told = newest([...model.told, message], KEPT_TOLD);
}

function takeStep(model: Model, step: Step): void {
  const { id, running, limit } = step.instance;
  const known = model.instances.get(id);
  const steps = known?.steps ?? [];
  const points = known?.points ?? [];
  if (step.from !== step.to) steps.push(step);
  const last = points.at(-1);
  if (last?.running !== running || last?.limit !== limit) points.push({ at: step.at, running, limit });
  model.instances.set(id, {
    view: step.instance,
    steps: newest(steps, KEPT_STEPS),
    points: newest(points, KEPT_POINTS),
  });
  model.seqs.set(id, step.seq);
  if (model.instances.size > KEPT_INSTANCES) {
    const [oldest] = model.instances.keys();
    if (oldest !== undefined) model.instances.delete(oldest);
  }
}

function takePlay(model: Model, { instanceId, operation, at, task, outcome }: PlayStep): void {
  const known = model.plays.findLast(
    (play) => play.instanceId === instanceId && play.operation === operation,
  );
  if (known === undefined || (task === null && outcome === null && known.endedAt !== null)) {
    if (outcome === null) {
      const tasks = task === null ? [] : [task];
      model.plays = newest(
        [...model.plays, { instanceId, operation, at, endedAt: null, outcome: null, tasks }],
        KEPT_PLAYS,
      );
    }
    return;
  }
  if (outcome !== null) {
    known.outcome = outcome;
    known.endedAt = at;
    for (const one of known.tasks) if (one.state === 'running') one.endedAt = at;
  }
  if (task === null) return;
  const index = known.tasks.findLastIndex((one) => one.name === task.name && one.at === task.at);
  if (index === -1) known.tasks.push(task);
  else known.tasks[index] = task;
}

/** The end of a list that has grown past its bound by a quarter; else the list itself. */
const newest = <T>(list: T[], bound: number): T[] => (list.length > bound * 1.25 ? list.slice(-bound) : list);
