import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { findAnsible } from '../../scripts/ensure-ansible.mjs';
import type { PlaybookName } from '../../src/lifecycle/events.ts';
import { endMarkedProcesses } from '../../src/playbooks/marked-processes.ts';
import { type PlaybookEvent, startPlaybook } from '../../src/playbooks/run.ts';
import { startAutoScaling, startGitlab } from './fake-world.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** The real ansible-playbook, or null where it is not installed. */
export const ansiblePlaybook: string | null = findAnsible();

export const SHARED_TOKEN = 'glrt-sharedTokenOfTheFleet1';
export const API_TOKEN = 'glpat-apiTokenOfTheFleet12';

/** One instance's directory with a fake GitLab, Auto Scaling and gitlab-runner, and its playbooks. */
async function createRig() {
  const directory = mkdtempSync(join(tmpdir(), 'drover-playbooks-'));
  const gitlab = await startGitlab();
  const autoscaling = await startAutoScaling();
  const port = await freePort();
  const paths = {
    config: join(directory, 'gitlab-runner', 'config.toml'),
    systemId: join(directory, 'gitlab-runner', '.runner_system_id'),
    pid: join(directory, 'runner.pid'),
    log: join(directory, 'runner.log'),
    runs: join(directory, 'run'),
  };
  let operations = 0;
  const runner = {
    gitlab_runner_url: gitlab.url,
    gitlab_runner_instance_id: 'i-0abc',
    gitlab_runner_config_file: paths.config,
    gitlab_runner_service_manager: 'process',
    gitlab_runner_pid_file: paths.pid,
    gitlab_runner_metrics_url: `http://127.0.0.1:${port}/metrics`,
    gitlab_runner_budget: 4,
  };
  const hook = {
    autoscaling_lifecycle_hook: 'ours',
    autoscaling_group: 'fleet',
    autoscaling_instance_id: 'i-0abc',
  };
  const aws = {
    autoscaling_endpoint_url: autoscaling.url,
    autoscaling_region: 'us-east-1',
    autoscaling_budget: 10,
  };
  const start = (playbook: PlaybookName, variables: object, options: Options = {}) => {
    const events: PlaybookEvent[] = [];
    const running = startPlaybook(
      {
        operation: options.operation ?? `op-${++operations}`,
        playbook,
        variables,
        timeoutMs: options.timeoutMs ?? null,
        check: options.check ?? false,
        diff: options.check ?? false,
        onEvent: (event) => {
          events.push(event);
          options.onEvent?.(event);
        },
      },
      {
        command: ansiblePlaybook ?? 'ansible-playbook',
        runDir: paths.runs,
        environment: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test-secret-key' },
        secrets: [SHARED_TOKEN, API_TOKEN],
      },
    );
    return Object.assign(running, { events });
  };
  const init = (runners: object[], extra: object = {}, options: Options = {}) =>
    start(
      'gitlab_runner_init',
      {
        ...runner,
        ...hook,
        ...aws,
        gitlab_runner_runners: runners,
        gitlab_runner_binary: join(here, 'gitlab-runner'),
        gitlab_runner_listen_address: `127.0.0.1:${port}`,
        gitlab_runner_log_file: paths.log,
        gitlab_runner_ready_timeout: 10,
        ...extra,
      },
      options,
    );
  const unreg = (runners: object[], extra: object = {}, options: Options = {}) =>
    start(
      'gitlab_runner_unreg',
      { ...runner, ...hook, ...aws, gitlab_runner_runners: runners, ...extra },
      options,
    );
  const scaleUp = (extra: object = {}, options: Options = {}) =>
    start('scale_up', { ...aws, autoscaling_group: 'fleet', ...extra }, options);

  return {
    directory,
    gitlab,
    autoscaling,
    paths,
    start,
    init,
    unreg,
    scaleUp,
    read: (path: string) => readFileSync(path, 'utf8'),
    mode: (path: string) => statSync(path).mode & 0o777,
    runnerPid: () => Number(readFileSync(paths.pid, 'utf8')),
    async close() {
      await endMarkedProcesses((run) => run.startsWith(paths.runs), 100);
      try {
        process.kill(Number(readFileSync(paths.pid, 'utf8')), 'SIGKILL');
      } catch {
        // The runner has ended.
      }
      await Promise.all([gitlab.close(), autoscaling.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Options {
  operation?: string;
  timeoutMs?: number;
  check?: boolean;
  onEvent?: (event: PlaybookEvent) => void;
}

type Rig = Awaited<ReturnType<typeof createRig>>;

/** A test with a rig of its own. */
export const it = test.extend<{ rig: Rig }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are asked for from the pattern.
  rig: async ({}, use) => {
    const rig = await createRig();
    await use(rig);
    await rig.close();
  },
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
