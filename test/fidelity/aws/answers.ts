export type Service = 'autoscaling' | 'ec2' | 'ssm' | 'secretsmanager';

export interface Call {
  service: Service;
  operation: string;
  params: Record<string, unknown>;
}

/** What a client was told. */
export interface Told {
  /** Without the request's id; timestamps as `{ $timestamp }`. */
  answer: Record<string, unknown> | null;
  error: { code: string; message: string } | null;
  /** HTTP. */
  status: number;
  /** What of the raw answer is not as the service's model has it; only boto3's side looks. */
  problems: string[];
}

/** A client that makes any call. */
export interface AnyClient {
  call(endpoint: string, call: Call): Promise<Told>;
  close(): Promise<void>;
}

/** Members whose values are words or numbers of the protocol: they are compared, of others only the type. */
const VALUES =
  /^(AdjustmentType|Code|DefaultResult|DesiredCapacity|HealthCheckType|HealthStatus|HeartbeatTimeout|LifecycleState|LifecycleTransition|MaxSize|MinSize|PolicyType|PoolState|ProcessName|ProtectedFromScaleIn|ScalingAdjustment|Type|VersionStages)$/;

/**
 * The shape of an answer: `path: type` for every member, `path: value` where the value is the protocol's own. The
 * elements of a list count together.
 */
export function shapeOf(answer: unknown): Map<string, Set<string>> {
  const shape = new Map<string, Set<string>>();
  const note = (path: string, kind: string) => shape.set(path, (shape.get(path) ?? new Set()).add(kind));
  const walk = (value: unknown, path: string, name: string): void => {
    if (Array.isArray(value)) {
      note(path, 'list');
      for (const element of value) walk(element, `${path}[]`, name);
    } else if (typeof value === 'object' && value !== null) {
      const members = '$timestamp' in value ? [] : Object.entries(value);
      note(path, '$timestamp' in value ? 'timestamp' : 'structure');
      for (const [key, inner] of members) walk(inner, path === '' ? key : `${path}.${key}`, key);
    } else {
      note(path, VALUES.test(name) ? `${value}` : typeof value);
    }
  };
  walk(answer, '', '');
  return shape;
}

/**
 * What two answers, or refusals, differ in: `only ours: PATH`, `only theirs: PATH` (of a structure that only one has, it
 * alone), `PATH: OURS, theirs THEIRS`; `answered, theirs CODE (STATUS)` and the like. Empty lists say nothing about
 * their elements.
 */
export function differences(ours: Told, theirs: Told): string[] {
  const outcome = ({ error, status }: Told) => (error === null ? 'answered' : `${error.code} (${status})`);
  if (ours.error || theirs.error) {
    return outcome(ours) === outcome(theirs) ? [] : [`${outcome(ours)}, theirs ${outcome(theirs)}`];
  }
  const [a, b] = [shapeOf(ours.answer), shapeOf(theirs.answer)];
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  const found: string[] = [];
  for (const path of paths) {
    const [mine, other] = [a.get(path), b.get(path)];
    if (mine && other) {
      if (!same(mine, other)) found.push(`${path}: ${[...mine]}, theirs ${[...other]}`);
      continue;
    }
    const parent = path.endsWith('[]') ? path.slice(0, -2) : path.replace(/\.?[^.]+$/, '');
    // An element where the other's list is empty, and what lies below a member that was named already.
    if (path.endsWith('[]') || !a.has(parent) || !b.has(parent)) continue;
    found.push(`${mine ? 'only ours' : 'only theirs'}: ${path}`);
  }
  return found;
}

const same = (a: Set<string>, b: Set<string>): boolean => [...a].sort().join() === [...b].sort().join();
