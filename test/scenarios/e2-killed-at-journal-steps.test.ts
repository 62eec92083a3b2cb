import { describe, it } from 'vitest';
import { type KillAt, killedAt } from './kills.ts';
import { type Life, life } from './lives.ts';

/** The steps at which most can go wrong: something has been begun that the record does or does not know. */
const STEPS: Array<{ id: Life['id']; at: KillAt; words: string }> = [
  { id: 'L1', at: { match: '"type":"playInit"', when: 'after' }, words: 'init is decided, not begun' },
  { id: 'L1', at: { match: '"playbook.succeeded"', when: 'before' }, words: 'init has ended, unknown to it' },
  {
    id: 'C1',
    at: { match: '"type":"playbook.succeeded","operation":"scaleUp', when: 'before' },
    words: 'the increase was made, unknown to it',
  },
  {
    id: 'C5',
    at: { match: '"type":"terminateInstance"', when: 'after' },
    words: 'retirement is decided, not asked for',
  },
  { id: 'T1', at: { match: '"type":"playUnreg"', when: 'after' }, words: 'the drain is decided, not begun' },
  {
    id: 'T1',
    at: { match: '"type":"playbook.succeeded","operation":"unreg', when: 'before' },
    words: 'the drain is over and answered, unknown to it',
  },
];

describe('E2: an agent that is killed comes to the same end', () => {
  for (const { id, at, words } of STEPS) {
    it.concurrent(`in ${id} when ${words}`, () => killedAt(life(id), at), 240_000);
  }
});
