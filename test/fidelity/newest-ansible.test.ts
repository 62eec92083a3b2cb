import { delimiter } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { findAnsible, newest, smoke } from './real-parts/ansible.ts';
import { agrees } from './table.ts';

/**
 * Everything is played on the oldest core that Drover takes; these scenarios on the newest too, and in the deep tier all
 * (vitest.config.ts). Between them: init, scale_up and unreg, a Spot notice, calls that are refused, and values that
 * look like something else.
 */
const programs = await findAnsible(newest);

describe.skipIf(programs === null)(`on ansible-core ${newest.version}`, async () => {
  // For this file alone, and before the scenarios are loaded.
  process.env.PATH = `${programs}${delimiter}${process.env.PATH}`;

  it('this is the core that agents find', async () => {
    const { stdout } = await execa('ansible-playbook', ['--version']);
    expect(stdout).toContain(`ansible-playbook [core ${newest.version}]`);
  });

  for (const [id, file] of Object.entries(smoke)) {
    describe(id, async () => {
      afterEach(({ task }) => {
        if (task.result?.state !== 'fail') agrees(newest, id, task.name);
      });
      await import(`../scenarios/${file}.test.ts`);
    });
  }
});
