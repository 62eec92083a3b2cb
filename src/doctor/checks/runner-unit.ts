import type { Check } from '../examination.ts';
import { advice, danger, type Finding, ok, unknown } from '../finding.ts';
import { readUnit } from '../unit-properties.ts';

const DROP_IN = 'install the drop-in: ansible-playbook playbooks/install.yml';
const MICROSECONDS = 1_000;

/** The runner's unit lets jobs finish when it is stopped, and does not start before init. */
export const runnerUnit: Check = {
  name: 'runner unit',
  async run({ config, program }): Promise<Finding[]> {
    const { serviceManager, unit } = config.runner;
    if (serviceManager !== 'systemd') return [ok('not needed: runner.serviceManager is process')];
    const found = await readUnit(program, unit);
    if (found === null) return [unknown('systemctl does not tell of it', 'see the finding on systemd')];
    if (found.LoadState !== 'loaded') return [danger(`there is no unit ${unit}`, DROP_IN)];
    const findings: Finding[] = [];
    if (found.KillSignal !== '3') {
      const text = `stopping ${unit} sends signal ${found.KillSignal ?? 'unknown'}, which aborts running jobs`;
      findings.push(danger(text, `KillSignal=SIGQUIT; ${DROP_IN}`));
    }
    if (found.KillMode !== 'mixed') {
      const text = `KillMode=${found.KillMode ?? 'unknown'}: stopping ${unit} also signals the jobs’ own processes`;
      findings.push(danger(text, `KillMode=mixed; ${DROP_IN}`));
    }
    const patience = milliseconds(found.TimeoutStopUSec);
    if (patience !== null && patience < config.lifecycle.drainLimit) {
      const text = `systemd kills ${unit} ${patience / 1_000} s after its stop, before lifecycle.drainLimit is over`;
      findings.push(danger(text, `TimeoutStopSec=${config.lifecycle.drainLimit / 1_000}; ${DROP_IN}`));
    }
    if (found.UnitFileState === 'enabled') {
      const text = `${unit} is enabled: after a boot it takes jobs before init has made sure who it is`;
      findings.push(advice(text, `systemctl disable ${unit}: init starts it`));
    }
    return findings.length > 0 ? findings : [ok(`${unit} drains when it is stopped`)];
  },
};

/** `1h 30min`, `2h`, `90s`, `infinity`; null: without limit, or not understood. */
function milliseconds(text: string | undefined): number | null {
  const sizes: Record<string, number> = {
    us: 1 / MICROSECONDS,
    ms: 1,
    s: 1e3,
    min: 6e4,
    h: 3.6e6,
    d: 8.64e7,
    day: 8.64e7,
  };
  const parts = [...(text ?? '').matchAll(/([\d.]+)(us|ms|s|min|h|day|d)/g)];
  if (parts.length === 0) return null;
  return parts.reduce((sum, [, amount, size = '']) => sum + Number(amount) * (sizes[size] ?? Number.NaN), 0);
}
