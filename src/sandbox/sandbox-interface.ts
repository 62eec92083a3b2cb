import type { ScalingGroup } from './autoscaling/group.ts';
import type { GroupSpec } from './autoscaling/model.ts';
import type { Faults } from './faults.ts';
import type { GitlabOptions, GitlabServer } from './gitlab/gitlab.ts';
import type { InstanceHost, SandboxInstance } from './host.ts';
import type { OpenPort } from './http.ts';
import type { EventLog } from './log.ts';
import type { MaintenanceEvent, MetadataView } from './metadata/view.ts';
import type { RoleCredentials, RoleCredentialsOptions } from './role-credentials.ts';
import type { StoredSecrets } from './stored-secrets.ts';

export interface SandboxOptions {
  /** Instances, logs and the event log lie below it. */
  dir: string;
  group: GroupSpec;
  host: InstanceHost;
  gitlab?: Partial<
    Pick<GitlabOptions, 'apiToken' | 'registrationToken' | 'longPoll' | 'updateInterval' | 'acknowledgeLimit'>
  >;
  /** How much later the metadata tells a new target lifecycle state, in ms. Default 0. */
  propagationDelay?: number;
  region?: string;
  /** How long the role's temporary keys are good for, and when they are renewed. */
  credentials?: RoleCredentialsOptions;
  /** Ports; any free one where none is given. */
  ports?: { aws?: number; gitlab?: number; control?: number };
  /** A network that the instances are joined to; default: loopback. */
  network?: SandboxNetwork;
}

/** The services' ports on a network of the instances' own, where metadata tells them apart by their addresses. */
export interface SandboxNetwork {
  aws: OpenPort;
  gitlab: OpenPort;
  metadata: OpenPort;
  /** Gives a new instance its private address. */
  addressOf(instanceId: string): string;
}

/** One instance with its metadata. */
export interface RunningInstance extends SandboxInstance {
  view: MetadataView;
}

export interface InterruptionOptions {
  action?: 'terminate' | 'stop' | 'hibernate';
  /** Until EC2 takes the instance, in seconds. Default 120. */
  inSeconds?: number;
  /** When the terminate hook opens: with the notice, this many seconds after it, or never. */
  hook?: 'with-notice' | 'never' | number;
}

export interface Sandbox {
  readonly awsUrl: string;
  readonly gitlabUrl: string;
  readonly controlUrl: string;
  readonly autoscaling: ScalingGroup;
  readonly gitlab: GitlabServer;
  /** What SSM Parameter Store and Secrets Manager hold. */
  readonly stored: StoredSecrets;
  /** The temporary keys of the instances' role. */
  readonly credentials: RoleCredentials;
  readonly faults: Faults;
  readonly log: EventLog;
  /** By id; those that are gone stay listed. */
  readonly instances: ReadonlyMap<string, RunningInstance>;
  /** Sets AWS's clock that far ahead of the hosts' (ms; negative: behind). */
  setAwsClock(ahead: number): void;
  interrupt(instanceId: string, options?: InterruptionOptions): void;
  rebalance(instanceId: string): void;
  /** Schedules an event, or changes one: with state `canceled` or `completed` it is over. */
  scheduleMaintenance(instanceId: string, event: MaintenanceEvent): void;
  /** The operating system goes down and boots again, whoever wants it; resolves when it has booted. */
  reboot(instanceId: string): Promise<void>;
  /** The host powers itself off; resolves when it is down. */
  powerOff(instanceId: string): Promise<void>;
  close(): Promise<void>;
}
