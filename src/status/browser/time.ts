import { inWords } from '../../terminal/duration-words.ts';

/** Server's clock minus this browser's (ms). */
let skew = 0;

export function syncClock(serverNow: number): void {
  skew = serverNow - Date.now();
}

/** Now, by the server's clock. */
export const now = (): number => Date.now() + skew;

/** A moment as the time of day of this browser, with the day before it where that is not today. */
export function timeOfDay(at: number): string {
  const [moment, today] = [new Date(at - skew), new Date()];
  const time = moment.toLocaleTimeString([], { hourCycle: 'h23' });
  if (moment.toDateString() === today.toDateString()) return time;
  return `${moment.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${time}`;
}

/** A span in ms: `12 s`, `3 m 20 s`, `2 h 5 m`. */
export const span = (ms: number): string => inWords(Math.max(0, ms));
