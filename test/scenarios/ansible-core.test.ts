import { execa } from 'execa';
import { expect, it } from 'vitest';
import { testedAnsible } from '../../scripts/tested-ansible.mjs';

/** The agents find their Ansible on this PATH (src/sandbox/host.ts). Without a network and not in CI it is what was there. */
it('the scenarios are played on the core that vitest.config.ts names', async () => {
  const named = process.env.DROVER_TEST_ANSIBLE === 'newest' ? 'newest' : 'oldest';
  const { version, mend } = testedAnsible(named);
  const { stdout } = await execa('ansible-playbook', ['--version']);
  expect(stdout.split('\n')[0], `${named}: ${mend}`).toBe(`ansible-playbook [core ${version}]`);
});
