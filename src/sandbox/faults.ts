/** The services of the sandbox that answer over HTTP and can be made to fail. */
export type FaultService = 'autoscaling' | 'ec2' | 'ssm' | 'secretsmanager' | 'metadata' | 'gitlab';

/**
 * What goes wrong:
 * - `throttle`: the service's own way to say "too many requests"; nothing is done
 * - `error`: an error answer (`status`, `code`); nothing is done
 * - `hang`: the request is read and never answered (or after `delayMs`, the connection is dropped)
 * - `reset`: the connection is reset; nothing is done
 * - `slow`: the answer comes, its body only after `delayMs`
 * - `lost`: it is done, then the connection is dropped before the answer
 */
export type FaultKind = 'throttle' | 'error' | 'hang' | 'reset' | 'slow' | 'lost';

export interface FaultRule {
  service: FaultService;
  /** An operation's name as the event log has it, or `*`. */
  operation: string;
  /** Only calls of, or about, this instance. */
  instanceId?: string;
  kind: FaultKind;
  /** HTTP status of the answer, for `throttle` and `error`. */
  status?: number;
  /** Error code in the answer, for `throttle` and `error`. */
  code?: string;
  /** Seconds, sent as Retry-After with `throttle` and `error`. */
  retryAfter?: number;
  /** Milliseconds, for `slow` and `hang`. */
  delayMs?: number;
  /** How often the rule strikes; without it always. */
  times?: number;
  /** 0 to 1; without it every matching call. */
  probability?: number;
}

/** The faults in force. The first rule that matches a call and has strikes left applies. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];
  readonly #random: () => number;

  /** `random` gives numbers in [0, 1); pass a seeded one to repeat a run. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Puts a rule in force. Returns a function that takes it out again. */
  add(rule: FaultRule): () => void {
    const held = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.push(held);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== held);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rules that can still strike. */
  get rules(): FaultRule[] {
    return this.#rules.filter(({ left }) => left > 0).map(({ rule }) => rule);
  }

  /** The rules that can still strike, and how often; Infinity: always. */
  get inForce(): ReadonlyArray<{ rule: FaultRule; left: number }> {
    return this.#rules.filter(({ left }) => left > 0);
  }

  /** The fault that strikes this call, if any; it uses up one of the rule's `times`. */
  next(service: FaultService, operation: string, instanceId?: string): FaultRule | null {
    for (const held of this.#rules) {
      const { rule } = held;
      if (held.left <= 0 || rule.service !== service) continue;
      if (rule.operation !== '*' && rule.operation !== operation) continue;
      if (rule.instanceId !== undefined && rule.instanceId !== instanceId) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      held.left -= 1;
      return rule;
    }
    return null;
  }
}
