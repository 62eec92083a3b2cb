import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LifecycleRecord, recordVersion, stateName } from '../../src/engine/record.ts';
import { checkRecord } from '../../src/engine/record-versions.ts';
import { begin, restore, step } from '../../src/engine/step.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';

const directory = join(import.meta.dirname, 'records');
const sample = (version: number) =>
  JSON.parse(readFileSync(join(directory, `v${version}.json`), 'utf8')) as LifecycleRecord;
const versions = Array.from({ length: recordVersion }, (_, index) => index + 1);

/** The members of a context, as the machine of today begins with them. */
const members = Object.keys(begin(defaultPolicy, 0).snapshot.context)
  .filter((name) => name !== 'policy')
  .sort();

describe('a record', () => {
  it('has one sample of each version that there was', () => {
    expect(readdirSync(directory).sort()).toEqual(versions.map((version) => `v${version}.json`));
    for (const version of versions) expect(sample(version).version).toBe(version);
  });

  for (const version of versions) {
    it(`of version ${version} is gone on from: same state, every member of the context, and a next step`, () => {
      const written = sample(version);
      const record = checkRecord(written, '/var/lib/drover');
      expect(record).toMatchObject({ version: recordVersion, value: written.value, timers: written.timers });
      expect(Object.keys(record.context).sort()).toEqual(members);
      const snapshot = restore(record.value, record.context, defaultPolicy);
      const { operation = '' } = record.context as { operation?: string | null };
      const next = step(snapshot, {
        type: 'playbook.succeeded',
        operation: operation ?? '',
        facts: {},
        at: record.at,
      });
      expect(stateName(next.snapshot.value as LifecycleRecord['value'])).toBe(
        'inService.saturated.awaitingSlack',
      );
    });
  }

  it('of a newer version is refused, with what to do', () => {
    const newer = { ...sample(recordVersion), version: recordVersion + 1 };
    expect(() => checkRecord(newer, '/var/lib/drover')).toThrow(
      /the record in \/var\/lib\/drover has version \d+, and this Drover reads 1 to \d+; move the journal aside/,
    );
  });

  it('in a state that the chart does not have is refused, with what to do', () => {
    const strange = { ...sample(recordVersion), value: { inService: 'dreaming' } };
    expect(() => checkRecord(strange, '/var/lib/drover')).toThrow(
      /a state that this Drover does not know .*move the journal aside/,
    );
  });
});
