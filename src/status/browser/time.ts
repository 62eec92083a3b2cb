/** Server's clock minus this browser's (ms). */
let skew = 0;

export function syncClock(serverNow: number): void {
  skew = serverNow - Date.now();
}

/** Now, by the server's clock. */
export const now = (): number => Date.now() + skew;

/** A moment as the time of day of this browser. */
export const timeOfDay = (at: number): string =>
  new Date(at - skew).toLocaleTimeString([], { hour12: false });

/** A span in ms: `12 s`, `3 m 20 s`, `2 h 5 m`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} m`;
}
