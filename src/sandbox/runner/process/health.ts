import type { RunnerSection } from '../config/model.ts';
import { log } from '../log.ts';
import { shortToken } from '../token.ts';

/** Whether a runner may poll: three refusals (403) in a row switch it off for an hour, or until the next reload. */
export class Health {
  readonly #failures = new Map<string, { count: number; since: number }>();

  isHealthy(section: RunnerSection): boolean {
    const kept = this.#failures.get(keyOf(section));
    if (!kept || kept.count < section.unhealthyRequestsLimit) return true;
    if (performance.now() - kept.since < section.unhealthyInterval) return false;
    this.#failures.delete(keyOf(section));
    return true;
  }

  refused(section: RunnerSection): void {
    const count = (this.#failures.get(keyOf(section))?.count ?? 0) + 1;
    this.#failures.set(keyOf(section), { count, since: performance.now() });
    if (count === section.unhealthyRequestsLimit)
      log('error', `Runner is unhealthy and will be disabled for ${section.unhealthyInterval / 1000}s`, {
        runner: shortToken(section.token),
        unhealthy_requests: count,
      });
  }

  answered(section: RunnerSection): void {
    this.#failures.delete(keyOf(section));
  }

  /** A reload gives every runner a new chance. */
  forget(): void {
    this.#failures.clear();
  }
}

const keyOf = (section: RunnerSection): string => `${section.url}#${section.token}`;
