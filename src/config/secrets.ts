import type { Config, RunnerConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { readCredential } from './credentials.ts';
import { readText } from './read.ts';

/** Tokens travel in HTTP headers. */
const PRINTABLE = /^[!-~]+$/;

/** The runner's authentication token from its file, variable or credential; null: none is configured, GitLab's API makes one. */
export function runnerToken(runner: RunnerConfig, env: NodeJS.ProcessEnv): string | null {
  if (runner.tokenFile !== undefined) return secretFile('tokenFile', runner.tokenFile);
  if (runner.tokenCredential !== undefined) {
    return oneToken(...readCredential(runner.tokenCredential, 'runners[].tokenCredential', env));
  }
  if (runner.tokenEnv === undefined) return null;
  const token = env[runner.tokenEnv]?.trim();
  if (!token) {
    throw new ConfigError(
      `runners[].tokenEnv names ${runner.tokenEnv}, which is not set: set it to the runner's token`,
    );
  }
  return oneToken(token, `${runner.tokenEnv} (runners[].tokenEnv)`);
}

/** The token for GitLab's API, or null where none is configured. */
export function apiToken(config: Config, env: NodeJS.ProcessEnv): string | null {
  const { apiTokenFile, apiTokenCredential } = config.gitlab;
  if (apiTokenCredential !== undefined) {
    return oneToken(...readCredential(apiTokenCredential, 'gitlab.apiTokenCredential', env));
  }
  return apiTokenFile === undefined ? null : secretFile('gitlab.apiTokenFile', apiTokenFile);
}

/** The token of the status page, or null where none is configured. */
export function statusToken({ status }: Pick<Config, 'status'>, env: NodeJS.ProcessEnv): string | null {
  if (status.tokenCredential !== undefined) {
    return oneToken(...readCredential(status.tokenCredential, 'status.tokenCredential', env));
  }
  return status.tokenFile === undefined ? null : secretFile('status.tokenFile', status.tokenFile);
}

/** Reads every secret that the configuration names. Throws ConfigError that names the first which cannot be used. */
export function requireSecrets(config: Config, env: NodeJS.ProcessEnv): void {
  for (const read of readersOf(config, env)) read();
}

/** Every secret that the configuration names and that can be read now; for redaction. */
export function readableSecrets(config: Config, env: NodeJS.ProcessEnv): string[] {
  return readersOf(config, env).flatMap((read) => {
    try {
      return read() ?? [];
    } catch (error) {
      if (error instanceof ConfigError) return [];
      throw error;
    }
  });
}

const readersOf = (config: Config, env: NodeJS.ProcessEnv): (() => string | null)[] => [
  () => apiToken(config, env),
  () => statusToken(config, env),
  ...config.runners.map((runner) => () => runnerToken(runner, env)),
];

function secretFile(key: string, path: string): string {
  return oneToken(readText(path, `write the token to it, or mend ${key}`), `${path} (${key})`);
}

function oneToken(text: string, origin: string): string {
  const token = text.trim();
  if (!PRINTABLE.test(token)) throw new ConfigError(`${origin} must hold one token and nothing else`);
  return token;
}
