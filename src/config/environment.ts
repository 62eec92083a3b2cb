import type * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { sections } from './schema.ts';
import { nearest } from './suggest.ts';

type Tree = Record<string, unknown>;

const upperSnake = (key: string): string => key.replace(/[A-Z]/g, '_$&').toUpperCase();

/** Keys outside any section that the environment may set. */
const TOP_KEYS = ['stateDir', 'runDir'];

/**
 * Lays the environment over what the file says. `DROVER_<SECTION>_<KEY>` wins over the file (`DROVER_METRICS_INTERVAL`
 * is metrics.interval); the AWS SDKs' own variables for endpoints fill in where the file says nothing.
 */
export function applyEnvironment(file: Tree, env: NodeJS.ProcessEnv): Tree {
  const config: Tree = { ...file };
  for (const key of TOP_KEYS) {
    const value = env[`DROVER_${upperSnake(key)}`];
    if (value !== undefined) config[key] = value;
  }
  for (const [section, schema] of Object.entries(sections)) {
    const given = config[section];
    if (given !== undefined && given !== null && typeof given !== 'object') continue;
    config[section] = { ...awsDefaults(section, env), ...given, ...overrides(section, schema.shape, env) };
  }
  return config;
}

function awsDefaults(section: string, env: NodeJS.ProcessEnv): Tree {
  if (section === 'metadata' && env.AWS_EC2_METADATA_SERVICE_ENDPOINT) {
    return { endpoint: env.AWS_EC2_METADATA_SERVICE_ENDPOINT };
  }
  const own = { autoscaling: env.AWS_ENDPOINT_URL_AUTO_SCALING, ec2: env.AWS_ENDPOINT_URL_EC2 };
  if (section !== 'autoscaling' && section !== 'ec2') return {};
  const endpoint = own[section] || env.AWS_ENDPOINT_URL;
  return endpoint ? { endpoint } : {};
}

function overrides(section: string, shape: Record<string, z.ZodType>, env: NodeJS.ProcessEnv): Tree {
  const prefix = `DROVER_${upperSnake(section)}_`;
  const names = new Map(Object.keys(shape).map((key) => [prefix + upperSnake(key), key]));
  const found: Tree = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || value === undefined) continue;
    const key = names.get(name);
    const schema = key === undefined ? undefined : shape[key];
    if (key === undefined || schema === undefined) {
      const suggestion = nearest(name, [...names.keys()]);
      throw new ConfigError(
        `${name} in the environment is not a setting${suggestion ? `; did you mean ${suggestion}?` : '; unset it'}`,
      );
    }
    found[key] = typed(schema, value);
  }
  return found;
}

/** A variable is text; where the key wants a number or a map, the text is read as JSON. */
function typed(schema: z.ZodType, value: string): unknown {
  if (schema.safeParse(value).success) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
