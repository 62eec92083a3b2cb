import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { type RunnerConfig, type RunnerSection, sectionsOf } from './model.ts';

const DEFAULT_CHECK_INTERVAL = 3_000;
const DEFAULT_SHUTDOWN_TIMEOUT = 30_000;
const DEFAULT_OUTPUT_LIMIT = 4 * 1024 * 1024;
const HOUR = 3_600_000;

/** Reads config.toml; a missing file is an empty configuration. Throws when it cannot be read or parsed. */
export function readConfig(path: string): RunnerConfig {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return parseConfig(text);
}

/** The configuration in the text of a config.toml. */
export function parseConfig(text: string): RunnerConfig {
  const document = parse(text) as Record<string, unknown>;
  const checkInterval = numberOf(document.check_interval, 0);
  const shutdownTimeout = numberOf(document.shutdown_timeout, 0);
  return {
    concurrent: numberOf(document.concurrent, 1),
    checkInterval: checkInterval > 0 ? checkInterval * 1000 : DEFAULT_CHECK_INTERVAL,
    shutdownTimeout: shutdownTimeout > 0 ? shutdownTimeout * 1000 : DEFAULT_SHUTDOWN_TIMEOUT,
    listenAddress: textOf(document.listen_address) || null,
    runners: sectionsOf(document).map(readSection),
    document,
  };
}

function readSection(table: Record<string, unknown>): RunnerSection {
  return {
    name: textOf(table.name),
    url: expand(textOf(table.url)).replace(/\/+$/, ''),
    id: numberOf(table.id, 0),
    token: expand(textOf(table.token)),
    tokenObtainedAt: timeOf(table.token_obtained_at),
    tokenExpiresAt: timeOf(table.token_expires_at),
    executor: textOf(table.executor),
    limit: numberOf(table.limit, 0),
    requestConcurrency: Math.max(1, numberOf(table.request_concurrency, 1)),
    buildsDir: textOf(table.builds_dir) || null,
    outputLimit: numberOf(table.output_limit, 0) * 1024 || DEFAULT_OUTPUT_LIMIT,
    environment: Array.isArray(table.environment) ? table.environment.map(String) : [],
    unhealthyRequestsLimit: numberOf(table.unhealthy_requests_limit, 0) || 3,
    unhealthyInterval: durationOf(table.unhealthy_interval) ?? HOUR,
    table,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function numberOf(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number') throw new Error(`expected a number, found ${JSON.stringify(value)}`);
  return number;
}

/** Milliseconds since the epoch; Go's zero time (year 1) means none. */
function timeOf(value: unknown): number | null {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  return time > 0 ? time : null;
}

/** A Go duration such as `1h0m0s`, in ms. */
function durationOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/([\d.]+)(ms|h|m|s)/g))
    total += Number(amount) * units[unit as keyof typeof units];
  return total > 0 ? total : null;
}

/** `$VAR` and `${VAR}` in a token or a URL. */
function expand(text: string): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => process.env[braced ?? bare] ?? '');
}
