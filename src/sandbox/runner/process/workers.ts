/** The worker slots: how many may be busy at once. A slot that is to go is given up only when it is free. */
export class Workers {
  #slots = 0;
  #busy = 0;
  #wanted = 0;
  readonly #onOperation: (operation: 'started' | 'stopped') => void;
  #settled: (() => void)[] = [];

  constructor(onOperation: (operation: 'started' | 'stopped') => void) {
    this.#onOperation = onOperation;
  }

  get slots(): number {
    return this.#slots;
  }

  get busy(): number {
    return this.#busy;
  }

  get hasFree(): boolean {
    return this.#busy < this.#slots;
  }

  /** Resolves when there are `wanted` slots: at once, or when enough busy ones have become free. */
  async resize(wanted: number): Promise<void> {
    this.#wanted = wanted;
    while (this.#slots < wanted) {
      this.#slots += 1;
      this.#onOperation('started');
    }
    this.#shrink();
    if (this.#slots > this.#wanted) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  take(): void {
    this.#busy += 1;
  }

  release(): void {
    this.#busy -= 1;
    this.#shrink();
  }

  #shrink(): void {
    while (this.#slots > this.#wanted && this.hasFree) {
      this.#slots -= 1;
      this.#onOperation('stopped');
    }
    if (this.#slots > this.#wanted) return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}
