import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clock } from '../../src/doctor/checks/clock.ts';
import { gitlab } from '../../src/doctor/checks/gitlab.ts';
import { pausedRunner } from '../../src/doctor/checks/paused-runner.ts';
import { judgeToken, tokenKind } from '../../src/doctor/checks/token-kind.ts';
import { withWorld } from './with-world.ts';

test.each([
  ['glrt-t1_abcdefghij', 'ok'],
  ['glrtr-abcdefghijkl', 'danger'],
  ['GR1348941abcdefghij', 'danger'],
  ['glpat-abcdefghijklm', 'danger'],
  ['abcdefghijklmnopqrst', 'advice'],
])('a token like %s: %s, and the token is not told', (token, level) => {
  const finding = judgeToken('runners[0]', token);
  expect(finding.level).toBe(level);
  expect(JSON.stringify(finding)).not.toContain('abcdefghij');
});

test('C10: without an API token a paused runner looks idle, which is said; with one it is known', () =>
  withWorld(async ({ findings, configure, sandbox, dir }) => {
    expect(await findings(pausedRunner)).toMatchObject([{ level: 'ok' }]);
    configure({ gitlab: { url: sandbox.gitlabUrl } });
    expect(await findings(pausedRunner)).toMatchObject([
      { level: 'advice', text: expect.stringContaining('looks idle') },
    ]);
    expect(await findings(tokenKind)).toMatchObject([{ level: 'ok' }]);
    writeFileSync(join(dir, 'token'), 'GR1348941oldoldoldold', { mode: 0o600 });
    expect(await findings(tokenKind)).toMatchObject([{ level: 'danger' }]);
  }));

test('GitLab that answers passes; none, a broken one, another server and a wrong API token are told', () =>
  withWorld(async ({ findings, configure, sandbox, dir }) => {
    expect((await findings(gitlab)).map(({ level }) => level)).toEqual(['ok', 'ok']);
    writeFileSync(join(dir, 'api-token'), 'glpat-wrong', { mode: 0o600 });
    expect(await findings(gitlab)).toMatchObject([
      { level: 'ok' },
      { level: 'danger', mend: expect.stringContaining('create_runner') },
    ]);
    const lift = sandbox.faults.add({ service: 'gitlab', operation: '*', kind: 'error', status: 502 });
    expect(await findings(gitlab)).toMatchObject([{ level: 'danger', text: expect.stringContaining('502') }]);
    lift();
    configure({ gitlab: { url: 'http://127.0.0.1:9' } });
    expect(await findings(gitlab)).toMatchObject([
      { level: 'danger', text: expect.stringContaining('does not answer') },
    ]);
    configure({ gitlab: { url: sandbox.awsUrl } });
    expect((await findings(gitlab))[0]?.level).toBe('danger');
  }));

test('a clock that is not GitLab’s is told with by how much; with no Date to compare with it stays unknown', () =>
  withWorld(async ({ findings, configure }) => {
    const levels = async (ahead: number) => await findings(clock, { wall: Date.now() + ahead });
    expect(await levels(0)).toMatchObject([{ level: 'ok' }]);
    expect(await levels(-6_000)).toMatchObject([
      { level: 'advice', text: expect.stringMatching(/[5-7] s behind/) },
    ]);
    expect(await levels(3_600_000)).toMatchObject([
      {
        level: 'danger',
        text: expect.stringMatching(/(3599|360[01]) s ahead/),
        mend: expect.stringContaining('chrony'),
      },
    ]);
    configure({ gitlab: { url: 'http://127.0.0.1:9' } });
    expect(await levels(0)).toMatchObject([{ level: 'unknown' }]);
  }));
