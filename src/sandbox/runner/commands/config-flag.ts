import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { FlagSpec, Flags } from '../arguments.ts';

/** The flag that every command has. */
export const CONFIG_FLAG: Record<string, FlagSpec> = {
  config: { kind: 'string', aliases: ['c'], env: 'CONFIG_FILE' },
};

/** Flags that name one runner. */
export const CREDENTIALS_FLAGS: Record<string, FlagSpec> = {
  url: { kind: 'string', aliases: ['u'], env: 'CI_SERVER_URL' },
  token: { kind: 'string', aliases: ['t'], env: 'CI_SERVER_TOKEN' },
  name: { kind: 'string', aliases: ['n'], env: 'RUNNER_NAME' },
};

/** config.toml: as given, else root's in /etc, else the user's own. */
export function configPath(flags: Flags): string {
  if (flags.config) return resolve(flags.config);
  if (userInfo().uid === 0) return '/etc/gitlab-runner/config.toml';
  return join(homedir(), '.gitlab-runner', 'config.toml');
}
