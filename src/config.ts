import type * as z from 'zod';
import { applyEnvironment } from './config/environment.ts';
import { packageRoot } from './config/package-root.ts';
import { describeProblems } from './config/problems.ts';
import { readYamlFile } from './config/read.ts';
import { configSchema, tokenSources } from './config/schema.ts';
import { ConfigError } from './errors.ts';

export { packageRoot } from './config/package-root.ts';
export type { RunnerConfig } from './config/schema.ts';

type Parsed = z.output<typeof configSchema>;

/** The configuration, checked and complete. Durations are in ms; `runner.checkInterval` and `.shutdownTimeout` in s. */
export type Config = Omit<Parsed, 'ansible'> & { ansible: Parsed['ansible'] & { directory: string } };

/**
 * Reads config.yml. What wins: the environment (`DROVER_<SECTION>_<KEY>`), then the file, then the AWS SDKs' variables
 * for endpoints, then the default. Throws ConfigError, which names each wrong key and how to mend it.
 */
export function loadConfig(path: string, env: NodeJS.ProcessEnv): Config {
  return parseConfig(readYamlFile(path), env, path);
}

/** {@link loadConfig} for a mapping that has been read already; `origin` is what messages call it. */
export function parseConfig(file: Record<string, unknown>, env: NodeJS.ProcessEnv, origin: string): Config {
  const given = withMetricsUrl(applyEnvironment(file, env));
  const parsed = configSchema.safeParse(given, { reportInput: true });
  if (!parsed.success) fail(origin, describeProblems(parsed.error.issues));
  const config = parsed.data;
  const problems = [...tokenProblems(config), ...nameProblems(config), ...statusProblems(config)];
  if (problems.length > 0) fail(origin, problems);
  return { ...config, ansible: { ...config.ansible, directory: config.ansible.directory ?? packageRoot() } };
}

/** Where the runner is told to listen is where its metrics are read, unless metrics.url says otherwise. */
function withMetricsUrl(given: Record<string, unknown>): Record<string, unknown> {
  const { listenAddress } = given.runner as { listenAddress?: unknown };
  if (typeof listenAddress !== 'string') return given;
  const host = listenAddress.startsWith(':') ? `localhost${listenAddress}` : listenAddress;
  return { ...given, metrics: { url: `http://${host}/metrics`, ...(given.metrics as object) } };
}

function tokenProblems(config: Parsed): string[] {
  if (config.gitlab.apiTokenFile !== undefined || config.gitlab.apiTokenCredential !== undefined) return [];
  return config.runners.flatMap((runner, index) =>
    tokenSources(runner).length === 0
      ? [
          `runners[${index}] has no token: set tokenFile, tokenEnv or tokenCredential, or gitlab.apiTokenFile to create runners`,
        ]
      : [],
  );
}

function nameProblems({ runners }: Parsed): string[] {
  const names = runners.map((runner) => runner.name ?? 'the instance id');
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [`runners[${index}].name is ${name} twice: give each runner its own name`]
      : [],
  );
}

/** Whoever reaches the page from another host sees jobs and group: not without a token. */
function statusProblems({ status }: Parsed): string[] {
  if (status.listen === 'off' || isLoopback(status.listen)) return [];
  if (status.tokenFile !== undefined || status.tokenCredential !== undefined) return [];
  return [
    `status.listen is ${status.listen}, which other hosts reach: set status.tokenFile, or listen on 127.0.0.1`,
  ];
}

const isLoopback = (listen: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\]):\d+$/.test(listen);

function fail(origin: string, problems: string[]): never {
  const [first] = problems;
  throw new ConfigError(
    problems.length === 1
      ? `${origin}: ${first}`
      : `${origin}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
  );
}
