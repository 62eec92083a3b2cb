import type { GroupInstance } from '../autoscaling/model.ts';
import type { RoleKeys } from '../role-credentials.ts';

/** What the metadata service of one instance tells. The Auto Scaling and EC2 emulation keeps it up to date. */
export interface MetadataView {
  instanceId: string;
  region: string;
  availabilityZone: string;
  instanceType: string;
  imageId: string;
  lifeCycle: 'on-demand' | 'spot';
  localIp: string;
  /** When the instance was launched, ms since the epoch. */
  launchedAt: number;
  /** autoscaling/target-lifecycle-state; null: not populated (404). */
  target: string | null;
  /** spot/instance-action; null: no notice (404). `time` in ms since the epoch. */
  interruption: { action: 'terminate' | 'stop' | 'hibernate'; time: number } | null;
  /** events/recommendations/rebalance, ms since the epoch; null: none (404). */
  rebalance: number | null;
  /** events/maintenance/scheduled. */
  maintenance: MaintenanceEvent[];
  /** Only shown where the instance allows tags in its metadata; null: 404. */
  tags: Record<string, string> | null;
  role: string;
  /** The role's keys as they are handed out now. */
  credentials(): RoleKeys;
}

/** A scheduled event. Times in ms since the epoch. */
export interface MaintenanceEvent {
  id: string;
  code: string;
  description: string;
  notBefore: number;
  notAfter: number | null;
  state: 'active' | 'completed' | 'canceled';
}

/** What the metadata of an instance tell when it boots for the first time. */
export function newView(
  instance: GroupInstance,
  { region, lifeCycle, credentials }: Pick<MetadataView, 'region' | 'lifeCycle' | 'credentials'>,
): MetadataView {
  return {
    instanceId: instance.id,
    region,
    availabilityZone: instance.availabilityZone,
    instanceType: 'm5.large',
    imageId: 'ami-0123456789abcdef0',
    lifeCycle,
    localIp: instance.address,
    launchedAt: instance.launchedAt,
    target: null,
    interruption: null,
    rebalance: null,
    maintenance: [],
    tags: null,
    role: 'sandbox-role',
    credentials,
  };
}
