import { setTimeout as delay } from 'node:timers/promises';
import { readableSecrets, statusToken } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import { readEntries } from '../engine/journal.ts';
import type { Watcher } from '../engine/watched-journal.ts';
import { type Logger, Secrets } from '../logger.ts';
import { Hub } from './hub.ts';
import type { StatusServer } from './server.ts';

/** The address may still be that of the process before this one: tried again this often (ms). */
const TRY_AGAIN = 1_000;
/** Said when this many tries have failed: until then the process before may still be ending. */
const TRIES_UNSAID = 10;

export interface StatusOptions {
  log: Logger;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * Runs a host of the engine with its status page, where the configuration has one; the page ends with it. It begins
 * with what the journal holds, so a page that was open before goes on without a gap. A page that cannot be served is
 * logged, and keeps nobody from working.
 */
export async function withStatusPage<T>(
  config: Config,
  options: StatusOptions,
  run: (watcher: Watcher | undefined) => Promise<T>,
): Promise<T> {
  if (config.status.listen === 'off') return run(undefined);
  let token: string | null;
  try {
    token = statusToken(config, options.env);
  } catch (error) {
    // There may be a drain to finish.
    options.log.error({ err: error }, 'no status page: its token cannot be read');
    return run(undefined);
  }
  const secrets = new Secrets(readableSecrets(config, options.env));
  const hub = new Hub({ title: 'this instance', redact: (text) => secrets.redact(text) });
  /** A fault of the page is not the engine's, which writes its journal here. */
  const unharmed = (show: () => void) => {
    try {
      show();
    } catch (error) {
      options.log.error({ err: error }, 'the status page cannot show this');
    }
  };
  unharmed(() => {
    for (const entry of readEntries(config.stateDir)) hub.entry(entry);
  });
  const closing = new AbortController();
  const serving = serve(hub, config, token, AbortSignal.any([closing.signal, options.signal]), options.log);
  let instanceId = hub.instances[0]?.id ?? '';
  try {
    return await run({
      entry: (entry, degraded) =>
        unharmed(() => {
          instanceId = entry.record.instanceId;
          hub.entry(entry, degraded);
        }),
      play: (operation, event) => unharmed(() => hub.play(instanceId, operation, event)),
    });
  } finally {
    closing.abort();
    await (await serving)?.close();
  }
}

/** Null: given up, since the host has ended. */
async function serve(
  hub: Hub,
  { status }: Config,
  token: string | null,
  signal: AbortSignal,
  log: Logger,
): Promise<StatusServer | null> {
  const { startStatusServer } = await import('./server.ts');
  const colon = status.listen.lastIndexOf(':');
  const host = status.listen.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(status.listen.slice(colon + 1));
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      const server = await startStatusServer({ hub, host, port, token, names: [host, ...status.hosts] });
      log.info({ url: server.url }, 'status page');
      return server;
    } catch (error) {
      if (tries === TRIES_UNSAID) {
        log.warn({ err: error, listen: status.listen }, 'the status page cannot be served yet');
      }
      await delay(TRY_AGAIN, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  return null;
}
