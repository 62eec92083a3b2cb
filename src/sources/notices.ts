import type { TargetLifecycleState } from '../lifecycle/events.ts';

/** Readers for the items of the metadata that announce something. Each gives null for what it cannot understand. */

const TARGETS: readonly string[] = [
  'InService',
  'Terminated',
  'Standby',
  'Detached',
  'Warmed:Hibernated',
  'Warmed:Running',
  'Warmed:Stopped',
  'Warmed:Terminated',
] satisfies TargetLifecycleState[];

/** autoscaling/target-lifecycle-state. */
export function parseTarget(text: string): TargetLifecycleState | null {
  const target = text.trim();
  return TARGETS.includes(target) ? (target as TargetLifecycleState) : null;
}

export interface InterruptionNotice {
  action: 'terminate' | 'stop' | 'hibernate';
  /** Milliseconds since the epoch, by AWS's clock. */
  time: number;
}

/** spot/instance-action. An action that is not known yet counts as `terminate`: the instance goes either way. */
export function parseInterruption(text: string): InterruptionNotice | null {
  const { action, time } = parseObject(text) ?? {};
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof action !== 'string' || Number.isNaN(at)) return null;
  return { action: action === 'stop' || action === 'hibernate' ? action : 'terminate', time: at };
}

/** events/recommendations/rebalance: when the recommendation was made, as AWS writes it. */
export function parseRebalance(text: string): string | null {
  const { noticeTime } = parseObject(text) ?? {};
  return typeof noticeTime === 'string' ? noticeTime : null;
}

export interface ScheduledEvent {
  id: string;
  code: string;
  /** Milliseconds since the epoch, by AWS's clock. */
  notBefore: number;
  notAfter: number | null;
}

/** events/maintenance/scheduled: the active events, the earliest first. */
export function parseMaintenance(text: string): ScheduledEvent[] | null {
  const list = parseJson(text);
  if (!Array.isArray(list)) return null;
  const events = list.flatMap((item): ScheduledEvent[] => {
    const { EventId: id, Code: code, State: state, NotBefore, NotAfter } = asObject(item) ?? {};
    const notBefore = Date.parse(String(NotBefore));
    const notAfter = Date.parse(String(NotAfter));
    if (typeof id !== 'string' || typeof code !== 'string' || Number.isNaN(notBefore)) return [];
    if (state !== undefined && state !== 'active') return [];
    return [{ id, code, notBefore, notAfter: Number.isNaN(notAfter) ? null : notAfter }];
  });
  return events.sort((a, b) => a.notBefore - b.notBefore || (a.id < b.id ? -1 : 1));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const asObject = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;

const parseObject = (text: string): Record<string, unknown> | null => asObject(parseJson(text));
