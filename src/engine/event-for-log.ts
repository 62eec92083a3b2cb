/** Members of an event that say why, where it has them. */
const TELLING = ['operation', 'reason', 'message'] as const;

/** What a log line says of the event behind a transition: its name, and in its own words why. */
export function eventForLog(event: { type: string }): Record<string, string> {
  const told: Record<string, string> = { event: nameOf(event.type) };
  const members = event as { [member: string]: unknown };
  for (const member of TELLING) {
    const value = members[member];
    if (typeof value === 'string' && value !== '') told[member] = value;
  }
  return told;
}

/** XState names a timer's event after the state that set it, which the line says already. */
const nameOf = (type: string): string => type.replace(/^xstate\.after\.([^.]+)\..*$/, 'after $1');
