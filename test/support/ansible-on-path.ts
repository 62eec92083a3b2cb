import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// Where scripts/ensure-ansible.mjs put a private Ansible, tests and the processes they start find it first.
const directory = join(import.meta.dirname, '..', '..', '.drover', 'ansible', 'bin');
if (existsSync(directory)) process.env.PATH = `${directory}${delimiter}${process.env.PATH}`;
