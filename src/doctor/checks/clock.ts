import { httpRequest } from '../../net/http-request.ts';
import type { Check, Examination } from '../examination.ts';
import { advice, danger, type Finding, ok, unknown } from '../finding.ts';

const TIMEOUT = 10_000;
const MOST_BYTES = 1_000_000;
/** A Date has whole seconds, and the answer is a little under way. In ms. */
const UNSHARP = 3_000;
/** Of the two minutes after a Spot notice the drain leaves some 20 s for the end of its jobs and unregistering. In ms. */
const COSTLY = 10_000;

const MEND = 'set it right (chronyc makestep) and see that chronyd runs';

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
    return [Math.abs(seen) < COSTLY ? advice(text, MEND) : danger(text, MEND)];
  },
};

/** How far this host's clock is ahead of GitLab's (ms), taken at the middle of the request; null: no Date. */
async function aheadOfGitlab({ config, signal, clock }: Examination): Promise<number | null> {
  const asked = clock.wall();
  const { headers } = await httpRequest({
    url: `${config.gitlab.url}/api/v4/version`,
    timeout: TIMEOUT,
    maxBytes: MOST_BYTES,
    signals: [signal],
  });
  const told = Date.parse(headers.date ?? '');
  // The second that Date names lasts until the next.
  return Number.isNaN(told) ? null : (asked + clock.wall()) / 2 - (told + 500);
}
