import { describe, expect, test } from 'vitest';
import { metadataMock } from '../real-parts/metadata-mock.ts';
import { agrees } from '../table.ts';
import { ANNOUNCED, both, type Comparison, closeBoth, startBoth } from './comparison.ts';
import { MAINTENANCE, REBALANCE, SPOT, TARGET } from './paths.ts';
import type { Announced } from './services.ts';
import { watched } from './watched.ts';

/** What the watcher makes of it. */
export function watcherTests({ starts, clock }: Comparison): void {
  describe('the watcher', () => {
    const cases: [string, string, Announced | null][] = [
      ['nothing but the target', TARGET, null],
      ...(['terminate', 'stop', 'hibernate'] as const).map((action): [string, string, Announced] => [
        `an interruption: ${action}`,
        SPOT,
        { ...ANNOUNCED, action },
      ]),
      ...(
        [
          ['instance-reboot', 'active'],
          ['system-maintenance', 'active'],
          ['instance-retirement', 'active'],
          ['instance-stop', 'active'],
          ['system-reboot', 'completed'],
          ['system-reboot', 'canceled'],
        ] as const
      ).map(([code, state]): [string, string, Announced] => [
        `maintenance: ${code}, ${state}`,
        MAINTENANCE,
        { ...ANNOUNCED, event: { ...ANNOUNCED.event, code, state } },
      ]),
    ];

    test.each(cases)('tells the same: %s', async (name, path, announced) => {
      const pair = await startBoth({ starts }, announced);
      const seen = await both(({ endpoint }) => watched(endpoint, clock), pair);
      await closeBoth(pair);
      expect(seen.sandbox).toEqual(seen.mock);
      expect(seen.mock).toContainEqual(
        announced === null
          ? { type: 'target.observed', target: 'InService' }
          : { type: 'interruption.noticed', action: announced.action, deadline: announced.time },
      );
      const expected = announced === null ? 1 : announced.event.state === 'active' ? 4 : 3;
      expect(seen.mock).toHaveLength(expected);
      agrees(metadataMock, path, `watcher: ${name}`);
      if (announced !== null) agrees(metadataMock, REBALANCE, `watcher: ${name}`);
    });

    test('tells the same when the notices come while it watches', async () => {
      const later = { after: 2 };
      const pair = {
        sandbox: await starts.sandbox(ANNOUNCED, later),
        mock: await starts.mock(ANNOUNCED, later),
      };
      const kinds = ['interruption.noticed', 'rebalance.noticed', 'maintenance.noticed'] as const;
      const seen = await both(({ endpoint }) => watched(endpoint, clock, kinds), pair);
      await closeBoth(pair);
      expect(seen.sandbox).toEqual(seen.mock);
      expect(seen.mock.map(({ type, target }) => target ?? type)).toEqual([
        'InService',
        'Terminated',
        ...kinds,
      ]);
      for (const path of [TARGET, SPOT, REBALANCE, MAINTENANCE]) {
        agrees(metadataMock, path, 'watcher: nothing, then the notices');
      }
    });
  });
}
