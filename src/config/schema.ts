import * as z from 'zod';
import { defaultPolicy } from '../lifecycle/policy.ts';
import { duration } from './duration.ts';

const text = z.string().trim().min(1, 'must not be empty');
const path = text.startsWith('/', 'must be an absolute path');
const count = (least: number) => z.number().int().min(least);
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
  .transform((url) => url.replace(/\/+$/, ''));
const id = z.number().int().positive();
/** The name of a systemd credential. */
const credential = z.string().regex(/^\w[\w.-]*$/, 'must be a name of letters, digits, _, . and -');

interface TokenSource {
  tokenFile?: string | undefined;
  tokenEnv?: string | undefined;
  tokenCredential?: string | undefined;
}

/** The keys of a runner that say where its token comes from; none: GitLab's API makes one. */
export const tokenSources = (runner: TokenSource): string[] =>
  (['tokenFile', 'tokenEnv', 'tokenCredential'] as const).filter((key) => runner[key] !== undefined);

const runner = z
  .strictObject({
    name: text.optional(),
    tokenFile: path.optional(),
    tokenEnv: text.optional(),
    tokenCredential: credential.optional(),
    /** `registration`: the deprecated token that registers a runner; GitLab answers it 410 unless told otherwise. */
    tokenKind: z.enum(['authentication', 'registration']).default('authentication'),
    executor: text.default('shell'),
    limit: count(0).default(0),
    tags: z.array(text).optional(),
    runnerType: z.enum(['instance_type', 'group_type', 'project_type']).default('instance_type'),
    groupId: id.optional(),
    projectId: id.optional(),
  })
  .refine((one) => tokenSources(one).length < 2, {
    error: ({ input }) => `has both ${tokenSources(input as TokenSource).join(' and ')}: keep one`,
  })
  .refine((one) => one.tokenKind !== 'registration' || tokenSources(one).length > 0, {
    path: ['tokenKind'],
    message: 'is registration, and there is no such token: set tokenFile, tokenEnv or tokenCredential',
  })
  .refine((one) => one.runnerType !== 'group_type' || one.groupId !== undefined, {
    path: ['groupId'],
    message: 'is missing: a runner of group_type needs the id of its group',
  })
  .refine((one) => one.runnerType !== 'project_type' || one.projectId !== undefined, {
    path: ['projectId'],
    message: 'is missing: a runner of project_type needs the id of its project',
  });

const lifecycle = z.strictObject({
  idleThreshold: duration().default(defaultPolicy.idleThreshold),
  drainLimit: duration().default(defaultPolicy.drainLimit),
  interruptionMargin: duration(0).default(defaultPolicy.interruptionMargin),
  confirmLimit: duration().default(defaultPolicy.confirmLimit),
  forceLimit: duration().default(defaultPolicy.forceLimit),
  launchLimit: duration().default(defaultPolicy.launchLimit),
  initAttempts: count(1).default(defaultPolicy.initAttempts),
  unregAttempts: count(1).default(defaultPolicy.unregAttempts),
  repairAttempts: count(1).default(defaultPolicy.repairAttempts),
  retryDelay: duration().default(defaultPolicy.retryDelay),
  retryDelayMax: duration().default(defaultPolicy.retryDelayMax),
  recheck: duration().default(defaultPolicy.recheck),
  maintenanceLead: duration(0).default(defaultPolicy.maintenanceLead),
  shutdownLimit: duration().default(defaultPolicy.shutdownLimit),
  haltLimit: duration().default(defaultPolicy.haltLimit),
  protection: z.enum(['auto', 'off']).default(defaultPolicy.protection),
  /** How long gitlab_runner_init.yml may run. */
  initTimeout: duration().default(600_000),
  /** How long scale_up.yml may run. */
  scaleUpTimeout: duration().default(300_000),
  /** How long the steps of gitlab_runner_unreg.yml after the runner's end may take. */
  unregisterTimeout: duration().default(90_000),
});

