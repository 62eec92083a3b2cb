import type { Check } from '../examination.ts';
import { danger, ok } from '../finding.ts';

/** OnSuccess= came with it ("NEWS", systemd 249). */
const OLDEST = 249;

/** systemd is new enough for the services. */
export const systemd: Check = {
  name: 'systemd',
  async run({ config, program }) {
    if (config.runner.serviceManager !== 'systemd') {
      return [ok('not needed: runner.serviceManager is process')];
    }
    const shown = await program('systemctl', ['--version']);
    const version = Number(/^systemd (\d+)/.exec(shown?.stdout ?? '')?.[1]);
    if (!Number.isInteger(version)) {
      const mend = 'boot the instance with systemd, or set runner.serviceManager to process';
      return [danger('systemctl does not run: the runner’s unit can be neither started nor drained', mend)];
    }
    if (version >= OLDEST) return [ok(`systemd ${version}`)];
    const mend = `take an image with systemd ${OLDEST} or newer, or install drover.service in place of the five units`;
    return [danger(`systemd ${version} is too old for the services: it knows no OnSuccess=`, mend)];
  },
};
