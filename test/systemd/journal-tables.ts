import type { Told } from '../../src/demo/told.ts';
import type { TestHost } from './hosts/host.ts';

const UNITS = ['init-runner', 'monitor-jobs', 'scale-up', 'lifecycle-check', 'unreg-runner', 'gitlab-runner'];
/** What our own log lines have beside their message, in the order in which it is shown. */
const SHOWN = ['from', 'to', 'state', 'command', 'operation', 'event', 'target', 'kind', 'notice', 'added'];

/** What `journalctl -u` tells of each unit of each host, for people and as one object a line. */
export async function journalTables(hosts: TestHost[]): Promise<Told[]> {
  const told: Told[] = [];
  for (const host of hosts) {
    for (const unit of UNITS) {
      const lines = (await host.journal(unit)).split('\n').filter((line) => line !== '');
      if (lines.length === 0) continue;
      told.push({
        text: [`\n${host.name}: journalctl -u ${unit}`, ...lines.map((line) => `  ${readable(line)}`)].join(
          '\n',
        ),
        event: { event: 'journal', instanceId: host.name, unit, lines },
      });
    }
  }
  return told;
}

/** `2026-…T21:12:46.643405+0000 host program[pid]: message`, with our JSON in short. */
function readable(line: string): string {
  const [, time = '', program = '', message = ''] =
    /T([\d:]{8}\.\d)\S* \S+ ([^[:]+)\S* (.*)$/.exec(line) ?? [];
  return time === '' ? line : `${time}  ${program.padEnd(15)}  ${inShort(message)}`;
}

function inShort(message: string): string {
  try {
    const fields = JSON.parse(message) as Record<string, unknown>;
    const more = SHOWN.flatMap((name) =>
      typeof fields[name] === 'string' ? [`${name}=${fields[name]}`] : [],
    );
    return [fields.msg, ...more].join('  ');
  } catch {
    return message;
  }
}
