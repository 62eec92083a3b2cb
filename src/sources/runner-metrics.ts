import type { Clock } from '../clock.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { httpRequest } from '../net/http-request.ts';
import { holds, ownsPort } from '../runner/port-owner.ts';
import { type Poller, startPolling } from './poller.ts';
import { trackRejections } from './rejections.ts';
import { type RunnerSample, readSample } from './runner-sample.ts';

const MAX_BODY = 2_000_000;
/**
 * How long (ms) the same numbers of the same process are believed without another look at whose port it is: that look
 * reads the kernel's table of connections, which costs more CPU than all else of a scrape.
 */
const BELIEVED_FOR = 30_000;
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
  const checkOwner = ownerCheck(deps);

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
      const [sample] = await Promise.all([scrape(deps, checkOwner, signal), refreshPaused(signal)]);
      if (signal.aborted) return;
      emit({ type: 'runner.sampled', running: sample.running, limit: sample.limit, paused });
      if (rejections.observe(sample.requests)) emit({ type: 'runner.rejected' });
    },
    onError(error) {
      emit({ type: 'runner.unreadable', reason: (error as Error).message });
    },
  });
}

type CheckOwner = (sample: RunnerSample) => Promise<void>;

/**
 * Throws where the port is not the runner's alone. Numbers that say something new are never taken unchecked, nor any
 * once the runner has let go of its socket.
 */
function ownerCheck({ url, clock, findRunner }: RunnerMetricsDeps): CheckOwner {
  let checked: { what: string; at: number; sockets: string[] } | null = null;
  return async ({ running, limit }) => {
    const pid = await findRunner().catch(() => null);
    if (pid === null) return;
    const what = `${pid} ${running}/${limit}`;
    const fresh = checked?.what === what && clock.now() - checked.at < BELIEVED_FOR;
    if (checked && fresh && holds(pid, checked.sockets)) return;
    checked = null;
    const { ownership, sockets } = ownsPort(pid, portOf(url));
    if (ownership === 'foreign') {
      throw new Error(`the port of ${url} belongs to another process than the runner (pid ${pid})`);
    }
    if (ownership === 'owned') checked = { what, at: clock.now(), sockets };
  };
}

async function scrape(
  { url, timeout }: RunnerMetricsDeps,
  checkOwner: CheckOwner,
  signal: AbortSignal,
): Promise<RunnerSample> {
  const reply = await httpRequest({ url, timeout, maxBytes: MAX_BODY, signals: [signal] });
  if (reply.status !== 200) throw new Error(`${url} answered ${reply.status}`);
  const sample = readSample(reply.body);
  await checkOwner(sample);
  return sample;
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
