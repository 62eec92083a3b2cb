import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify, TomlDate } from 'smol-toml';
import type { RunnerConfig } from './model.ts';

/** Go's zero time: a token that does not expire. */
const NEVER = '0001-01-01T00:00:00Z';

/** Writes config.toml whole, mode 0600 in a directory of mode 0700. Comments in the old file do not survive. */
export function writeConfig(path: string, config: RunnerConfig, sections: Record<string, unknown>[]): void {
  const { runners: _, session_server, ...globals } = config.document;
  const document: Record<string, unknown> = {
    concurrent: config.concurrent,
    check_interval: 0,
    ...(Object.keys(config.document).length > 0 ? { connection_max_age: '15m0s' } : {}),
    shutdown_timeout: 0,
    ...globals,
    session_server: session_server ?? { session_timeout: 1800 },
    ...(sections.length > 0 ? { runners: sections } : {}),
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, stringify(document), { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}

/** The section that `register` appends. */
export function newSection(values: {
  name: string;
  url: string;
  id: number;
  token: string;
  expiresAt: string | null;
  executor: string;
  optional: Record<string, unknown>;
}): Record<string, unknown> {
  return {
    name: values.name,
    ...values.optional,
    url: values.url,
    id: values.id,
    token: values.token,
    ...tokenTimes(values.expiresAt),
    executor: values.executor,
    cache: {
      MaxUploadedArchiveSize: 0,
      s3: { AssumeRoleMaxConcurrency: 0 },
      gcs: {},
      azure: {},
    },
  };
}

/** `token_obtained_at` is now; no expiry is Go's zero time. */
export function tokenTimes(expiresAt: string | null): Record<string, TomlDate> {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  return { token_obtained_at: new TomlDate(now), token_expires_at: new TomlDate(expiresAt ?? NEVER) };
}
