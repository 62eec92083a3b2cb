import { afterAll, beforeAll, describe } from 'vitest';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import { ANNOUNCED, closeBoth, type Pair, startBoth } from './metadata/comparison.ts';
import { itemTests } from './metadata/item-tests.ts';
import { mockService, sandboxService } from './metadata/services.ts';
import { tokenTests } from './metadata/token-tests.ts';
import { watcherTests } from './metadata/watcher-tests.ts';
import { findMetadataMock } from './real-parts/metadata-mock.ts';

const command = await findMetadataMock();

// In one file, so that the mock is built once where it is not there yet.
describe.skipIf(command === null)(
  'the sandbox and amazon-ec2-metadata-mock, with our own client and watcher',
  () => {
    const clock = createTimeline(clockOffsetNow());
    const starts = { sandbox: sandboxService(clock), mock: mockService(command ?? '') };
    let quiet: Pair;
    let loud: Pair;
    beforeAll(async () => {
      quiet = await startBoth({ starts }, null);
      loud = await startBoth({ starts }, ANNOUNCED);
    });
    afterAll(async () => {
      await closeBoth(quiet);
      await closeBoth(loud);
    });
    const comparison = { clock, starts, quiet: () => quiet, loud: () => loud };
    tokenTests(comparison);
    itemTests(comparison);
    watcherTests(comparison);
  },
);
