import type { TestProject } from 'vitest/node';
import { ensureTestedAnsible } from '../../scripts/tested-ansible.mjs';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Before any test: the Ansible that tests play with is there. Where it cannot be had they take what they find (and the
 * tests of its version fail or, without a network, skip); in CI that is an error.
 */
export default async function setUp({ config }: TestProject): Promise<void> {
  const named = config.env.DROVER_TEST_ANSIBLE ?? process.env.DROVER_TEST_ANSIBLE;
  try {
    await ensureTestedAnsible(named === 'newest' ? 'newest' : 'oldest', say);
  } catch (error) {
    if (process.env.CI) throw error;
    say(`tests take the Ansible that is on PATH: ${(error as Error).message}`);
  }
}