/** The sections of config.yml. Times come out in ms, but for those that GitLab Runner itself counts in seconds. */
export const sections = {
  gitlab: z
    .strictObject({ url: httpUrl, apiTokenFile: path.optional(), apiTokenCredential: credential.optional() })
    .refine((one) => one.apiTokenFile === undefined || one.apiTokenCredential === undefined, {
      message: 'has both apiTokenFile and apiTokenCredential: keep one',
    }),
  runner: z.strictObject({
    binary: text.default('gitlab-runner'),
    configFile: path.default('/etc/gitlab-runner/config.toml'),
    concurrent: count(1).default(4),
    /** Seconds, as config.toml has it. */
    checkInterval: count(1).default(3),
    /** Seconds, as config.toml has it. */
    shutdownTimeout: count(1).default(30),
    listenAddress: text
      .regex(/^[^\s:/]*:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'must be host:port')
      .default('localhost:9090'),
    serviceManager: z.enum(['systemd', 'process']).default('systemd'),
    unit: text.default('gitlab-runner.service'),
    pidFile: path.default('/run/gitlab-runner.pid'),
    logFile: path.optional(),
    environment: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional(),
  }),
  metadata: z.strictObject({
    endpoint: httpUrl.default('http://169.254.169.254'),
    interval: duration(50).default(2_000),
    timeout: duration(50).default(1_000),
  }),
  metrics: z.strictObject({
    url: httpUrl.default('http://localhost:9090/metrics'),
    interval: duration(50).default(10_000),
    timeout: duration(50).default(2_000),
  }),
  autoscaling: z.strictObject({
    endpoint: httpUrl.optional(),
    region: text.optional(),
    launchHook: text.optional(),
    terminateHook: text.optional(),
    interval: duration(50).default(60_000),
    scalingPolicy: text.optional(),
  }),
  ec2: z.strictObject({ endpoint: httpUrl.optional() }),
  /** How other instances of the group are reached, for `status --fleet` and `explain <instance>`. */
  ssh: z.strictObject({
    user: text.regex(/^[a-z_][a-z0-9_-]*\$?$/, 'must be a user name').default('root'),
    /** A private key; without it the agent of SSH_AUTH_SOCK is asked. */
    keyFile: path.optional(),
    /** Default: ~/.ssh/known_hosts, then /etc/ssh/ssh_known_hosts. */
    knownHostsFile: path.optional(),
    port: count(1).max(65_535).default(22),
    /** How many instances are read at a time. */
    concurrency: count(1).max(100).default(8),
    /** For one instance, from the connection to the last byte. */
    timeout: duration(50).default(10_000),
  }),
  lifecycle,
  ansible: z.strictObject({ command: text.default('ansible-playbook'), directory: path.optional() }),
  /** The status page. */
  status: z
    .strictObject({
      listen: text
        .regex(/^off$|^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'must be host:port, or off')
        .default('off'),
      tokenFile: path.optional(),
      tokenCredential: credential.optional(),
      /** Further names that the page is asked for by. */
      hosts: z.array(text.toLowerCase()).default([]),
    })
    .refine((one) => one.tokenFile === undefined || one.tokenCredential === undefined, {
      message: 'has both tokenFile and tokenCredential: keep one',
    }),
  log: z.strictObject({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }),
};

/** The whole of config.yml. Unknown keys are errors at every level. */
export const configSchema = z.strictObject({
  stateDir: path.default('/var/lib/drover'),
  runDir: path.default('/run/drover'),
  gitlab: sections.gitlab,
  runners: z.array(runner).min(1, 'must list at least one runner'),
  runner: sections.runner.prefault({}),
  metadata: sections.metadata.prefault({}),
  metrics: sections.metrics.prefault({}),
  autoscaling: sections.autoscaling.prefault({}),
  ec2: sections.ec2.prefault({}),
  ssh: sections.ssh.prefault({}),
  lifecycle: sections.lifecycle.prefault({}),
  ansible: sections.ansible.prefault({}),
  status: sections.status.prefault({}),
  log: sections.log.prefault({}),
});

/** One entry of `runners`. */
export type RunnerConfig = z.output<typeof runner>;
