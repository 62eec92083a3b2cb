import http from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { createImds } from '../../../src/sources/imds.ts';
import { metadataMock } from '../real-parts/metadata-mock.ts';
import { agrees, differs } from '../table.ts';
import { both, type Comparison } from './comparison.ts';
import { ID, TOKEN } from './paths.ts';
import { item, put, tokenOf, ttl } from './requests.ts';
import type { MetadataService } from './services.ts';

/** Session tokens: who gets one, what opens without. */
export function tokenTests({ starts, clock, quiet }: Comparison): void {
  describe('session tokens', () => {
    test.each([
      ['1', 200],
      ['60', 200],
      ['21600', 200],
      ['+60', 200],
      ['0', 400],
      ['-1', 400],
      ['21601', 400],
      ['99999999999999999999', 400],
      ['1.5', 400],
      ['1e3', 400],
      ['0x10', 400],
      ['six hours', 400],
      ['', 400],
      [null, 400],
    ])('a token for %j seconds: %d', async (seconds, status) => {
      const replies = await both((service) => put(service, seconds === null ? {} : ttl(seconds)), quiet());
      for (const { status: answered, headers, body } of Object.values(replies)) {
        expect(answered).toBe(status);
        expect(headers[Object.keys(ttl(''))[0] ?? '']).toBe(
          status === 200 ? `${Number(seconds)}` : undefined,
        );
        expect(body.toString()).toMatch(status === 200 ? /^[\w+/=-]{40,}$/ : /<h1>400 - Bad Request<\/h1>/);
      }
      agrees(metadataMock, TOKEN, `PUT for ${seconds} seconds`);
    });

    test('no item without a token, with one that was never issued, or with an expired one', async () => {
      const refused = async (name: string, token: (service: MetadataService) => Promise<string | null>) => {
        const replies = await both(async (service) => item(service, ID, await token(service)), quiet());
        for (const { status, body } of Object.values(replies)) {
          expect(status).toBe(401);
          expect(body.toString()).toContain('<h1>401 - Unauthorized</h1>');
        }
        agrees(metadataMock, ID, name);
      };
      await refused('401 without a token', async () => null);
      await refused('401 with an empty token', async () => '');
      await refused('401 with a token that was never issued', async () => 'AQAEAHgone==');
      const short = await both((service) => tokenOf(service, '1'), quiet());
      expect((await item(quiet().mock, ID, short.mock)).status).toBe(200);
      await vi.waitFor(
        () =>
          refused('401 with an expired token', async (service) =>
            service === quiet().mock ? short.mock : short.sandbox,
          ),
        { timeout: 20_000, interval: 100 },
      );
    });

    test('the client renews a token that the service has forgotten', async () => {
      const renewed = await both(async (service) => {
        const [name] = service === quiet().mock ? (['mock'] as const) : (['sandbox'] as const);
        const first = await starts[name](null);
        const imds = createImds({ endpoint: first.endpoint, timeout: 5_000, clock });
        const before = await imds.get(ID);
        await first.close();
        const second = await starts[name](null, { port: first.port });
        const after = await imds.get(ID);
        imds.close();
        await second.close();
        return { renewed: before?.text === after?.text, dated: after?.serverDate !== null };
      }, quiet());
      expect(renewed).toEqual({
        sandbox: { renewed: true, dated: true },
        mock: { renewed: true, dated: true },
      });
      agrees(metadataMock, TOKEN, 'the client renews a forgotten token');
    });

    test('what differs: forwarded requests, other methods, kept connections', async () => {
      const forwarded = await both(
        (service) => put(service, { ...ttl('60'), 'x-forwarded-for': '10.0.0.1' }),
        quiet(),
      );
      expect([forwarded.sandbox.status, forwarded.mock.status]).toEqual([403, 200]);
      differs(
        metadataMock,
        TOKEN,
        'X-Forwarded-For',
        'the mock issues tokens to forwarded requests; EC2 refuses with 403',
      );

      const read = await both((service) => item(service, TOKEN, null), quiet());
      expect([read.sandbox.status, read.mock.status]).toEqual([401, 200]);
      const why =
        'the mock answers every method, GET of the token with an empty page; EC2 takes PUT there and GET elsewhere';
      differs(metadataMock, TOKEN, 'GET of the token', why);

      const posted = await both(async (service) => post(service, ID, await tokenOf(service)), quiet());
      expect(posted).toEqual({ sandbox: 405, mock: 200 });
      differs(metadataMock, ID, 'POST', why);

      const agent = new http.Agent({ keepAlive: true });
      const connection = await both(
        async (service) => (await item(service, ID, null, agent)).headers.connection,
        quiet(),
      );
      agent.destroy();
      expect(connection).toEqual({ sandbox: 'close', mock: undefined });
      differs(
        metadataMock,
        ID,
        'Connection',
        'the mock keeps connections open; EC2 answers Connection: close',
      );
    });
  });
}

/** The status of a POST, which our own client cannot make. */
const post = ({ endpoint }: MetadataService, path: string, token: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const headers = { 'x-aws-ec2-metadata-token': token };
    const request = http.request(
      `${endpoint}/latest/${path}`,
      { method: 'POST', headers, agent: false },
      (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      },
    );
    request.once('error', reject).end();
  });
