import type { Clock } from '../../../src/clock.ts';
import type { Announced, MetadataService, StartOptions, StartService } from './services.ts';

/** Times on whole tens of seconds, for the watcher's sake. */
export const ANNOUNCED: Announced = {
  action: 'terminate',
  time: Date.UTC(2099, 0, 21, 9, 0, 40),
  rebalance: Date.UTC(2099, 0, 21, 8, 58, 0),
  event: {
    code: 'system-reboot',
    state: 'active',
    notBefore: Date.UTC(2099, 0, 4, 9, 0, 40),
    notAfter: Date.UTC(2099, 0, 4, 11, 0, 40),
  },
};

export interface Pair {
  sandbox: MetadataService;
  mock: MetadataService;
}

export interface Comparison {
  clock: Clock;
  starts: { sandbox: StartService; mock: StartService };
  /** Both, with nothing to tell. */
  quiet(): Pair;
  /** Both, with everything announced. */
  loud(): Pair;
}

export async function startBoth(
  { starts }: Pick<Comparison, 'starts'>,
  announced: Announced | null,
  options: StartOptions = {},
): Promise<Pair> {
  return {
    sandbox: await starts.sandbox(announced, options),
    mock: await starts.mock(announced, options),
  };
}

/** The same asked of both, side by side. */
export async function both<T>(
  ask: (service: MetadataService) => Promise<T>,
  of: Pair,
): Promise<{ sandbox: T; mock: T }> {
  const [sandbox, mock] = await Promise.all([ask(of.sandbox), ask(of.mock)]);
  return { sandbox, mock };
}

export const closeBoth = async (pair: Pair): Promise<void> =>
  void (await both((service) => service.close(), pair));
