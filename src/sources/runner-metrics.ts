import http from 'node:http';
import type { Clock } from '../clock.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { httpRequest } from '../net/http-request.ts';
import { portOwner } from '../runner/port-owner.ts';
import { type Poller, startPolling } from './poller.ts';
import { trackRejections } from './rejections.ts';
import { readSample } from './runner-sample.ts';

const MAX_BODY = 2_000_000;
/** GitLab is asked about the pause with every fifth scrape. */
const PAUSED_EVERY = 5;

export interface RunnerMetricsDeps {
  url: string;
  /** Between scrapes, in ms. */
  interval: number;
  /** For one scrape, in ms. */
  timeout: number;
  clock: Clock;
  /** The pid of the runner of this host, to see that the port is really its own; may throw where it cannot be told. */
  findRunner(): Promise<number | null>;
  /** Whether the runner is paused in GitLab; absent without an API token. */
  readPaused?(signal: AbortSignal): Promise<boolean>;
  emit(input: LifecycleInput): void;
  log: Logger;
}

/** Watches the runner's own metrics. Each look ends in one sample that can be believed, or in `runner.unreadable`. */
export function startRunnerMetrics(deps: RunnerMetricsDeps): Poller {
  const { clock, emit, log, readPaused } = deps;
  const rejections = trackRejections();
  let looks = 0;
  let paused = false;
  // Kept: a new one for each scrape costs as much CPU as the rest of it, and who listens would have to be asked each time.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const connection: Connection = { agent, checked: false };

  const refreshPaused = async (signal: AbortSignal) => {
    if (!readPaused || looks++ % PAUSED_EVERY !== 0) return;
    try {
      paused = await readPaused(signal);
    } catch (error) {
      log.debug({ err: error }, 'the pause of the runner cannot be read; the last answer stands');
    }
  };

  return startPolling({
    clock,
    interval: deps.interval,
    async look(signal) {
      const [sample] = await Promise.all([scrape(deps, connection, signal), refreshPaused(signal)]);
      if (signal.aborted) return;
      emit({ type: 'runner.sampled', running: sample.running, limit: sample.limit, paused });
      if (rejections.observe(sample.requests)) emit({ type: 'runner.rejected' });
    },
    onError(error) {
      emit({ type: 'runner.unreadable', reason: (error as Error).message });
    },
    onStop: () => agent.destroy(),
  });
}

/** The one connection to the runner's metrics, and whether it is known to lead to the runner. */
interface Connection {
  agent: http.Agent;
  checked: boolean;
}

/** Throws where the numbers cannot be believed. */
async function scrape(deps: RunnerMetricsDeps, connection: Connection, signal: AbortSignal) {
  const { url, timeout } = deps;
  const { agent } = connection;
  try {
    const reply = await httpRequest({ url, timeout, maxBytes: MAX_BODY, signals: [signal], agent });
    if (reply.status !== 200) throw new Error(`${url} answered ${reply.status}`);
    const sample = readSample(reply.body);
    if (!reply.reused || !connection.checked) connection.checked = await ownsItsPort(deps);
    return sample;
  } catch (error) {
    // Whatever it leads to, the next look begins with another.
    agent.destroy();
    throw error;
  }
}

/**
 * Throws where the port is not the runner's alone; false where that cannot be told. Asked once for each connection:
 * whoever takes the port later, what comes over the connection comes from the process that accepted it.
 */
async function ownsItsPort({ url, findRunner }: RunnerMetricsDeps): Promise<boolean> {
  const pid = await findRunner().catch(() => null);
  if (pid === null) return false;
  const ownership = portOwner(pid, portOf(url));
  if (ownership === 'foreign') {
    throw new Error(`the port of ${url} belongs to another process than the runner (pid ${pid})`);
  }
  return ownership === 'owned';
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
