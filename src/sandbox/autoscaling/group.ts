import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { EventLog } from '../log.ts';
import { InstanceRefreshes } from './instance-refresh.ts';
import { createLifecycleActions } from './lifecycle-actions.ts';
import {
  type Activity,
  AwsFault,
  type GroupInstance,
  type GroupSpec,
  type Hook,
  isActive,
  isLeaving,
  isPooled,
  type Machine,
  type Transition,
} from './model.ts';
import { WarmPool } from './warm-pool.ts';

/** The group looks again at what it holds this often (ms), for launches that failed or processes resumed. */
const RECONCILE_EVERY = 1_000;

export interface GroupOptions {
  clock: Clock;
  log: EventLog;
  spec: GroupSpec;
  region: string;
  /** EC2 starts the machine. */
  boot(instance: GroupInstance): void;
  /** The operating system goes down in its own way; resolves when it is down. */
  shutDown(instance: GroupInstance): Promise<void>;
  /** The machine boots again from its disk. */
  start(instance: GroupInstance): void;
  /** EC2 takes the machine. */
  powerOff(instance: GroupInstance): void;
  /** The private address of a new instance. */
  addressOf(id: string): string;
  /** Told of each new target lifecycle state, for the metadata. */
  target(instance: GroupInstance, target: string): void;
}

/** The sizes to change; what is absent stays. */
export interface GroupSizes {
  minSize?: number | undefined;
  maxSize?: number | undefined;
  desiredCapacity?: number | undefined;
}

/** From which state an instance is moved to another, and through which. */
const MOVES = {
  Standby: ['InService', 'EnteringStandby'],
  InService: ['Standby', 'Pending'],
  Detached: ['InService', 'Detaching'],
} as const;

const MOVE_WORDS = {
  Standby: 'Moving EC2 instance to Standby',
  InService: 'Moving EC2 instance out of Standby',
  Detached: 'Detaching EC2 instance',
} as const;

/** SetInstanceProtection takes no other. */
const PROTECTABLE = new Set(['InService', 'EnteringStandby', 'Standby']);

/** One Auto Scaling group: keeps as many instances as desired, through their hooks. */
export class ScalingGroup {
  readonly name: string;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  readonly hooks: Hook[] = [];
  readonly instances = new Map<string, GroupInstance>();
  /** EC2's view: those terminated stay in it until they are deleted from it, as EC2 does after about an hour. */
  readonly machines = new Map<string, Machine>();
  readonly activities: Activity[] = [];
  readonly suspended = new Set<string>();
  readonly policies: Record<string, number>;
  readonly lifeCycle: 'on-demand' | 'spot';
  readonly warmPool: WarmPool;
  readonly refreshes: InstanceRefreshes;
  /** An instance of another zone is launched before this one goes, beyond the desired capacity. */
  #rebalanced: string | null = null;
  /** Set: every launch fails with this status message. */
  launchFailure: string | null = null;
  readonly #options: GroupOptions;
  readonly #actions;
  #cancelTimer = () => {};
  readonly #shutdowns = new Set<() => void>();
  #closed = false;

