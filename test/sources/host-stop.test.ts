import { expect, it } from 'vitest';
import { haltOf } from '../../src/sources/host-stop.ts';

const jobs = (target: string) => `
 1284 gitlab-runner.service            stop  waiting
 1201 ${target}                  start waiting
 1290 drover.service                   stop  running
`;

it('tells a poweroff from a reboot by the job that is queued (systemctl list-jobs)', () => {
  expect(haltOf(jobs('poweroff.target'))).toBe('poweroff');
  expect(haltOf(jobs('halt.target'))).toBe('poweroff');
  expect(haltOf(jobs('reboot.target'))).toBe('reboot');
  expect(haltOf(jobs('kexec.target'))).toBe('reboot');
});

it('takes no stop of a unit for the end of the host', () => {
  expect(haltOf(jobs('multi-user.target'))).toBeNull();
  expect(haltOf(' 12 reboot.target stop waiting\n')).toBeNull();
  expect(haltOf('No jobs running.\n')).toBeNull();
});
