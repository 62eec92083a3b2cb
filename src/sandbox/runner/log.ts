import { writeSync } from 'node:fs';

export type Level = 'info' | 'warning' | 'error' | 'fatal';

let observe: (level: Level) => void = () => {};

/** Called with the level of every line; the metrics count warnings and errors. */
export function onLog(observer: (level: Level) => void): void {
  observe = observer;
}

/** One line on stderr, as gitlab-runner writes it: the message, then key=value. Never pass a token. */
export function log(level: Level, message: string, fields: Record<string, string | number> = {}): void {
  observe(level);
  const label = level === 'info' ? '' : `${level.toUpperCase()}: `;
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${quoted(String(value))}`);
  try {
    writeSync(
      2,
      `${(label + message).padEnd(pairs.length > 0 ? 48 : 0)} ${pairs.join(' ')}`.trimEnd().concat('\n'),
    );
  } catch {
    // Nobody reads: a full or closed pipe must not end the jobs.
  }
}

const quoted = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text));

/** A reason to end the process with exit code 1 and one line. */
export class FatalError extends Error {}
