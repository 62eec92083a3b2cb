import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { testedAnsible } from '../../scripts/tested-ansible.mjs';

// What tests and the processes they start find first: the oldest core that Drover takes, or the newest
// (DROVER_TEST_ANSIBLE, vitest.config.ts); where that could not be had, the one of scripts/ensure-ansible.mjs.
const own = join(import.meta.dirname, '..', '..', '.drover', 'ansible', 'bin');
const tested = testedAnsible(process.env.DROVER_TEST_ANSIBLE === 'newest' ? 'newest' : 'oldest').programs;
const directory = [tested, own].find((path) => existsSync(path));
if (directory !== undefined) process.env.PATH = `${directory}${delimiter}${process.env.PATH}`;
