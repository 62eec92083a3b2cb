import type { Examination } from './examination.ts';

const PROPERTIES = [
  'LoadState',
  'UnitFileState',
  'KillSignal',
  'KillMode',
  'TimeoutStopUSec',
  'IPAddressDeny',
  'ExecStart',
  'User',
] as const;

export type UnitProperties = Partial<Record<(typeof PROPERTIES)[number], string>>;

/** Properties of a unit as systemctl shows them; null: systemctl does not answer. */
export async function readUnit(
  program: Examination['program'],
  unit: string,
): Promise<UnitProperties | null> {
  const shown = await program('systemctl', ['show', unit, `--property=${PROPERTIES.join(',')}`]);
  if (shown === null || shown.exitCode !== 0) return null;
  return Object.fromEntries(
    shown.stdout.split('\n').map((line) => {
      const split = line.indexOf('=');
      return [line.slice(0, split), line.slice(split + 1)];
    }),
  );
}
