import { type GroupInstance, isPooled, type WarmPoolSpec } from './model.ts';

/** What the pool asks of its group. */
export interface WarmPoolDeps {
  instances(): GroupInstance[];
  sizes(): { maxSize: number; desiredCapacity: number };
  enter(instance: GroupInstance, state: string): void;
  /** Tells the metadata of the instance where it is to go. */
  target(instance: GroupInstance, target: string): void;
  /** Into the launch hooks, whose answer is `settle` or `terminate`. */
  awaitLaunch(instance: GroupInstance, prefix: 'Pending' | 'Warmed:Pending'): void;
  /** One more instance into the pool; false: EC2 has none. */
  launch(): boolean;
  terminate(instance: GroupInstance, cause: string): void;
  /** The operating system goes down, the machine stays. */
  stop(instance: GroupInstance): Promise<void>;
  /** The machine boots again from its disk. */
  start(instance: GroupInstance): void;
  changed(): void;
}

/** An instance that waits in the pool, ready to be taken. */
const isReady = ({ lifecycleState }: GroupInstance): boolean =>
  /^Warmed:(Stopped|Running|Hibernated)$/.test(lifecycleState);

/**
 * The warm pool of a group (Auto Scaling User Guide, "Warm pools"): instances that were launched before they are
 * needed. A pool of state Hibernated is stopped like one of state Stopped: memory is not kept.
 */
export class WarmPool {
  spec: WarmPoolSpec | null;
  readonly #deps: WarmPoolDeps;

  constructor(spec: Partial<WarmPoolSpec> | undefined, deps: WarmPoolDeps) {
    this.spec = spec === undefined ? null : withDefaults(spec);
    this.#deps = deps;
  }

  get instances(): GroupInstance[] {
    return this.#deps.instances().filter((one) => one.lifecycleState.startsWith('Warmed:'));
  }

  get reuses(): boolean {
    return this.spec?.reuseOnScaleIn === true && !this.spec.deleting;
  }

  /** Where the metadata of an instance on its way into the pool says that it goes. */
  get target(): string {
    return `Warmed:${this.spec?.poolState ?? 'Stopped'}`;
  }

  put(changes: Partial<WarmPoolSpec>): void {
    this.spec = withDefaults({ ...this.spec, ...changes });
    this.#deps.changed();
  }

  /** Its instances are terminated; the pool is gone when they are. */
  delete(): void {
    if (this.spec === null) return;
    this.spec.deleting = true;
    for (const instance of this.instances) this.#deps.terminate(instance, 'the deletion of the warm pool');
    this.#deps.changed();
  }

  /** An instance for the group, with the launch hook before it again; false: none is ready. */
  take(): boolean {
    const instance = this.instances.filter(isReady).sort((a, b) => a.launchedAt - b.launchedAt)[0];
    if (instance === undefined) return false;
    const wasOff = instance.lifecycleState !== 'Warmed:Running';
    this.#deps.enter(instance, 'Pending');
    this.#deps.target(instance, 'InService');
    if (wasOff) this.#deps.start(instance);
    this.#deps.awaitLaunch(instance, 'Pending');
    return true;
  }

  /** Back from the group: without the launch hook, unless the pool is told to have it. */
  takeBack(instance: GroupInstance): void {
    this.#deps.enter(instance, 'Warmed:Pending');
    if (this.spec?.hookOnReturn) this.#deps.awaitLaunch(instance, 'Warmed:Pending');
    else this.settle(instance);
  }

  /** What the launch hook in the pool waited for is done. */
  settle(instance: GroupInstance): void {
    this.#deps.enter(instance, 'Warmed:Pending:Proceed');
    if (this.spec?.poolState === 'Running') this.#deps.enter(instance, this.target);
    else {
      void this.#deps.stop(instance).then(() => {
        if (instance.lifecycleState !== 'Warmed:Pending:Proceed') return;
        this.#deps.enter(instance, this.target);
        this.#deps.changed();
      });
    }
  }

  /** As many as the pool shall hold. */
  reconcile(mayLaunch: boolean): void {
    if (this.spec === null) return;
    const pooled = this.instances.filter(isPooled);
    const coming = this.#deps.instances().filter(({ returning }) => returning).length;
    if (this.spec.deleting) {
      if (this.instances.length === 0) this.spec = null;
      return;
    }
    const { maxSize, desiredCapacity } = this.#deps.sizes();
    const prepared = this.spec.maxGroupPreparedCapacity ?? maxSize;
    const wanted = Math.max(this.spec.minSize, prepared - desiredCapacity, 0);
    for (let count = pooled.length + coming; mayLaunch && count < wanted; count += 1)
      if (!this.#deps.launch()) break;
    for (const instance of pooled.slice(wanted)) this.#deps.terminate(instance, 'a smaller warm pool');
  }
}

const withDefaults = (spec: Partial<WarmPoolSpec>): WarmPoolSpec => ({
  poolState: 'Stopped',
  minSize: 0,
  maxGroupPreparedCapacity: null,
  reuseOnScaleIn: false,
  hookOnReturn: false,
  deleting: false,
  ...spec,
});
