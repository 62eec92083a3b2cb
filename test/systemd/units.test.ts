import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderUnits } from './render-units.ts';

const services = ['init-runner', 'monitor-jobs', 'scale-up', 'lifecycle-check', 'unreg-runner'].map(
  (name) => `${name}.service`,
);
const reap = ['drover-reap.service', 'drover-reap.timer'];
/** systemd-analyze's scale is 0 (nothing is possible) to 10. */
const MOST_EXPOSED = 2.5;

const missing = execaSync('systemd-analyze', ['--version'], { reject: false }).failed;
if (missing)
  console.warn('systemd-analyze is not here: to have the units verified, install Debian’s systemd');

const directory = mkdtempSync(join(tmpdir(), 'drover-units-'));
const agentDirectory = join(directory, 'agent');
beforeAll(() => {
  // A command that there is: systemd-analyze looks.
  const common = { drover_command: '/usr/bin/true', drover_tokens: [{ name: 'runner-token' }] };
  renderUnits(directory, { ...common, drover_reap: true });
  renderUnits(agentDirectory, { ...common, drover_mode: 'agent' });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const pathOf = (unit: string) =>
  unit === 'drover.service' ? join(agentDirectory, unit) : join(directory, unit);
const text = (unit: string) => readFileSync(pathOf(unit), 'utf8');
const dropIn = (where: string) => readFileSync(join(where, 'gitlab-runner.service.d', 'drover.conf'), 'utf8');
const ours = [...services, 'drover-reap.service', 'drover.service'];

describe('the units of role drover', () => {
  test('are those of the mode, and the runner’s drop-in', () => {
    const own = [...services, ...reap, 'gitlab-runner.service.d'].sort();
    expect(readdirSync(directory).filter((name) => name !== 'agent')).toEqual(own);
    expect(readdirSync(agentDirectory).sort()).toEqual(['drover.service', 'gitlab-runner.service.d']);
  });

  test.skipIf(missing && !process.env.CI)('are what systemd takes, without a warning', async () => {
    const paths = [...services, ...reap, 'drover.service'].map(pathOf);
    const { exitCode, all } = await execa(
      'systemd-analyze',
      ['verify', '--man=no', '--recursive-errors=no', ...paths],
      { reject: false, all: true },
    );
    expect([exitCode, all]).toEqual([0, '']);
  });

  test.skipIf(missing && !process.env.CI)('are exposed no more than 2.5 each', async () => {
    const exposures = await Promise.all(
      ours.map(async (unit) => {
        const args = ['security', '--offline=true', '--no-pager', pathOf(unit)];
        const { stdout } = await execa('systemd-analyze', args);
        return [unit, Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])] as const;
      }),
    );
    expect(exposures.filter(([, level]) => !(level <= MOST_EXPOSED))).toEqual([]);
  });

  test('run the commands that there are', () => {
    const commands = ours.map((unit) => /^ExecStart=\/usr\/bin\/true (.*)$/m.exec(text(unit))?.[1]);
    expect(commands).toEqual([
      'init-runner',
      'monitor-jobs',
      'scale-up --service',
      'lifecycle-check',
      'unreg-runner',
      'reap --json',
      'agent',
    ]);
    expect(text('drover-reap.timer')).toMatch(/^OnCalendar=\*:0\/30$/m);
  });

  test('are wanted at boot only where nothing else starts them', () => {
    const wanted = ours.filter((unit) => /^WantedBy=multi-user\.target$/m.test(text(unit)));
    expect(wanted).toEqual(['init-runner.service', 'lifecycle-check.service', 'drover.service']);
    expect(ours.filter((unit) => /^OnSuccess=/m.test(text(unit)))).toEqual(['lifecycle-check.service']);
    expect(text('lifecycle-check.service')).toMatch(/^OnSuccess=unreg-runner\.service$/m);
  });

  test('T17: those that own states stop before the runner does, and have the time for it', () => {
    for (const unit of [
      'init-runner.service',
      'monitor-jobs.service',
      'unreg-runner.service',
      'drover.service',
    ]) {
      expect(text(unit)).not.toMatch(/^(After|Before)=.*gitlab-runner\.service/m);
      expect(text(unit)).toMatch(/^TimeoutStopSec=120$/m);
    }
    expect(ours.filter((unit) => /^(Conflicts|BindsTo|PartOf|Requires)=/m.test(text(unit)))).toEqual([]);
  });

  test('are started again after a failure, within limits, but not for a wrong configuration', () => {
    for (const unit of ours) expect(text(unit)).toMatch(/^RestartPreventExitStatus=2$/m);
    const restarted = ours.filter((unit) => /^Restart=on-failure$/m.test(text(unit)));
    expect(restarted).toEqual(ours.filter((unit) => !/^(scale-up|drover-reap)/.test(unit)));
    for (const unit of restarted) {
      expect(text(unit)).toMatch(/^StartLimitIntervalSec=/m);
      expect(text(unit)).toMatch(/^StartLimitBurst=/m);
    }
  });

  test('hold no secret; tokens come as credentials to those that play, and the others cannot read them', () => {
    const loads = ours.filter((unit) =>
      /^LoadCredential=runner-token:\/etc\/drover\/credentials\/runner-token$/m.test(text(unit)),
    );
    const withoutTokens = ours.filter((unit) => !loads.includes(unit));
    expect(withoutTokens).toEqual(['scale-up.service', 'lifecycle-check.service']);
    for (const unit of ours) expect(text(unit)).toMatch(/^InaccessiblePaths=-\/etc\/drover\/credentials$/m);
    expect(ours.map(text).join('')).not.toMatch(/glrt-|glpat-/i);
  });

  test('have no capability but the one that sees who holds the metrics port', () => {
    const capabilities = ours.map((unit) => /^CapabilityBoundingSet=(.*)$/m.exec(text(unit))?.[1]);
    expect([...new Set(capabilities)].sort()).toEqual(['', 'CAP_SYS_PTRACE']);
  });
});

