import { join } from 'node:path';
import { Secrets } from '../logger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { followInstance } from '../status/follow-instance.ts';
import { Hub } from '../status/hub.ts';
import { type StatusServer, startStatusServer } from '../status/server.ts';
import type { Names } from './narrate.ts';
import { controlOf } from './page-control.ts';
import { worldOf } from './page-world.ts';
import type { Agents } from './stage.ts';
import type { Tell, Told } from './told.ts';

/** Where the page is, if that address is free. */
const PORT = 9_180;
/** How often the instances' files are looked at (ms). */
const LOOK_EVERY = 150;

/** A port, or no page at all. */
export type PagePort = number | 'off';

export interface PageOptions {
  title: string;
  sandbox: Sandbox;
  dir: string;
  names: Names;
  /** Null: the instances have no agents. */
  agents: Agents | null;
  /** Asked for by whoever started it; without it that of the status page, or any free one. */
  port?: number | undefined;
}

export interface SandboxPage {
  url: string;
  /** Shows a line of the telling on the page too. */
  tell: Tell;
  close(): Promise<void>;
}

/** As {@link openPage}; null where there is to be none. */
export async function openPageUnless(
  port: PagePort | undefined,
  options: Omit<PageOptions, 'port'>,
): Promise<SandboxPage | null> {
  return port === 'off' ? null : openPage({ ...options, port });
}

/** The status page of a whole sandbox: all instances beside each other, the world around them, and its controls. */
export async function openPage(options: PageOptions): Promise<SandboxPage> {
  const { sandbox, dir, title } = options;
  const secrets = new Secrets();
  const hub = new Hub({
    title,
    epoch: `${process.pid}-${Date.now()}`,
    redact: (text) => secrets.redact(text),
  });
  const follow = new Map<string, () => void>();
  const look = () => {
    for (const id of sandbox.instances.keys()) {
      if (!follow.has(id)) follow.set(id, followInstance(filesOf(dir, id), hub));
    }
    for (const one of follow.values()) one();
    const world = worldOf(options);
    const text = JSON.stringify(world);
    if (text !== told) hub.world(world);
    told = text;
  };
  let told = '';
  look();
  const server = await startServer({ hub, control: controlOf(sandbox, options.agents) }, options.port);
  const timer = setInterval(look, LOOK_EVERY);
  return {
    url: server.url,
    tell: ({ text, event }: Told) => {
      // The page has its own column for the time.
      const line = text
        .trim()
        .replace(/^[\d.]+ s\s+/, '')
        .replace(/\s{2,}/g, ' ');
      const heading = event.event === 'step';
      if (heading || event.event !== 'table') hub.tell({ type: 'told', at: Date.now(), text: line, heading });
    },
    async close() {
      clearInterval(timer);
      look();
      await server.close();
    },
  };
}

const filesOf = (dir: string, instanceId: string) => {
  const home = join(dir, 'instances', instanceId);
  return { instanceId, stateDir: join(home, 'state'), runDir: join(home, 'run') };
};

async function startServer(
  of: { hub: Hub; control: ReturnType<typeof controlOf> },
  port: number | undefined,
): Promise<StatusServer> {
  const start = (on: number) =>
    startStatusServer({ ...of, host: '127.0.0.1', port: on, token: null, names: [] });
  if (port !== undefined) return start(port);
  return start(PORT).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return start(0);
    throw error;
  });
}
