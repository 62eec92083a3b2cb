import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { packageRoot } from '../../src/config.ts';
import { takeLock } from '../../src/engine/lock.ts';
import { bareHost, endProcessesOf } from '../../src/sandbox/host.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { drover, startDrover } from './drover.ts';

const token = 'glrt-t1_PlayOnceSecret0001';
const env = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'sandbox-only' };

let dir: string;
let sandbox: Sandbox;
let instanceId: string;
let config: string;

/** Mutating calls, of anybody, since the log had `from` entries. */
const mutations = (from: number): unknown[] =>
  sandbox.log.entries
    .slice(from)
    .filter((entry) => entry.kind === 'call' && entry.mutating && !isPolling(entry.operation))
    .map((entry) => entry.operation);

/** What the runner itself does, once it is there. */
const isPolling = (operation: string | undefined) => operation === 'requestJob';

/** An instance that is still in the group. */
const alive = () =>
  vi.waitFor(() => {
    const there = [...sandbox.instances.values()].find(({ id }) => sandbox.autoscaling.instances.has(id));
    if (there === undefined) throw new Error('the group has no instance');
    return there;
  });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-play-'));
  sandbox = await startSandbox({
    dir,
    // Whoever plays a playbook by hand on an instance of the sandbox outlives that instance.
    host: { boot: bareHost.boot, powerOff: async () => {} },
    group: {
      name: 'runners',
      minSize: 0,
      maxSize: 3,
      desiredCapacity: 1,
      launchHook: { name: 'launching', heartbeatTimeout: 120, defaultResult: 'ABANDON' },
      terminateHook: { name: 'terminating', heartbeatTimeout: 120, defaultResult: 'ABANDON' },
    },
  });
  sandbox.gitlab.addRunner({ token });
  const instance = await vi.waitFor(() => {
    const [booted] = sandbox.instances.values();
    if (booted === undefined) throw new Error('the sandbox has not booted the instance');
    return booted;
  });
  instanceId = instance.id;
  const runnerDir = join(instance.dir, 'gitlab-runner');
  mkdirSync(runnerDir, { recursive: true });
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  config = join(dir, 'config.yml');
  writeFileSync(
    config,
    stringify({
      stateDir: join(instance.dir, 'state'),
      runDir: join(instance.dir, 'run'),
      gitlab: { url: sandbox.gitlabUrl },
      runners: [{ tokenFile }],
      runner: {
        binary: join(packageRoot(), 'sandbox', 'bin', 'gitlab-runner'),
        configFile: join(runnerDir, 'config.toml'),
        listenAddress: `127.0.0.1:${instance.metricsPort}`,
        serviceManager: 'process',
        pidFile: join(runnerDir, 'runner.pid'),
        checkInterval: 1,
        concurrent: 1,
      },
      metadata: { endpoint: instance.metadataUrl },
      autoscaling: { endpoint: sandbox.awsUrl },
    }),
  );
});

afterAll(async () => {
  await sandbox.close();
  await endProcessesOf(dir);
  rmSync(dir, { recursive: true, force: true });
});

test('init --check --diff says what it would do, masks the token, and calls nothing that changes anything', async () => {
  const from = sandbox.log.entries.length;
  const { exitCode, stdout, stderr } = await drover(['init', '--check', '--diff', '--config', config], env);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('init: checked, nothing changed');
  expect(stdout).toContain('would');
  expect(stdout).not.toContain('PlayOnceSecret');
  expect(mutations(from)).toEqual([]);
});

test('init registers the runner and completes the launch hook, task by task', async () => {
  const { exitCode, stdout, stderr } = await drover(['init', '--config', config], env);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Complete the lifecycle action');
  expect(stdout).toContain('init: done');
  expect(sandbox.autoscaling.instances.get(instanceId)?.lifecycleState).toBe('InService');
  expect(sandbox.gitlab.runners[0]?.managers.size).toBe(1);
});

test('beside an agent nothing is played: the state directory names its owner', async () => {
  const instance = sandbox.instances.get(instanceId);
  const lock = takeLock(join(instance?.dir ?? '', 'state'), 'a test');
  const from = sandbox.log.entries.length;
  const { exitCode, stderr } = await drover(['scale-up', '--config', config], env);
  lock.release();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`owned by a test (pid ${process.pid})`);
  expect(mutations(from)).toEqual([]);
});

