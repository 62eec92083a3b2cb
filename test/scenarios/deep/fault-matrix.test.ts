import { expect, it } from 'vitest';
import { type Cost, callsOf, costTable, failOnce, faultyLife, KINDS, nameOfCall } from '../faults.ts';
import { inParallel } from '../in-parallel.ts';
import { lives } from '../lives.ts';

for (const life of lives) {
  it(`nothing is lost in ${life.id}, whichever call fails and however`, async () => {
    const without = await faultyLife(life, () => {});
    const cases = callsOf(without.log).flatMap((call) => KINDS.map((kind) => ({ call, kind })));
    const rows: Array<{ what: string; cost: Cost }> = [];
    const nameOf = ({ call, kind }: (typeof cases)[number]) => `${life.id} ${nameOfCall(call)} ${kind}`;
    const failures = await inParallel(cases, nameOf, async ({ call, kind }) => {
      const cost = await faultyLife(life, (world) => failOnce(world, call, kind));
      rows.push({ what: nameOf({ call, kind }), cost });
    });
    console.log(
      costTable(
        rows.sort((a, b) => a.what.localeCompare(b.what)),
        without,
      ),
    );
    expect(failures).toEqual([]);
  }, 3_000_000);
}
