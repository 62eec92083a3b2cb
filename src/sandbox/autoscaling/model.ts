/** The Auto Scaling group of the sandbox and what it holds. Times in ms. */
export interface HookSpec {
  name: string;
  /** Seconds; the sandbox also takes less than AWS's 30. */
  heartbeatTimeout: number;
  defaultResult: 'CONTINUE' | 'ABANDON';
}

export type Transition = 'launching' | 'terminating';

export interface Hook extends HookSpec {
  transition: Transition;
}

export interface GroupSpec {
  name: string;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  launchHook?: HookSpec | undefined;
  terminateHook?: HookSpec | undefined;
  newInstancesProtected?: boolean;
  /** What its instances are. Default spot: each can be sent a notice. */
  lifeCycle?: 'on-demand' | 'spot';
  /** ChangeInCapacity policies by name. */
  policies?: Record<string, number>;
  /** How long EC2 takes to stop the machine once its termination proceeds, in ms. Default 0. */
  shutdownDelay?: number;
  warmPool?: Partial<WarmPoolSpec>;
  /** EC2 lets the operating system go down in its own way before it takes the machine. Default: it just takes it. */
  orderlyShutdown?: boolean;
  /** Whether the terminate hook opens for an instance whose launch was abandoned. Default true. */
  terminateHookAfterAbandon?: boolean;
}

export interface WarmPoolSpec {
  poolState: 'Stopped' | 'Running' | 'Hibernated';
  minSize: number;
  /** Instances in the pool and in the group together; null: the group's maximum. */
  maxGroupPreparedCapacity: number | null;
  reuseOnScaleIn: boolean;
  /** Whether the launch hook opens (Warmed:Pending:Wait) for an instance that comes back; AWS does not say. */
  hookOnReturn: boolean;
  deleting: boolean;
}

/** One open lifecycle action: a hook that waits for an answer about one instance. */
export interface LifecycleAction {
  hook: Hook;
  token: string;
  /** When it times out unless a heartbeat comes. */
  deadline: number;
  /** No heartbeat moves the deadline past this. */
  globalDeadline: number;
  cancelTimer: () => void;
}

export interface GroupInstance {
  id: string;
  lifecycleState: string;
  health: 'Healthy' | 'Unhealthy';
  scaleInProtected: boolean;
  availabilityZone: string;
  launchedAt: number;
  /** Its private address. */
  address: string;
  actions: Map<string, LifecycleAction>;
  /** Its termination ends in the warm pool. */
  returning: boolean;
}

/** What EC2 knows of one machine, which may outlive its membership in the group, or end before it. */
export interface Machine {
  instance: GroupInstance;
  state: 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
}

export interface Activity {
  id: string;
  description: string;
  cause: string;
  startedAt: number;
  endedAt: number | null;
  status: 'InProgress' | 'Successful' | 'Failed';
  message: string | null;
}

/** An error that AWS would answer: code and text as the service words them. */
export class AwsFault extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = status;
  }
}

export const isActive = ({ lifecycleState }: GroupInstance): boolean =>
  lifecycleState === 'InService' || lifecycleState.startsWith('Pending');

export const isLeaving = ({ lifecycleState }: GroupInstance): boolean =>
  /^(Warmed:)?Terminat/.test(lifecycleState);

/** In the warm pool or on its way into it. */
export const isPooled = (instance: GroupInstance): boolean =>
  instance.lifecycleState.startsWith('Warmed:') && !isLeaving(instance);