test('credentials that the configuration names are loaded, also those that were written by hand', () => {
  const directory = mkdtempSync(join(tmpdir(), 'drover-credentials-'));
  renderUnits(directory, {
    drover_mode: 'agent',
    drover_tokens: [{ name: 'one' }],
    drover_config: {
      gitlab: { apiTokenCredential: 'two' },
      runners: [{ tokenCredential: 'one' }, { tokenCredential: 'three' }, { tokenEnv: 'A' }],
      status: { tokenCredential: 'four' },
    },
  });
  const unit = readFileSync(join(directory, 'drover.service'), 'utf8');
  const loaded = [...unit.matchAll(/^LoadCredential=(\w+):/gm)].map(([, name]) => name);
  expect(loaded.sort()).toEqual(['four', 'one', 'three', 'two']);
  rmSync(directory, { recursive: true });
});

describe('the drop-in of gitlab-runner.service', () => {
  test('drains: SIGQUIT to the runner alone, and time for its jobs', () => {
    expect(dropIn(directory)).toMatch(/^KillSignal=SIGQUIT\nKillMode=mixed\nTimeoutStopSec=2h$/m);
  });

  test('keeps jobs from the instance’s role, unless it is allowed; the drain limit is the configuration’s', () => {
    expect(dropIn(directory)).toMatch(/^IPAddressDeny=169\.254\.169\.254 fd00:ec2::254$/m);
    const other = join(directory, 'agent');
    renderUnits(other, {
      drover_mode: 'agent',
      drover_runner_allows_metadata: true,
      drover_config: { lifecycle: { drainLimit: '90m' } },
    });
    expect(dropIn(other)).not.toMatch(/IPAddressDeny/);
    expect(dropIn(other)).toMatch(/^TimeoutStopSec=90m$/m);
  });
});
