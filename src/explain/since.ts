import { parseDuration } from '../config/duration.ts';

/**
 * The moment that `--since` names, in ms since the epoch: a duration back from `now` (`90s`, `2h`), or an ISO date or
 * time, in UTC where it names no zone. Null: it is neither.
 */
export function parseSince(text: string, now: number): number | null {
  const back = parseDuration(text);
  if (back !== null) return now - back;
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return null;
  const iso = text.replace(' ', 'T');
  const moment = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
  return Number.isNaN(moment) ? null : moment;
}
