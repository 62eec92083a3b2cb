import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Config, parseConfig } from '../../src/config.ts';

/** A configuration whose status page listens on this port of loopback. */
export function pageConfig(dir: string, port: number): Config {
  return parseConfig(
    {
      stateDir: join(dir, 'state'),
      runDir: join(dir, 'run'),
      gitlab: { url: 'https://gitlab.example.com' },
      runners: [{ tokenEnv: 'TOKEN' }],
      status: { listen: `127.0.0.1:${port}` },
    },
    {},
    'test',
  );
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
