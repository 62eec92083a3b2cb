import type { Check } from '../examination.ts';
import { danger, type Finding, ok } from '../finding.ts';

/** The programs of the host that Drover runs: flock for the lock, and the runner itself. */
export const hostPrograms: Check = {
  name: 'programs',
  async run({ config, program }): Promise<Finding[]> {
    const [flock, runner] = await Promise.all([
      program('flock', ['--version']),
      program(config.runner.binary, ['--version']),
    ]);
    const version = /^Version:\s*(\S+)/m.exec(runner?.stdout ?? '')?.[1];
    return [
      flock === null
        ? danger('flock is missing: the state directory cannot be locked', 'install util-linux')
        : ok('flock'),
      runner === null || runner.exitCode !== 0
        ? danger(
            `${config.runner.binary} does not run: there is nothing to register`,
            'install GitLab Runner, or set runner.binary',
          )
        : ok(`GitLab Runner ${version ?? 'of an unknown version'}`),
    ];
  },
};
