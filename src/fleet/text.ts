import { type StatusSummary, summarizeStatus } from '../explain/status-summary.ts';
import { inWords } from '../terminal/duration-words.ts';
import type { Paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';
import type { FleetInstance } from './list-fleet.ts';
import type { RemoteJournal } from './remote-journal.ts';

/** One instance and what could be read of it. */
export interface FleetRow {
  instance: FleetInstance;
  /** Null where the journal could not be read. */
  status: StatusSummary | null;
  /** Why not. */
  unreadable: string | null;
}

/** The row of one instance at `now` (ms since the epoch). */
export function fleetRow(instance: FleetInstance, journal: RemoteJournal, now: number): FleetRow {
  if (journal.kind === 'unreadable') return { instance, status: null, unreadable: journal.why };
  return { instance, status: summarizeStatus(journal.entries, now), unreadable: null };
}

export interface FleetTextOptions {
  paint: Paint;
  /** Columns. */
  width: number;
}

/** The fleet as a table a group, with a line below for what does not fit one. */
export function describeFleet(rows: readonly FleetRow[], options: FleetTextOptions): string {
  const groups = [...new Set(rows.map(({ instance }) => instance.groupName))];
  return groups
    .flatMap((groupName, index) => [
      ...(index > 0 ? [''] : []),
      ...describeGroup(
        groupName,
        rows.filter(({ instance }) => instance.groupName === groupName),
        options,
      ),
    ])
    .join('\n');
}

const TITLES = ['instance', 'group says', 'Drover says', 'jobs', 'for'];

function describeGroup(groupName: string, rows: readonly FleetRow[], options: FleetTextOptions): string[] {
  const { paint } = options;
  const cells = rows.map(cellsOf);
  const widths = TITLES.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    `${paint.bold(`group ${printable(groupName, 100)}`)}: ${heading(rows)}`,
    paint.dim(line(TITLES)),
    ...rows.flatMap((row, index) => [
      colourOf(row, paint)(line(cells[index] ?? [])),
      ...remarks(row).flatMap((remark) => wrap(remark, options.width, '  ').map(paint.yellow)),
    ]),
  ];
}

function heading(rows: readonly FleetRow[]): string {
  const [newest] = rows
    .flatMap(({ status }) => status ?? [])
    .sort((one, other) => (one.since < other.since ? 1 : -1));
  const size = newest?.group
    ? `, desired ${newest.group.desired} of ${newest.group.min} to ${newest.group.max}`
    : '';
  return `${rows.length} ${rows.length === 1 ? 'instance' : 'instances'}${size}`;
}

function cellsOf({ instance, status }: FleetRow): string[] {
  const jobs =
    status === null || status.runner.running === null
      ? '–'
      : `${status.runner.running}/${status.runner.limit}`;
  return [
    instance.id,
    printable(instance.lifecycleState, 30),
    status === null ? 'not readable' : printable(status.state, 60),
    jobs,
    status === null ? '–' : inWords(status.forMs),
  ];
}

/** What somebody who looks after the group must know beside the table. */
function remarks({ instance, status, unreadable }: FleetRow): string[] {
  const told: string[] = [];
  if (unreadable !== null) told.push(unreadable);
  if (instance.health.toLowerCase() === 'unhealthy') told.push('the group counts it as unhealthy');
  if (status === null) return told;
  const { notice, reason, attempts, scaleBlocked, runner } = status;
  if (notice.kind !== 'none') {
    told.push(`${notice.kind} announced${notice.deadline === null ? '' : ` for ${notice.deadline}`}`);
  }
  if (reason !== null && !status.state.startsWith('inService')) told.push(printable(reason));
  if (attempts > 0) told.push(`${attempts} failures in a row`);
  if (scaleBlocked !== null) told.push(`no scale-up: ${printable(scaleBlocked)}`);
  if (runner.paused) told.push('its runner is paused in GitLab');
  return told;
}

function colourOf({ status }: FleetRow, paint: Paint): (text: string) => string {
  if (status === null || /givenUp|forcing/.test(status.state)) return paint.red;
  if (/repairing|abandoning|retrying|unknown/.test(status.state)) return paint.yellow;
  return (text) => text;
}
