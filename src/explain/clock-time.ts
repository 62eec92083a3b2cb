/** What a Date can hold, in ms; a damaged journal may hold any number. */
const FURTHEST = 8.64e15;

/** `10:20:04`, UTC. */
export const clockTime = (at: number): string =>
  Math.abs(at) <= FURTHEST ? new Date(at).toISOString().slice(11, 19) : 'an unknown time';

/** `2026-01-01`, UTC. */
export const calendarDay = (at: number): string =>
  Math.abs(at) <= FURTHEST ? new Date(at).toISOString().slice(0, 10) : 'an unknown day';
