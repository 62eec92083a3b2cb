import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ansible } from '../../src/doctor/checks/ansible.ts';
import { hostPrograms } from '../../src/doctor/checks/host-programs.ts';
import { judgeNode } from '../../src/doctor/checks/node.ts';
import { runnerUnit } from '../../src/doctor/checks/runner-unit.ts';
import { secrets } from '../../src/doctor/checks/secrets.ts';
import { systemd } from '../../src/doctor/checks/systemd.ts';
import { withWorld } from './with-world.ts';
import { DRAINING_UNIT } from './world.ts';

test.each([
  ['20.18.3', 'danger'],
  ['18.20.0', 'danger'],
  ['20.19.0', 'ok'],
  ['24.1.0', 'ok'],
])('Node %s: %s', (version, level) => {
  expect(judgeNode(version).level).toBe(level);
});

test('Ansible as it is here passes; none, an old one and one without boto3 are each told', () =>
  withWorld(async ({ findings, program, configure }) => {
    expect(await findings(ansible)).toMatchObject([{ level: 'ok', text: expect.stringContaining('boto3') }]);
    configure({ ansible: { command: '/nowhere/ansible-playbook' } });
    expect(await findings(ansible)).toMatchObject([
      { level: 'danger', mend: expect.stringContaining('apt-get') },
    ]);
    configure();
    program('ansible-playbook', 'ansible-playbook [core 2.12.3]\n  python version = 3.9 (/usr/bin/python3)');
    expect(await findings(ansible)).toMatchObject([
      { level: 'danger', text: expect.stringContaining('2.12') },
    ]);
    program('ansible-playbook', 'ansible-playbook [core 2.16.3]\n  python version = 3.9 (/bin/false)');
    expect(await findings(ansible)).toMatchObject([
      { level: 'danger', text: expect.stringContaining('boto3') },
    ]);
  }));

test('the runner and flock are looked for', () =>
  withWorld(async ({ findings, configure }) => {
    expect((await findings(hostPrograms)).map(({ level }) => level)).toEqual(['ok', 'ok']);
    configure({ runner: { binary: '/nowhere/gitlab-runner' } });
    expect(await findings(hostPrograms)).toMatchObject([
      { level: 'ok' },
      { level: 'danger', text: expect.stringContaining('/nowhere/gitlab-runner') },
    ]);
  }));

test('systemd 249 is needed for the services, and nothing where there is none', () =>
  withWorld(async ({ findings, unit, configure }) => {
    expect(await findings(systemd)).toMatchObject([{ level: 'ok', text: 'systemd 252' }]);
    unit(DRAINING_UNIT, 247);
    expect(await findings(systemd)).toMatchObject([
      { level: 'danger', text: expect.stringContaining('247') },
    ]);
    configure({ runner: { serviceManager: 'process' } });
    expect(await findings(systemd)).toMatchObject([{ level: 'ok' }]);
  }));

describe('the runner’s unit', () => {
  test.each([
    ['as Drover’s drop-in makes it', {}, 'ok', 'drains when it is stopped'],
    ['with GitLab’s own KillSignal', { KillSignal: '15' }, 'danger', 'aborts running jobs'],
    ['with a KillMode that signals jobs', { KillMode: 'control-group' }, 'danger', 'the jobs’ own processes'],
    [
      'with systemd’s patience',
      { TimeoutStopUSec: '1min 30s' },
      'danger',
      'kills gitlab-runner.service 90 s after',
    ],
    ['without a limit', { TimeoutStopUSec: 'infinity' }, 'ok', 'drains'],
    ['enabled', { UnitFileState: 'enabled' }, 'advice', 'takes jobs before init'],
    ['not there', { LoadState: 'not-found' }, 'danger', 'there is no unit gitlab-runner.service'],
  ])('%s', (_, properties, level, text) =>
    withWorld(async ({ findings, unit }) => {
      unit({ ...DRAINING_UNIT, ...properties });
      expect(await findings(runnerUnit)).toMatchObject([{ level, text: expect.stringContaining(text) }]);
    }),
  );
});

test('a token that is missing, or that others can read, is told; never the token', () =>
  withWorld(async ({ findings, dir }) => {
    expect(await findings(secrets)).toMatchObject([{ level: 'ok' }]);
    chmodSync(join(dir, 'token'), 0o644);
    expect(await findings(secrets)).toMatchObject([
      { level: 'danger', mend: `chmod 600 ${join(dir, 'token')}` },
    ]);
    rmSync(join(dir, 'token'));
    expect(await findings(secrets)).toMatchObject([
      { level: 'danger', text: expect.stringContaining('no such file') },
    ]);
    writeFileSync(join(dir, 'token'), 'two words', { mode: 0o600 });
    const [finding] = await findings(secrets);
    expect(finding?.level).toBe('danger');
    expect(JSON.stringify(finding)).not.toContain('two words');
  }));
