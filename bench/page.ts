import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { launchAgent, logged, pidOf } from './lib/agent.ts';
import type { Figure } from './lib/figure.ts';
import { inPairs } from './lib/pairs.ts';
import { cpuNanoseconds } from './lib/process.ts';
import { delay } from './lib/wait.ts';
import { inWorld } from './lib/world.ts';

/** One look of each side (ms): a job comes and goes in it. */
const WINDOW = 12_000;
const SETTLE = 15_000;
const MAX_CPU = 1;

/**
 * The agent's CPU with a page open that shows it, beside the same agent with nobody looking. The default intervals; in
 * each window one job runs, so that there is something to show.
 */
export async function agentWatched(pairs: number): Promise<Figure[]> {
  const port = await freePort();
  return inWorld({ config: { status: { listen: `127.0.0.1:${port}` } } }, async (world) => {
    const instance = await launchAgent(world);
    await logged(instance, { msg: 'transition', to: 'inService.idle' });
    const pid = pidOf(world, instance);
    await delay(SETTLE);
    const measure = async () => {
      world.sandbox.gitlab.addJob({ script: ['sleep 2'] });
      const [began, before] = [performance.now(), cpuNanoseconds(pid)];
      await delay(WINDOW);
      return ((cpuNanoseconds(pid) - before) / ((performance.now() - began) * 1e6)) * 100;
    };
    const sides = await inPairs(
      pairs,
      async () => {
        const page = await watch(port);
        const cpu = await measure();
        page.end();
        if (page.bytes() === 0) throw new Error('the page was told nothing');
        return cpu;
      },
      measure,
    );
    return [
      {
        figure: 'page',
        unit: '% of a core',
        ...sides,
        against: 'the same agent with nobody looking',
        bound: { of: 'mean', atMost: MAX_CPU },
      },
    ];
  });
}

/** Listens as a page does. */
function watch(port: number): Promise<{ bytes(): number; end(): void }> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/events' }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('error', () => {});
      resolve({ bytes: () => bytes, end: () => request.destroy() });
    });
    request.on('error', reject);
  });
}

/** A port that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
