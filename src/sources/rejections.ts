import type { RequestCounts } from './runner-sample.ts';

/** A runner stops polling after this many refusals in a row (unhealthy_requests_limit). */
const REFUSALS = 3;

interface Track extends RequestCounts {
  refusedInARow: number;
}

/**
 * Follows the answers to jobs/request over scrapes. `observe` says whether GitLab refuses a runner's token: at least
 * three 403 since its last accepted request, and failed health checks. Counters that fall belong to a new process; a
 * new `runner` label is a new token, so what was held against the old one, whose series stays, is forgotten.
 */
export function trackRejections(): { observe(requests: Map<string, RequestCounts>): boolean } {
  const tracks = new Map<string, Track>();
  return {
    observe(requests) {
      const before = tracks.size;
      let appeared = false;
      for (const [runner, now] of requests) {
        const last = tracks.get(runner);
        appeared ||= last === undefined && before > 0;
        tracks.set(runner, { ...now, refusedInARow: refusalsInARow(last, now) });
      }
      for (const runner of tracks.keys()) if (!requests.has(runner)) tracks.delete(runner);
      if (appeared) for (const track of tracks.values()) track.refusedInARow = 0;
      return [...tracks.values()].some(
        (track) => track.refusedInARow >= REFUSALS && track.healthFailures > 0,
      );
    },
  };
}

function refusalsInARow(last: Track | undefined, now: RequestCounts): number {
  const restarted = last && (now.accepted < last.accepted || now.refused < last.refused);
  // Of a history that we did not see, the order is not known: it counts only where nothing was ever accepted.
  if (last === undefined || restarted) return now.accepted === 0 ? now.refused : 0;
  if (now.accepted > last.accepted) return 0;
  return last.refusedInARow + (now.refused - last.refused);
}
