/** `10:20:04`, UTC. */
export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** `2026-01-01`, UTC. */
export const calendarDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
