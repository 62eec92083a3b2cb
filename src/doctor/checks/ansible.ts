import type { Check, Examination } from '../examination.ts';
import { danger, type Finding, ok } from '../finding.ts';

const OLDEST = [2, 14] as const;
const INSTALL = 'apt-get install ansible-core python3-boto3, or python3 -m pip install ansible-core boto3';

/** ansible-playbook runs, is new enough, and its Python has boto3. */
export const ansible: Check = { name: 'Ansible', run: async (examination) => [await judge(examination)] };

async function judge({ config, program }: Examination): Promise<Finding> {
  const { command } = config.ansible;
  const shown = await program(command, ['--version']);
  if (shown === null || shown.exitCode !== 0) {
    return danger(`${command} does not run: no playbook can be played`, INSTALL);
  }
  const version = /core (\d+)\.(\d+)[\w.]*/.exec(shown.stdout);
  if (version === null) return danger(`${command} does not tell its version`, INSTALL);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return danger(
      `ansible-core ${major}.${minor} is too old`,
      `install ${OLDEST.join('.')} or newer: ${INSTALL}`,
    );
  }
  const python = /python version = .*\((\/[^()]+)\)\s*$/m.exec(shown.stdout)?.[1];
  const boto3 = python === undefined ? null : await program(python, ['-c', 'import boto3']);
  if (boto3?.exitCode !== 0) {
    return danger(
      `Ansible’s Python (${python ?? 'unknown'}) has no boto3: no lifecycle hook can be completed by a playbook`,
      'install boto3 for that Python: apt-get install python3-boto3, or python3 -m pip install boto3',
    );
  }
  return ok(`ansible-core ${major}.${minor} with boto3 in ${python}`);
}
