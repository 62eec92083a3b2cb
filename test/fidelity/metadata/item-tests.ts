import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { createImds } from '../../../src/sources/imds.ts';
import { metadataMock } from '../real-parts/metadata-mock.ts';
import { agrees, differs } from '../table.ts';
import { ANNOUNCED, both, type Comparison, closeBoth, startBoth } from './comparison.ts';
import { ID, MAINTENANCE, REBALANCE, SPOT, SPOT_TIME, TARGET } from './paths.ts';
import { item, textOf, tokenOf } from './requests.ts';
import type { MetadataService } from './services.ts';

/** Every item that the sandbox has. */
export function itemTests({ starts, clock, quiet, loud }: Comparison): void {
  describe('items', () => {
    test.each<[string, RegExp]>([
      ['meta-data/ami-id', /^ami-[0-9a-f]{17}$/],
      [ID, /^i-[0-9a-f]{17}$/],
      ['meta-data/instance-type', /^[a-z][\w-]*\.\w+$/],
      ['meta-data/instance-life-cycle', /^(on-demand|spot)$/],
      ['meta-data/local-ipv4', /^\d+\.\d+\.\d+\.\d+$/],
      ['meta-data/placement/region', /^us-east-1$/],
      ['meta-data/placement/availability-zone', /^us-east-1[a-f]$/],
      ['meta-data/tags/instance', /^Name\nTest$/],
      [TARGET, /^InService$/],
    ])('%s', async (path, form) => {
      const texts = await both((service) => textOf(service, path), quiet());
      for (const text of Object.values(texts)) expect(text).toMatch(form);
      agrees(metadataMock, path, `has the form ${form}`);
    });

    test.each([SPOT, SPOT_TIME, REBALANCE])(
      '%s is not there before a notice, to the client either',
      async (path) => {
        const replies = await both(async (service) => item(service, path, await tokenOf(service)), quiet());
        for (const { status, body } of Object.values(replies)) {
          expect(status).toBe(404);
          expect(body.toString()).toContain('<h1>404 - Not Found</h1>');
        }
        agrees(metadataMock, path, '404 before a notice');
        const read = await both((service) => ask(clock, service, path), quiet());
        expect(read).toEqual({ sandbox: null, mock: null });
        agrees(metadataMock, path, 'the client gives null before a notice');
      },
    );

    test.each<[string, string]>([
      [SPOT, 'terminate'],
      [REBALANCE, 'noticeTime'],
      [MAINTENANCE, 'system-reboot'],
      ['dynamic/instance-identity/document', 'accountId'],
    ])('%s has the same fields of the same types', async (path, word) => {
      const texts = await both((service) => textOf(service, path), loud());
      expect(texts.sandbox).toContain(word);
      const mock = typed(texts.mock);
      // Beside NotBeforeDeadline, below.
      expect(typed(texts.sandbox)).toEqual(Array.isArray(mock) ? mock.map(withoutDeadline) : mock);
      agrees(metadataMock, path, 'fields and types');
    });

    test('the role, and its credentials', async () => {
      const path = 'meta-data/iam/security-credentials';
      const keys = await both(async (service) => {
        expect(await textOf(service, `${path}/`)).toBe(service.role);
        return typed(await textOf(service, `${path}/${service.role}`));
      }, quiet());
      expect(keys.sandbox).toEqual(keys.mock);
      agrees(metadataMock, path, 'names the role');
      agrees(metadataMock, path, 'fields and types of the credentials');
    });

    test.each(['meta-data', 'meta-data/placement', 'meta-data/spot', 'meta-data/events', 'meta-data/tags'])(
      'the list of %s names what the mock names too',
      async (path) => {
        const lists = await both(
          async (service) => (await textOf(service, path))?.trim().split('\n') ?? [],
          loud(),
        );
        expect(lists.sandbox.length).toBeGreaterThan(0);
        expect(lists.mock).toEqual(expect.arrayContaining(lists.sandbox));
        agrees(metadataMock, 'meta-data', `list of ${path}`);
      },
    );

    test('what is nowhere is 404, and null to the client', async () => {
      const read = await both((service) => ask(clock, service, 'meta-data/no-such-item'), quiet());
      expect(read).toEqual({ sandbox: null, mock: null });
      agrees(metadataMock, 'meta-data', '404 for what is nowhere');
    });

    test('what differs: the scheduled events of a quiet instance, their deadline, the time of a stop', async () => {
      const events = await both((service) => ask(clock, service, MAINTENANCE), quiet());
      expect(events).toEqual({ sandbox: '[]', mock: null });
      differs(
        metadataMock,
        MAINTENANCE,
        'nothing scheduled',
        'the mock says 404 where EC2 gives an empty list',
      );

      const listed = await both((service) => ask(clock, service, MAINTENANCE), loud());
      expect([listed.sandbox, listed.mock].map((text) => `${text}`.includes('NotBeforeDeadline'))).toEqual([
        false,
        true,
      ]);
      differs(
        metadataMock,
        MAINTENANCE,
        'NotBeforeDeadline',
        "the mock adds NotBeforeDeadline, which EC2's metadata does not have",
      );

      const stopped = await startBoth({ starts }, { ...ANNOUNCED, action: 'stop' });
      const times = await both((service) => ask(clock, service, SPOT_TIME), stopped);
      await closeBoth(stopped);
      expect(times).toEqual({ sandbox: null, mock: '2099-01-21T09:00:40Z' });
      differs(
        metadataMock,
        SPOT_TIME,
        'a stop',
        'the mock tells it of every action; EC2 of a termination only',
      );
      const terminated = await both((service) => ask(clock, service, SPOT_TIME), loud());
      expect(terminated).toEqual({ sandbox: '2099-01-21T09:00:40Z', mock: '2099-01-21T09:00:40Z' });
      agrees(metadataMock, SPOT_TIME, 'a termination');
    });
  });
}

/** What our own client reads. */
async function ask(clock: Clock, { endpoint }: MetadataService, path: string): Promise<string | null> {
  const imds = createImds({ endpoint, timeout: 5_000, clock });
  const reply = await imds.get(path);
  imds.close();
  return reply?.text ?? null;
}

/** JSON with its values' types in their place. */
function typed(text: string | null): unknown {
  return JSON.parse(text ?? 'null', (_, value) =>
    typeof value === 'object' && value !== null ? value : value === null ? 'null' : typeof value,
  );
}

const withoutDeadline = (event: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'NotBeforeDeadline'));
