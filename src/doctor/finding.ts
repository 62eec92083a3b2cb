/**
 * How grave a finding is: `danger` would lose a job or keep Drover from its work, `advice` is worth a change, `unknown`
 * could not be found out.
 */
export type Level = 'ok' | 'advice' | 'danger' | 'unknown';

export interface Finding {
  level: Level;
  /** What was found, in words. */
  text: string;
  /** What to do about it; null: nothing. */
  mend: string | null;
}

export const ok = (text: string): Finding => ({ level: 'ok', text, mend: null });
export const advice = (text: string, mend: string): Finding => ({ level: 'advice', text, mend });
export const danger = (text: string, mend: string): Finding => ({ level: 'danger', text, mend });
export const unknown = (text: string, mend: string): Finding => ({ level: 'unknown', text, mend });
