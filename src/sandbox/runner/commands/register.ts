import { hostname } from 'node:os';
import { type FlagSpec, type Flags, integerOf, isOn, parseFlags } from '../arguments.ts';
import { readConfig } from '../config/read.ts';
import { newSection, writeConfig } from '../config/write.ts';
import { FatalError, log } from '../log.ts';
import type { Outcome } from '../network/client.ts';
import { type Credentials, registerRunner, verifyRunner } from '../network/runners.ts';
import { systemId } from '../system-id.ts';
import { isCreatedToken, shortToken } from '../token.ts';
import { CONFIG_FLAG, CREDENTIALS_FLAGS, configPath } from './config-flag.ts';

const FLAGS: Record<string, FlagSpec> = {
  ...CONFIG_FLAG,
  ...CREDENTIALS_FLAGS,
  'non-interactive': { kind: 'boolean', aliases: ['n'], env: 'REGISTER_NON_INTERACTIVE' },
  name: { kind: 'string', aliases: ['description'], env: 'RUNNER_NAME' },
  'registration-token': { kind: 'string', aliases: ['r'], env: 'REGISTRATION_TOKEN' },
  executor: { kind: 'string', env: 'RUNNER_EXECUTOR' },
  shell: { kind: 'string', env: 'RUNNER_SHELL' },
  limit: { kind: 'number', env: 'RUNNER_LIMIT' },
  'request-concurrency': { kind: 'number', env: 'RUNNER_REQUEST_CONCURRENCY' },
  'builds-dir': { kind: 'string', env: 'RUNNER_BUILDS_DIR' },
  'leave-runner': { kind: 'boolean' },
  'tag-list': { kind: 'string', env: 'RUNNER_TAG_LIST' },
  locked: { kind: 'boolean', env: 'REGISTER_LOCKED' },
  'run-untagged': { kind: 'boolean', env: 'REGISTER_RUN_UNTAGGED' },
  paused: { kind: 'boolean', env: 'REGISTER_PAUSED' },
  'access-level': { kind: 'string', env: 'REGISTER_ACCESS_LEVEL' },
  'maximum-timeout': { kind: 'number', env: 'REGISTER_MAXIMUM_TIMEOUT' },
  'maintenance-note': { kind: 'string', env: 'REGISTER_MAINTENANCE_NOTE' },
};

/** `gitlab-runner register`: checks the token (or registers), and appends a section to config.toml. */
export async function register(args: string[]): Promise<void> {
  const flags = parseFlags(args, FLAGS);
  const configFile = configPath(flags);
  if (!isOn(flags['non-interactive'])) throw new FatalError('register is only done with --non-interactive');
  const url = flags.url?.replace(/\/+$/, '');
  const token = flags.token ?? flags['registration-token'];
  if (!url || !token) throw new FatalError('The GitLab URL and a token are needed: --url, --token');
  if (!flags.executor) throw new FatalError('Invalid executor specified');
  if (flags.token) refuseServerSettings(flags);
  else if (isCreatedToken(token))
    log('warning', 'The registration-token flag was given a runner authentication token');
  const config = readConfig(configFile);
  const id = systemId(configFile);
  const known = isCreatedToken(token) || flags.token !== undefined;
  const [outcome, found] = known
    ? await verifyRunner(url, token, id)
    : await registerRunner(url, token, registrationOptions(flags));
  checkRegistered(outcome, found, token);
  log('info', known ? 'Verifying runner... is valid' : 'Registering runner... succeeded', {
    runner: shortToken(token),
  });
  const optional = {
    limit: integerOf('limit', flags.limit),
    request_concurrency: integerOf('request-concurrency', flags['request-concurrency']),
    builds_dir: flags['builds-dir'],
    shell: flags.shell,
  };
  const section = newSection({
    name: flags.name ?? hostname(),
    url,
    id: found.id,
    token: known ? token : found.token,
    expiresAt: found.expiresAt,
    executor: flags.executor,
    optional: Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  });
  writeConfig(configFile, config, [...config.runners.map(({ table }) => table), section]);
  log('info', 'Runner registered successfully.', { config: configFile });
}

function checkRegistered(
  outcome: Outcome,
  found: Credentials | null,
  token: string,
): asserts found is Credentials {
  if (found && found.id !== 0) return;
  const why = 'error' in outcome ? String(outcome.error) : `status ${outcome.status}`;
  log('error', 'Registering runner... failed', { runner: shortToken(token), status: why });
  throw new FatalError('Failed to register the runner.');
}

/** Settings that live in GitLab once the runner is created there: only their defaults are accepted. */
function refuseServerSettings(flags: Flags): void {
  const given = [
    ...['tag-list', 'access-level', 'maximum-timeout', 'maintenance-note'].filter((name) => flags[name]),
    ...['run-untagged', 'paused'].filter((name) => isOn(flags[name])),
    ...(flags.locked !== undefined && !isOn(flags.locked) ? ['locked'] : []),
  ];
  if (given.length > 0)
    throw new FatalError(
      `Runner configuration other than name and executor configuration is reserved (specifically ${given.map((name) => `--${name}`).join(', ')}) and cannot be specified when registering with a runner authentication token.`,
    );
}

function registrationOptions(flags: Flags): Record<string, unknown> {
  return {
    description: flags.name ?? hostname(),
    tag_list: flags['tag-list'] ?? '',
    run_untagged: isOn(flags['run-untagged']) || !flags['tag-list'],
    locked: flags.locked === undefined || isOn(flags.locked),
    paused: isOn(flags.paused),
  };
}
