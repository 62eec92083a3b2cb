/** AWS takes requests whose time is at most five minutes from its own, EC2 fifteen ("Create a signed AWS API request"). */
const TOLERATED = 240_000;

/** How AWS says that a request's time is wrong. EC2 says RequestExpired of expired temporary keys too. */
const CODES =
  /^(RequestExpired|RequestInTheFuture|RequestTimeTooSkewed|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/;
const WORDS = /signature (expired|not yet current)/i;

/** What to do about a clock that is wrong. */
export const MEND_CLOCK = 'set it right (chronyc makestep) and see that chronyd runs';

export interface Refusal {
  code: string;
  detail: string;
  /** The answer's Date. */
  date: string | undefined;
  /** This host's time, ms since the epoch. */
  now: number;
}

/** That this host's clock is wrong, by how much and what to do, where that is why AWS refused a call; else null. */
export function clockAdvice({ code, detail, date, now }: Refusal): string | null {
  if (!CODES.test(code)) return null;
  const ahead = now - Date.parse(date ?? '');
  if (Math.abs(ahead) > TOLERATED) {
    const minutes = Math.round(Math.abs(ahead) / 60_000);
    return `this host's clock is ${minutes} min ${ahead > 0 ? 'ahead of' : 'behind'} AWS's: ${MEND_CLOCK}`;
  }
  return WORDS.test(detail) ? `this host's clock differs from AWS's: ${MEND_CLOCK}` : null;
}
