import type { JournalEntry } from '../engine/journal-format.ts';
import { readingOf } from '../explain/event-words.ts';
import type { PlaybookEvent } from '../playbooks/events.ts';
import { Feed } from './feed.ts';
import type { Hello, InstanceView, Point, Step, Told, World } from './messages.ts';
import { Plays } from './plays.ts';
import { follow, type Since, viewOf } from './view.ts';

/** Steps of each instance that a page begins with, points of its plot, and lines of the telling. */
const KEPT_STEPS = 40;
const LEAST_STEPS = 8;
const KEPT_POINTS = 400;
const KEPT_TOLD = 60;
/** Instances that are remembered; the oldest is forgotten first. */
const KEPT_INSTANCES = 40;

interface Followed {
  view: InstanceView;
  since: Since;
  steps: Step[];
  points: Point[];
  seq: number;
}

/** What has happened so far, counted; for /metrics. */
export interface Totals {
  transitions: Map<string, number>;
  commands: Map<string, number>;
  plays: Map<string, number>;
}

export interface HubOptions {
  /** What the page calls itself. */
  title: string;
  /** Names this run of the hub; default: there is one instance, and its journal's numbers outlive the run. */
  epoch?: string;
  redact?: (text: string) => string;
}

/** Gathers what happens to the instances, and tells it to whoever looks. It decides nothing and changes nothing. */
export class Hub {
  readonly feed: Feed;
  readonly totals: Totals = { transitions: new Map(), commands: new Map(), plays: new Map() };
  readonly #title: string;
  /** Whether the journal's numbers are this feed's: so it is where there is one instance. */
  readonly #single: boolean;
  readonly #instances = new Map<string, Followed>();
  readonly #plays = new Plays();
  #world: World | null = null;
  #told: Told[] = [];

  constructor({ title, epoch, redact }: HubOptions) {
    this.#title = title;
    this.#single = epoch === undefined;
    this.feed = new Feed(epoch ?? 'none', redact);
  }

  get instances(): InstanceView[] {
    return [...this.#instances.values()].map(({ view }) => view);
  }

  /** An entry of a journal; one that is known already is left out. */
  entry(entry: JournalEntry, degraded = false): void {
    const { instanceId: id, seq } = entry.record;
    const known = this.#instances.get(id);
    if (known !== undefined && seq <= known.seq) return;
    if (this.#single && known === undefined) {
      this.#instances.clear();
      this.feed.restart(id);
    }
    const since = follow(known?.since ?? null, entry);
    const view = viewOf(entry, since, degraded);
    const step: Step = {
      type: 'step',
      seq,
      at: entry.record.at,
      from: entry.from,
      to: entry.to,
      saw: readingOf(entry.event),
      commands: entry.commands.map(({ type }) => type),
      instance: view,
    };
    const steps = entry.from === entry.to ? (known?.steps ?? []) : [...(known?.steps ?? []), step];
    this.#instances.set(id, {
      view,
      since,
      seq,
      steps: steps.slice(-KEPT_STEPS),
      points: withPoint(known?.points ?? [], view, step.at),
    });
    if (this.#instances.size > KEPT_INSTANCES) this.#forgetOldest();
    this.#count(entry);
    this.feed.append(step, this.#single ? seq : undefined);
    this.#endPlay(entry);
  }

  /** An event of a playbook run. */
  play(instanceId: string, operation: string, event: PlaybookEvent): void {
    const step = this.#plays.take(instanceId, operation, event);
    if (step !== null) this.feed.append(step);
  }

  /** The world around the instances has changed. */
  world(world: World): void {
    this.#world = world;
    this.feed.append(world);
  }

  tell(told: Told): void {
    this.#told = [...this.#told, told].slice(-KEPT_TOLD);
    this.feed.append(told);
  }

  hello(now: number): Hello {
    return {
      now,
      title: this.#title,
      instances: [...this.#instances.values()].map(({ view, steps, points }) => ({
        view,
        // Many instances share what a page begins with, so that it stays quick to open.
        steps: steps.slice(-Math.max(LEAST_STEPS, Math.floor(KEPT_STEPS / this.#instances.size))),
        points,
      })),
      plays: [...this.#plays.all],
      world: this.#world,
      told: this.#told,
    };
  }

  #endPlay({ event, record }: JournalEntry): void {
    if (event.type !== 'playbook.succeeded' && event.type !== 'playbook.failed') return;
    const { operation, reason = 'succeeded' } = event as { operation?: string; reason?: string };
    const step = this.#plays.end(record.instanceId, operation ?? '', reason, record.at);
    if (step !== null) this.feed.append(step);
  }

  #count({ event, from, to, commands }: JournalEntry): void {
    if (from !== to) add(this.totals.transitions, to);
    for (const { type } of commands) add(this.totals.commands, type);
    if (event.type === 'playbook.succeeded') add(this.totals.plays, 'succeeded');
    if (event.type === 'playbook.failed')
      add(this.totals.plays, String((event as { reason?: unknown }).reason));
  }

  #forgetOldest(): void {
    const [oldest] = this.#instances.keys();
    if (oldest !== undefined) this.#instances.delete(oldest);
  }
}

const add = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

/** A plot needs a point only where something changes. */
function withPoint(points: Point[], { running, limit }: InstanceView, at: number): Point[] {
  const last = points.at(-1);
  if (last?.running === running && last.limit === limit) return points;
  return [...points, { at, running, limit }].slice(-KEPT_POINTS);
}
