import { MEND_CLOCK } from '../../aws/clock-advice.ts';
import { askGitlab } from '../ask-gitlab.ts';
import type { Check, Examination } from '../examination.ts';
import { advice, danger, type Finding, ok, unknown } from '../finding.ts';

/** A Date has whole seconds, and the answer is a little under way. In ms. */
const UNSHARP = 3_000;
/** Of the two minutes after a Spot notice the drain leaves some 20 s for the end of its jobs and unregistering. In ms. */
const COSTLY = 10_000;

/** This host's clock is GitLab's: notices tell the time of an end, and AWS refuses what is signed minutes off. */
export const clock: Check = {
  name: 'clock',
  async run(examination): Promise<Finding[]> {
    const seen = await aheadOfGitlab(examination).catch(() => null);
    if (seen === null) {
      return [unknown('nobody told the time to compare with: GitLab answers no Date', 'see to GitLab first')];
    }
    const seconds = Math.round(Math.abs(seen) / 1_000);
    if (Math.abs(seen) < UNSHARP) return [ok('the clock is the same as GitLab’s')];
    const text = `this host’s clock is ${seconds} s ${seen > 0 ? 'ahead of' : 'behind'} GitLab’s`;
    return [Math.abs(seen) < COSTLY ? advice(text, MEND_CLOCK) : danger(text, MEND_CLOCK)];
  },
};

/** How far this host's clock is ahead of GitLab's (ms), taken at the middle of the request; null: no Date. */
async function aheadOfGitlab(examination: Examination): Promise<number | null> {
  const { clock } = examination;
  const asked = clock.wall();
  const { headers } = await askGitlab(examination, 'version');
  const told = Date.parse(headers.date ?? '');
  // The second that Date names lasts until the next.
  return Number.isNaN(told) ? null : (asked + clock.wall()) / 2 - (told + 500);
}
