import { describeFleet, type FleetRow, fleetRow } from '../fleet/text.ts';
import { paintFor, widthOf } from '../terminal/paint.ts';
import { type CliContext, printJson, type SharedOptions } from './context.ts';
import { withFleet } from './fleet-access.ts';

/** `drover status --fleet`: with `json` a line an instance as it comes, and the summary; else a table at the end. */
export async function showFleet(
  context: CliContext,
  { config, json, group }: SharedOptions & { group: readonly string[] },
): Promise<void> {
  const note = (message: string) =>
    json ? printJson(context, { event: 'note', message }) : context.print(message);
  const rows = await withFleet(context, config, note, async ({ reader: makeReader, ofGroups }) => {
    const reader = makeReader();
    const instances = await ofGroups(group);
    const found = new Map<string, FleetRow>();
    await reader.readAll(instances, (instance, journal) => {
      const row = fleetRow(instance, journal, Date.now());
      found.set(instance.id, row);
      if (json) printJson(context, asLine(row));
    });
    return instances.flatMap(({ id }) => found.get(id) ?? []);
  });
  const unreadable = rows.filter(({ status }) => status === null).length;
  if (json) {
    printJson(context, {
      event: 'summary',
      instances: rows.length,
      read: rows.length - unreadable,
      unreadable,
    });
  } else if (rows.length === 0) {
    context.print('the group holds no instance');
  } else {
    const options = { paint: paintFor(process.stdout, context.env), width: widthOf(process.stdout) };
    context.print(describeFleet(rows, options));
  }
  if (unreadable > 0) context.exitCode = 1;
}

const asLine = ({ instance, status, unreadable }: FleetRow): object => ({
  event: 'instance',
  ...instance,
  status,
  unreadable,
});
