import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../config/package-root.ts';
import type { InstanceHost, SandboxInstance } from '../sandbox/host.ts';

export interface ByHandOptions {
  groupName: string;
  launchHook: string;
  token: string;
  /** A gitlab-runner executable; default: the sandbox's own. */
  runner?: string | undefined;
  /** A link to the variables of the first instance that boots; made anew each time. */
  firstVariables: string;
  /** Told where the variables of an instance lie. */
  ready(instanceId: string, path: string): void;
}

/** An instance without an agent: the variables with which the playbooks can be played for it by hand. */
export function byHandHost(options: ByHandOptions): InstanceHost {
  let booted = 0;
  return {
    async boot(instance, urls) {
      mkdirSync(join(instance.dir, 'gitlab-runner'), { recursive: true, mode: 0o700 });
      const path = join(instance.dir, 'vars.yml');
      writeFileSync(path, stringify(variables(options, instance, urls)), { mode: 0o600 });
      if (booted === 0) {
        rmSync(options.firstVariables, { force: true });
        symlinkSync(path, options.firstVariables);
      }
      booted += 1;
      options.ready(instance.id, path);
    },
    // The runner alone: the playbook that has just answered the hook belongs to whoever plays it.
    async powerOff(instance) {
      try {
        process.kill(Number(readFileSync(pidFile(instance), 'utf8')), 'SIGKILL');
      } catch {
        // No runner, or none any more.
      }
    },
  };
}

const pidFile = ({ dir }: SandboxInstance): string => join(dir, 'gitlab-runner', 'runner.pid');

function variables(
  { groupName, launchHook, token, runner }: ByHandOptions,
  instance: SandboxInstance,
  { gitlabUrl, awsUrl }: { gitlabUrl: string; awsUrl: string },
): Record<string, unknown> {
  const { id, dir, metricsPort } = instance;
  return {
    gitlab_runner_url: gitlabUrl,
    gitlab_runner_instance_id: id,
    gitlab_runner_runners: [{ name: id, token }],
    gitlab_runner_binary: runner ?? join(packageRoot(), 'sandbox', 'bin', 'gitlab-runner'),
    gitlab_runner_config_file: join(dir, 'gitlab-runner', 'config.toml'),
    gitlab_runner_pid_file: pidFile(instance),
    gitlab_runner_log_file: join(dir, 'gitlab-runner', 'runner.log'),
    gitlab_runner_check_interval: 1,
    gitlab_runner_listen_address: `127.0.0.1:${metricsPort}`,
    gitlab_runner_metrics_url: `http://127.0.0.1:${metricsPort}/metrics`,
    autoscaling_group: groupName,
    autoscaling_instance_id: id,
    autoscaling_lifecycle_hook: launchHook,
    autoscaling_endpoint_url: awsUrl,
    autoscaling_region: 'us-east-1',
  };
}
