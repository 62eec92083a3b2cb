import { expect, it } from 'vitest';
import { type StateValue, stateName } from '../../src/engine/record.ts';
import { type Edge, explore, type Node } from './explore.ts';

const name = (node: Node) => stateName(node.snapshot.value as StateValue);

/** The whole space takes a minute; the nearest few thousand states hold every transition of the chart. */
const LIMIT = process.env.DROVER_TEST_TIER === 'deep' ? Number.POSITIVE_INFINITY : 2_500;

/** States that wait for nobody but a play must have one; all others need a timer. */
const QUIET_END = /^released$/;

it('keeps the invariants of the chart in every reachable state', { timeout: 120_000 }, () => {
  const violations = new Map<string, string>();
  const violate = (what: string, edge: Edge) => {
    if (!violations.has(what)) violations.set(what, edge.to.path.join(' → '));
  };
  const counts = explore((edge) => {
    const { from, to, commands, event } = edge;
    if (to.ghost.plays.length > 1) violate(`two playbooks at once in ${name(to)}`, edge);
    if (from.ghost.confirmed && name(to).startsWith('inService')) violate('back in service', edge);
    if (event === 'runner.unreadable' && commands.some((c) => /playScaleUp|terminateInstance/.test(c.type))) {
      violate('no reading was taken for a reading', edge);
    }
    const waits = to.timers.length > 0 || to.snapshot.context.operation !== null;
    const watched = /^inService\.(unknown|available|saturated|idle|cordoned)/.test(name(to));
    if (!waits && !watched && !QUIET_END.test(name(to))) violate(`${name(to)} waits for ever`, edge);
    // 6 for a host that goes down: bounded, and after a reboot the runner is as it was.
    const halting = /^halting\.(?!halted)/.test(name(to));
    if (halting && !to.timers.some((timer) => timer.includes('haltLimit'))) {
      violate(`${name(to)} may hold the shutdown up for ever`, edge);
    }
    if (halting && to.snapshot.context.halt === 'reboot' && commands.some((c) => c.type === 'playUnreg')) {
      violate('unregistered before a reboot', edge);
    }
    const op = to.snapshot.context.operation;
    if (op !== null && !to.ghost.plays.includes(op))
      violate(`waits for a play that is not there: ${name(to)}`, edge);
    if (op === null && to.ghost.plays.length > 0) violate(`a play that nobody waits for: ${name(to)}`, edge);
  }, LIMIT);
  console.log(`states ${counts.states}, edges ${counts.edges}`);
  expect([...violations].map(([what, witness]) => `${what}: ${witness}`)).toEqual([]);
});
