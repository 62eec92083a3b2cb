/** What the page is told. Times in ms since the epoch. Types only: the page's own program shares them. */

/** Where an instance stands. */
export interface InstanceView {
  id: string;
  /** Dotted name of the state. */
  state: string;
  /** When that state was entered. */
  since: number;
  life: number;
  /** What the state means, as the end of "so …". */
  meaning: string;
  /** Null: no reading, which is not a zero. */
  running: number | null;
  limit: number | null;
  paused: boolean;
  group: { name: string; lifecycleState: string; desired: number; min: number; max: number } | null;
  /** The lifecycle hook that waits for this instance, and when it gives up. */
  hook: { name: string; transition: string; deadline: number; defaultResult: string } | null;
  notice: { kind: string; deadline: number | null } | null;
  /** When the drain is forced. */
  deadline: number | null;
  operation: string | null;
  /** Failures in a row. */
  attempts: number;
  /** Why no increase is asked for. */
  scaleBlocked: string | null;
  /** The journal cannot be written. */
  degraded: boolean;
}

/** One step of the chart. */
export interface Step {
  type: 'step';
  seq: number;
  at: number;
  from: string | null;
  to: string;
  /** What was seen, as the end of "saw that …". */
  saw: string;
  commands: string[];
  instance: InstanceView;
}

/** How a task stands; `running` until something else is told of it. */
export type TaskState = 'running' | 'ok' | 'changed' | 'skipped' | 'failed';

export interface PlayTask {
  name: string;
  state: TaskState;
  at: number;
  endedAt: number | null;
  message: string | null;
}

/** A playbook run as it goes: `task: null` for its beginning and its end. */
export interface PlayStep {
  type: 'play';
  instanceId: string;
  operation: string;
  at: number;
  task: PlayTask | null;
  /** Set at the end. */
  outcome: string | null;
}

export interface Play {
  instanceId: string;
  operation: string;
  at: number;
  endedAt: number | null;
  outcome: string | null;
  tasks: PlayTask[];
}

/** Running jobs and limit from `at` on. */
export interface Point {
  at: number;
  running: number | null;
  limit: number | null;
}

/** What a sandbox adds: the world around its instances. */
export interface World {
  type: 'world';
  group: { name: string; min: number; max: number; desired: number };
  instances: Array<{ id: string; lifecycleState: string; agent: boolean }>;
  /** The newest. */
  jobs: Array<{ id: number; name: string; state: string; instanceId: string | null }>;
  /** How many there are of each state, the older ones too. */
  jobsIn: Record<string, number>;
  runners: number;
  faults: Array<{ service: string; operation: string; kind: string; times: number | null }>;
}

/** A line of the demo's or the sandbox's telling. */
export interface Told {
  type: 'told';
  at: number;
  text: string;
  heading: boolean;
}

export type Message = Step | PlayStep | World | Told;

/** All that a page needs to begin with. */
export interface Hello {
  now: number;
  /** What the page calls itself. */
  title: string;
  instances: Array<{ view: InstanceView; steps: Step[]; points: Point[] }>;
  plays: Play[];
  world: World | null;
  told: Told[];
}
