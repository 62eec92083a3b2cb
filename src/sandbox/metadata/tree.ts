import { ownEntry } from '../own-entry.ts';
import type { MaintenanceEvent, MetadataView } from './view.ts';

/** AWS writes times to the second, with a Z. */
const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Scheduled events have a form of their own: `21 Jan 2026 09:00:43 GMT`. */
function eventTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock} GMT`;
}

/** The item at `path` (below /latest/), or null for 404. */
export function metadataItem(view: MetadataView, path: string): string | null {
  const clean = path.replace(/\/+$/, '');
  if (clean === 'meta-data/tags/instance') return view.tags && Object.keys(view.tags).join('\n');
  const tag = /^meta-data\/tags\/instance\/(.+)$/.exec(clean);
  if (tag?.[1] !== undefined) return (view.tags && ownEntry(view.tags, decodeURIComponent(tag[1]))) ?? null;
  if (clean === `meta-data/iam/security-credentials/${view.role}`) return credentials(view);
  return ownEntry(items, clean)?.(view) ?? listing(view, clean);
}

/** Below a directory: what it holds now, one name a line, directories with a slash; null where it holds nothing. */
function listing(view: MetadataView, directory: string): string | null {
  const names = metadataPaths.flatMap((path) => {
    if (!path.startsWith(`${directory}/`) || metadataItem(view, path) === null) return [];
    const [name, ...deeper] = path.slice(directory.length + 1).split('/');
    return deeper.length > 0 || DIRECTORIES.includes(path) ? `${name}/` : `${name}`;
  });
  return names.length === 0 ? null : [...new Set(names)].sort().join('\n');
}

/** Lists of names that are not in the paths below. */
const DIRECTORIES = ['meta-data/tags/instance', 'meta-data/iam/security-credentials'];

const items: Record<string, (view: MetadataView) => string | null> = {
  'meta-data/ami-id': (view) => view.imageId,
  'meta-data/instance-id': (view) => view.instanceId,
  'meta-data/instance-type': (view) => view.instanceType,
  'meta-data/instance-life-cycle': (view) => view.lifeCycle,
  'meta-data/local-ipv4': (view) => view.localIp,
  'meta-data/placement/region': (view) => view.region,
  'meta-data/placement/availability-zone': (view) => view.availabilityZone,
  'meta-data/autoscaling/target-lifecycle-state': (view) => view.target,
  'meta-data/spot/instance-action': ({ interruption }) =>
    interruption && JSON.stringify({ action: interruption.action, time: iso(interruption.time) }),
  'meta-data/spot/termination-time': ({ interruption }) =>
    interruption?.action === 'terminate' ? iso(interruption.time) : null,
  'meta-data/events/recommendations/rebalance': ({ rebalance }) =>
    rebalance === null ? null : JSON.stringify({ noticeTime: iso(rebalance) }),
  'meta-data/events/maintenance/scheduled': (view) => JSON.stringify(view.maintenance.map(scheduled)),
  'meta-data/iam/security-credentials': (view) => view.role,
  'dynamic/instance-identity/document': identityDocument,
};

/** Every item that the sandbox has, below /latest/; tags and roles have more below theirs. */
export const metadataPaths: readonly string[] = [...Object.keys(items), 'meta-data/tags/instance'];

function scheduled(event: MaintenanceEvent) {
  return {
    NotBefore: eventTime(event.notBefore),
    ...(event.notAfter === null ? {} : { NotAfter: eventTime(event.notAfter) }),
    Code: event.code,
    Description: event.description,
    EventId: event.id,
    State: event.state,
  };
}

function credentials(view: MetadataView): string {
  const keys = view.credentials();
  return JSON.stringify({
    Code: 'Success',
    LastUpdated: iso(keys.issuedAt),
    Type: 'AWS-HMAC',
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    Token: keys.token,
    Expiration: iso(keys.expiration),
  });
}

function identityDocument(view: MetadataView): string {
  return JSON.stringify({
    accountId: '123456789012',
    architecture: 'x86_64',
    availabilityZone: view.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: view.imageId,
    instanceId: view.instanceId,
    instanceType: view.instanceType,
    kernelId: null,
    pendingTime: iso(view.launchedAt),
    privateIp: view.localIp,
    ramdiskId: null,
    region: view.region,
    version: '2017-09-30',
  });
}