test('scale-up raises desired capacity by one; --json ends with the summary', async () => {
  const { exitCode, stdout } = await drover(['scale-up', '--json', '--config', config], env);
  expect(exitCode).toBe(0);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({
    event: 'summary',
    outcome: 'succeeded',
    facts: { desiredBefore: 1, desiredAfter: 2 },
  });
  expect(sandbox.autoscaling.desiredCapacity).toBe(2);
});

test('scale-up --wait returns when the runner has a free slot', async () => {
  const job = sandbox.gitlab.addJob({
    script: ['while [ ! -e go ]; do sleep 0.1; done'.replace('go', join(dir, 'go'))],
  });
  await sandbox.log.waitFor((entry) => entry.subject === 'job' && entry.state === 'running', 20_000);
  const waiting = startDrover(['scale-up', '--wait', '--config', config], {
    ...env,
    DROVER_METRICS_INTERVAL: '200ms',
  });
  let said = '';
  waiting.stdout.on('data', (chunk) => {
    said += chunk;
    if (said.includes('waiting for one')) writeFileSync(join(dir, 'go'), '');
  });
  const { exitCode } = await waiting;
  expect(exitCode).toBe(0);
  expect(said).toContain('all 1 slots of the runner are taken; waiting for one');
  expect(said).toMatch(/scale-up: done\n$/);
  expect(job.state).toBe('success');
  // The instance of the increase before is still on its way.
  expect(said).toContain('not settled');
});

test('unreg removes the runner manager and answers the terminate hook when one waits', async () => {
  sandbox.autoscaling.terminate(instanceId, true);
  const { exitCode, stdout, stderr } = await drover(['unreg', '--config', config], env);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('unreg: done');
  expect(sandbox.gitlab.runners[0]?.managers.size).toBe(0);
  const completed = sandbox.log.entries.filter(
    (entry) => entry.state === 'completed' && entry.transition === 'terminating',
  );
  expect(completed).toHaveLength(1);
});

test('unreg of an instance that still launches abandons the launch', async () => {
  const second = [...sandbox.instances.values()].find(({ id }) => id !== instanceId);
  if (second === undefined) throw new Error('there is one instance only');
  const { exitCode, stderr } = await drover(['unreg', '--config', config], {
    ...env,
    DROVER_METADATA_ENDPOINT: second.metadataUrl,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const answers = sandbox.log.entries.filter(
    (entry) => entry.state === 'completed' && entry.instanceId === second.id,
  );
  expect(answers.map(({ hook, result }) => `${hook} ${result}`)).toEqual(['launching ABANDON']);
});

test('an instance of no Auto Scaling group cannot scale up one', async () => {
  const instance = await alive();
  const { instanceId: was } = instance.view;
  instance.view.instanceId = 'i-00000000000000000';
  const { exitCode, stderr } = await drover(['scale-up', '--config', config], {
    ...env,
    DROVER_METADATA_ENDPOINT: instance.metadataUrl,
  });
  instance.view.instanceId = was;
  expect(exitCode).toBe(2);
  expect(stderr).toContain('i-00000000000000000 is in no Auto Scaling group');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a GitLab that cannot be reached is one clear message, and no runner is left half-made', async () => {
  const { metadataUrl } = await alive();
  const from = sandbox.log.entries.length;
  const { exitCode, stderr } = await drover(['init', '--config', config], {
    ...env,
    DROVER_METADATA_ENDPOINT: metadataUrl,
    DROVER_GITLAB_URL: 'http://127.0.0.1:9',
    DROVER_LIFECYCLE_INIT_TIMEOUT: '10s',
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('http://127.0.0.1:9');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('Traceback');
  expect(mutations(from)).toEqual([]);
}, 60_000);

test('a metadata service that does not answer is one clear message', async () => {
  const { exitCode, stderr } = await drover(['init', '--config', config], {
    ...env,
    DROVER_METADATA_ENDPOINT: 'http://127.0.0.1:9',
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('is http://127.0.0.1:9 reachable?');
  expect(stderr).not.toMatch(/^\s+at /m);
});