  constructor(options: GroupOptions) {
    const { spec } = options;
    this.#options = options;
    this.name = spec.name;
    this.minSize = spec.minSize;
    this.maxSize = spec.maxSize;
    this.desiredCapacity = spec.desiredCapacity;
    this.policies = spec.policies ?? {};
    this.lifeCycle = spec.lifeCycle ?? 'spot';
    if (spec.launchHook) this.hooks.push({ ...spec.launchHook, transition: 'launching' });
    if (spec.terminateHook) this.hooks.push({ ...spec.terminateHook, transition: 'terminating' });
    this.refreshes = new InstanceRefreshes({
      now: () => options.clock.wall(),
      instances: this.instances,
      settled: () =>
        this.active.length === this.desiredCapacity &&
        this.active.every((one) => one.lifecycleState === 'InService'),
      terminate: (instance) => void this.#terminate(instance, 'an instance refresh'),
    });
    this.warmPool = new WarmPool(spec.warmPool, {
      instances: () => [...this.instances.values()],
      sizes: () => this,
      enter: (instance, state) => this.#enter(instance, state),
      target: options.target,
      awaitLaunch: (instance, prefix) => this.#wait(instance, 'launching', prefix),
      launch: () => this.#launch('Warmed:Pending'),
      terminate: (instance, cause) => void this.#terminate(instance, cause),
      stop: async (instance) => {
        this.machineIs(instance.id, 'stopping');
        await options.shutDown(instance);
        this.machineIs(instance.id, 'stopped');
      },
      start: (instance) => {
        this.machineIs(instance.id, 'running');
        options.start(instance);
      },
      changed: () => this.reconcile(),
    });
    this.#actions = createLifecycleActions({
      clock: options.clock,
      log: options.log,
      answered: (instance, transition, result) => this.#answered(instance, transition, result),
    });
  }

  get active(): GroupInstance[] {
    return [...this.instances.values()].filter(isActive);
  }

  /** Begins to keep the desired capacity. */
  start(): void {
    this.#tick();
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    for (const cancel of this.#shutdowns) cancel();
    for (const instance of this.instances.values()) {
      for (const action of instance.actions.values()) action.cancelTimer();
    }
  }

  /** Errors in AWS's words. */
  setDesired(value: number): void {
    if (value > this.maxSize) {
      throw new AwsFault(
        'ValidationError',
        `New SetDesiredCapacity value ${value} is above max value ${this.maxSize} for the AutoScalingGroup.`,
      );
    }
    if (value < this.minSize) {
      throw new AwsFault(
        'ValidationError',
        `New SetDesiredCapacity value ${value} is below min value ${this.minSize} for the AutoScalingGroup.`,
      );
    }
    this.#desire(value);
    this.reconcile();
  }

  /** As UpdateAutoScalingGroup does: sizes that contradict each other are refused. Errors in AWS's words. */
  update(changes: GroupSizes): void {
    const { minSize = this.minSize, maxSize = this.maxSize, desiredCapacity } = changes;
    const refuse = (message: string) => {
      throw new AwsFault('ValidationError', message);
    };
    if (minSize > maxSize)
      refuse(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
    if (desiredCapacity !== undefined && (desiredCapacity < minSize || desiredCapacity > maxSize)) {
      refuse(
        `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
      );
    }
    this.resize(changes);
  }

  /** New limits and capacity; the capacity follows the limits. */
  resize(changes: GroupSizes): void {
    this.minSize = changes.minSize ?? this.minSize;
    this.maxSize = changes.maxSize ?? this.maxSize;
    this.#desire(
      Math.min(this.maxSize, Math.max(this.minSize, changes.desiredCapacity ?? this.desiredCapacity)),
    );
    this.reconcile();
  }

  terminate(id: string, decrement: boolean): Activity {
    const instance = this.instances.get(id);
    if (instance === undefined) {
      throw new AwsFault(
        'ValidationError',
        `Instance Id not found - No managed instance found for instance ID ${id}`,
      );
    }
    if (isPooled(instance)) {
      throw new AwsFault(
        'ValidationError',
        `The instance ${id} is in the warm pool and cannot be terminated.`,
      );
    }
    if (isLeaving(instance)) {
      throw new AwsFault('ScalingActivityInProgress', `Instance ${id} is already terminating`);
    }
    if (decrement && this.desiredCapacity <= this.minSize) {
      throw new AwsFault(
        'ValidationError',
        `Currently, desiredSize equals minSize (${this.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    }
    if (decrement) this.#desire(this.desiredCapacity - 1);
    const activity = this.#terminate(instance, 'a user request');
    this.reconcile();
    return activity;
  }

  complete(id: string, hook: string, result: 'CONTINUE' | 'ABANDON'): void {
    this.#actions.complete(this.instances.get(id), hook, id, result);
  }

  heartbeat(id: string, hook: string): void {
    this.#actions.heartbeat(this.instances.get(id), hook, id);
  }

  setProtection(id: string, value: boolean): void {
    const instance = this.#existing(id);
    if (!PROTECTABLE.has(instance.lifecycleState)) {
      throw new AwsFault(
        'ValidationError',
        `The instance ${id} is not in InService or EnteringStandby or Standby.`,
      );
    }
    instance.scaleInProtected = value;
  }

  setHealth(id: string, health: 'Healthy' | 'Unhealthy'): void {
    this.#existing(id).health = health;
    this.reconcile();
  }

  /** Standby and back, or out of the group. Gives the activity as it is answered, which is before its end. */
  move(id: string, state: 'Standby' | 'InService' | 'Detached', decrement: boolean): Activity {
    const instance = this.#existing(id);
    if (decrement && this.desiredCapacity <= this.minSize) {
      throw new AwsFault(
        'ValidationError',
        `The desired capacity (${this.desiredCapacity}) cannot be lowered below the group's min size (${this.minSize}).`,
      );
    }
    const [from, through] = MOVES[state];
    if (instance.lifecycleState !== from) {
      throw new AwsFault('ValidationError', `The instance ${id} is not in ${from}.`);
    }
    if (decrement) this.#desire(this.desiredCapacity - 1);
    if (state === 'InService') this.#desire(this.desiredCapacity + 1);
    this.#options.target(instance, state);
    this.#enter(instance, through);
    this.#enter(instance, state);
    if (state === 'Detached') this.instances.delete(id);
    const activity = this.#activity(`${MOVE_WORDS[state]}: ${id}`, 'a user request');
    const answered = { ...activity };
    Object.assign(activity, { endedAt: activity.startedAt, status: 'Successful' });
    this.reconcile();
    return answered;
  }

  /** EC2 took the machine (Spot, or a crash): no hook is waited for. */
  lost(id: string): void {
    const instance = this.instances.get(id);
    if (instance !== undefined) this.#gone(instance);
    this.reconcile();
  }

  /** EC2 terminated the machine by other means than the group, which waits for its hooks all the same. */
  terminateMachine(id: string): void {
    const machine = this.machines.get(id);
    if (machine === undefined || machine.state === 'terminated') return;
    this.machineIs(id, 'terminated');
    this.#options.powerOff(machine.instance);
  }

  /** Opens the terminate hook without taking the instance: what a Spot interruption may do. */
  beginTermination(id: string): void {
    const instance = this.instances.get(id);
    if (instance !== undefined && !isLeaving(instance)) this.#terminate(instance, 'a Spot interruption');
  }

  /** Launches what is missing, terminates what is too much or unhealthy. */
  reconcile(): void {
    if (this.#closed) return;
    if (!this.suspended.has('ReplaceUnhealthy') && !this.suspended.has('Terminate')) {
      for (const instance of this.active) {
        if (instance.health === 'Unhealthy') this.#terminate(instance, 'an EC2 health check');
      }
    }
    if (!this.suspended.has('InstanceRefresh')) this.refreshes.advance();
    this.#rebalance();
    const surplus = this.#rebalanced === null ? 0 : 1;
    const missing = this.desiredCapacity + surplus - this.active.length;
    if (missing > 0 && !this.suspended.has('Launch')) {
      for (let count = 0; count < missing; count += 1) {
        if (!this.warmPool.take() && !this.#launch('Pending')) break;
      }
    }
    if (missing < 0 && !this.suspended.has('Terminate')) {
      const candidates = this.active
        .filter((instance) => !instance.scaleInProtected)
        .sort((a, b) => a.launchedAt - b.launchedAt);
      for (const instance of candidates.slice(0, -missing))
        this.#terminate(instance, 'a smaller desired capacity', true, this.warmPool.reuses);
    }
    this.warmPool.reconcile(!this.suspended.has('Launch'));
  }

  /**
   * The zones are out of balance, and this instance is in the fuller one: its replacement is launched first, then it
   * goes (Auto Scaling User Guide, "Availability Zone rebalancing"). Not while AZRebalance is suspended.
   */
  rebalanceZones(id: string): void {
    this.#existing(id);
    this.#rebalanced = id;
    this.reconcile();
  }

  #rebalance(): void {
    const leaving = this.instances.get(this.#rebalanced ?? '');
    if (this.suspended.has('AZRebalance') || leaving === undefined || isLeaving(leaving)) {
      this.#rebalanced = null;
      return;
    }
    if (leaving.scaleInProtected) return;
    const serving = this.active.filter(({ lifecycleState }) => lifecycleState === 'InService');
    if (serving.length <= this.desiredCapacity) return;
    this.#rebalanced = null;
    this.#terminate(leaving, 'availability zone rebalancing');
  }

  #tick(): void {
    if (this.#closed) return;
    this.reconcile();
    const { clock } = this.#options;
    this.#cancelTimer = clock.setTimer(clock.now() + RECONCILE_EVERY, () => this.#tick());
  }

  #existing(id: string): GroupInstance {
    const instance = this.instances.get(id);
    if (instance !== undefined) return instance;
    throw new AwsFault(
      'ValidationError',
      `Instance Id not found - No managed instance found for instance ID ${id}`,
    );
  }

  #desire(value: number): void {
    if (value === this.desiredCapacity) return;
    this.#options.log.append({
      service: 'autoscaling',
      kind: 'state',
      subject: 'group',
      from: this.desiredCapacity,
      desiredCapacity: value,
    });
    this.desiredCapacity = value;
  }

  #activity(description: string, cause: string): Activity {
    const activity: Activity = {
      id: randomUUID(),
      description,
      cause: `At the request of ${cause}.`,
      startedAt: this.#options.clock.wall(),
      endedAt: null,
      status: 'InProgress',
      message: null,
    };
    this.activities.unshift(activity);
    return activity;
  }

  /** Into the group, or into the warm pool. */
  #launch(prefix: 'Pending' | 'Warmed:Pending'): boolean {
    const last = this.activities.find((activity) => activity.description.startsWith('Launching'));
    if (this.launchFailure !== null) {
      if (last?.status === 'Failed' && last.message === this.launchFailure) return false;
      const failed = this.#activity(
        'Launching a new EC2 instance',
        'a difference between desired and actual capacity',
      );
      Object.assign(failed, { status: 'Failed', message: this.launchFailure, endedAt: failed.startedAt });
      return false;
    }
    const id = `i-0${randomBytes(8).toString('hex')}`;
    const activity = this.#activity(
      `Launching a new EC2 instance: ${id}`,
      'a difference between desired and actual capacity',
    );
    const instance: GroupInstance = {
      id,
      lifecycleState: 'new',
      health: 'Healthy',
      scaleInProtected: this.#options.spec.newInstancesProtected ?? false,
      availabilityZone: `${this.#options.region}a`,
      launchedAt: this.#options.clock.wall(),
      address: this.#options.addressOf(id),
      actions: new Map(),
      returning: false,
    };
    this.instances.set(id, instance);
    this.machines.set(id, { instance, state: 'running' });
    this.#enter(instance, prefix);
    this.#options.target(instance, prefix === 'Pending' ? 'InService' : this.warmPool.target);
    this.#options.boot(instance);
    Object.assign(activity, { status: 'Successful', endedAt: this.#options.clock.wall() });
    this.#wait(instance, 'launching', prefix);
    return true;
  }

  #terminate(instance: GroupInstance, cause: string, withHook = true, returning = false): Activity {
    const activity = this.#activity(`Terminating EC2 instance: ${instance.id}`, cause);
    this.#actions.drop(instance);
    instance.returning = returning;
    const warmed = isPooled(instance);
    const prefix = warmed ? 'Warmed:Terminating' : 'Terminating';
    this.#enter(instance, prefix);
    const end = warmed ? 'Warmed:Terminated' : 'Terminated';
    this.#options.target(instance, returning ? this.warmPool.target : end);
    // Nobody answers on a machine that is off.
    const runs = this.machines.get(instance.id)?.state === 'running';
    if (withHook && (runs || !warmed)) this.#wait(instance, 'terminating', prefix);
    else this.#gone(instance);
    return activity;
  }

  /** Into the hooks of the transition, or straight on where there is none. */
  #wait(instance: GroupInstance, transition: Transition, prefix: string): void {
    const hooks = this.hooks.filter((hook) => hook.transition === transition);
    if (hooks.length === 0) {
      this.#answered(instance, transition, 'CONTINUE');
      return;
    }
    this.#enter(instance, `${prefix}:Wait`);
    this.#actions.open(instance, hooks);
  }

  #answered(instance: GroupInstance, transition: Transition, result: 'CONTINUE' | 'ABANDON'): void {
    if (transition === 'launching' && result === 'ABANDON') {
      this.#terminate(instance, 'an abandoned launch', this.#options.spec.terminateHookAfterAbandon ?? true);
      this.reconcile();
    } else if (transition === 'launching' && isPooled(instance)) {
      this.warmPool.settle(instance);
    } else if (transition === 'launching') {
      this.#enter(instance, 'Pending:Proceed');
      this.#enter(instance, 'InService');
    } else if (instance.returning) {
      instance.returning = false;
      this.#enter(instance, 'Terminating:Proceed');
      this.#endActivity(instance);
      this.warmPool.takeBack(instance);
    } else {
      this.#enter(instance, `${instance.lifecycleState.replace(/:Wait$/, '')}:Proceed`);
      this.#shutDown(instance);
    }
  }

  #shutDown(instance: GroupInstance): void {
    const { clock, spec } = this.#options;
    if (!spec.shutdownDelay && !spec.orderlyShutdown) {
      this.#gone(instance);
      return;
    }
    this.machineIs(instance.id, 'shutting-down');
    if (spec.orderlyShutdown) {
      void this.#options.shutDown(instance).then(() => {
        if (this.instances.has(instance.id)) this.#gone(instance);
      });
      return;
    }
    const cancel = clock.setTimer(clock.now() + (spec.shutdownDelay ?? 0), () => {
      this.#shutdowns.delete(cancel);
      if (this.instances.has(instance.id)) this.#gone(instance);
    });
    this.#shutdowns.add(cancel);
  }

  #gone(instance: GroupInstance): void {
    this.#actions.drop(instance);
    this.#endActivity(instance);
    this.#enter(instance, 'Terminated');
    this.instances.delete(instance.id);
    this.machineIs(instance.id, 'terminated');
    this.#options.powerOff(instance);
  }

  #endActivity({ id }: GroupInstance): void {
    const leaving = this.activities.find(
      ({ description, endedAt }) => endedAt === null && description.endsWith(id),
    );
    if (leaving) Object.assign(leaving, { status: 'Successful', endedAt: this.#options.clock.wall() });
  }

  /** What EC2 says of the machine from now on. */
  machineIs(id: string, state: Machine['state']): void {
    const machine = this.machines.get(id);
    // What is terminated stays so.
    if (machine !== undefined && machine.state !== 'terminated') machine.state = state;
  }

  #enter(instance: GroupInstance, state: string): void {
    instance.lifecycleState = state;
    this.#options.log.append({
      service: 'autoscaling',
      kind: 'state',
      subject: 'instance',
      instanceId: instance.id,
      state,
    });
  }
}
