import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';

/** One thing that happened in the sandbox: a call to one of its services, or a change of state behind them. */
export interface LogEntry {
  /** 1, 2, 3, … in order of happening. */
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  service: string;
  /** `call`, `state`, or another word of the service. */
  kind: string;
  operation?: string;
  instanceId?: string;
  status?: number;
  [field: string]: unknown;
}

/** An entry before the log has numbered and dated it. */
export type NewEntry = Omit<LogEntry, 'seq' | 'at'> & { service: string; kind: string };

const SECRET_FIELD = /token$|password|^secret|secretaccesskey|^authorization$|signature/i;
/** A lifecycle action token identifies an action and opens nothing: keep it readable. */
const NOT_SECRET = /^(LifecycleActionToken|NextToken|ClientToken)$/i;
const TOKEN_FORMS = /\bgl(?:rt|rtr|pat|cbt)-[\w.-]{4,}/g;
const MASK = '[redacted]';

/** Takes secrets out of a value of any shape: fields by name, GitLab tokens wherever they stand. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(TOKEN_FORMS, (token) => `${token.slice(0, token.indexOf('-') + 1)}${MASK}`);
  }
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_FIELD.test(key) && !NOT_SECRET.test(key) && typeof inner === 'string' ? MASK : redact(inner),
    ]),
  );
}

/** What the sandbox saw, in order: the truth that tests and the demonstration read. */
export class EventLog {
  readonly entries: LogEntry[] = [];
  readonly #clock: Clock;
  readonly #file: string | undefined;
  readonly #listeners = new Set<(entry: LogEntry) => void>();

  /** With `file`, every entry is also a line of JSON in it. */
  constructor(clock: Clock, file?: string) {
    this.#clock = clock;
    this.#file = file;
    if (file) mkdirSync(dirname(file), { recursive: true });
  }

  append(entry: NewEntry): LogEntry {
    const whole = redact({ seq: this.entries.length + 1, at: this.#clock.wall(), ...entry }) as LogEntry;
    this.entries.push(whole);
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(whole)}\n`);
    for (const listener of [...this.#listeners]) listener(whole);
    return whole;
  }

  /** Calls `listener` for each entry from now on. Returns a function that ends that. */
  subscribe(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first entry, past or to come, for which `predicate` holds. Rejects after `timeoutMs` (wall time). */
  waitFor(predicate: (entry: LogEntry) => boolean, timeoutMs: number): Promise<LogEntry> {
    const known = this.entries.find(predicate);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        end();
        const last = this.entries.slice(-5).map((entry) => JSON.stringify(entry));
        reject(new Error(`not seen within ${timeoutMs} ms: ${predicate}\nlast entries:\n${last.join('\n')}`));
      }, timeoutMs);
      const end = this.subscribe((entry) => {
        if (!predicate(entry)) return;
        clearTimeout(timer);
        end();
        resolve(entry);
      });
    });
  }
}
