import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskFiles } from '../hosts/layers.ts';
import { runnerFiles } from '../hosts/runner-files.ts';

export interface BaselineOptions {
  awsUrl: string;
  gitlabUrl: string;
  group: string;
  hooks: { launch: string; terminate: string };
  token: string;
  /** Between polls, in s. */
  interval: number;
}

const HOME = '/usr/local/lib/baseline';
const UNITS = '/etc/systemd/system';

/** A host with the five services written literally, in bash and curl. */
export function baselineFiles(options: BaselineOptions): DiskFiles {
  const { awsUrl, gitlabUrl, group, hooks, token, interval } = options;
  const environment = {
    AWS_URL: awsUrl,
    GITLAB_URL: gitlabUrl,
    GROUP: group,
    LAUNCH_HOOK: hooks.launch,
    TERMINATE_HOOK: hooks.terminate,
    TOKEN_FILE: '/etc/baseline/token',
    INTERVAL: interval,
    IDLE: 600,
  };
  const files: DiskFiles = {
    ...runnerFiles(),
    '/etc/baseline/environment': Object.entries(environment)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
    '/etc/baseline/token': { text: token, mode: 0o600 },
    [`${UNITS}/gitlab-runner.service.d/drain.conf`]:
      '[Service]\nKillSignal=SIGQUIT\nKillMode=mixed\nTimeoutStopSec=2h\n',
  };
  for (const name of readdirSync(import.meta.dirname).filter((one) => one.endsWith('.sh'))) {
    files[`${HOME}/${name}`] = { text: readFileSync(join(import.meta.dirname, name), 'utf8'), mode: 0o755 };
  }
  for (const unit of ['init-runner', 'monitor-jobs', 'scale-up', 'lifecycle-check', 'unreg-runner']) {
    files[`${UNITS}/${unit}.service`] = unitText(unit);
  }
  for (const unit of ['init-runner', 'lifecycle-check']) {
    files[`${UNITS}/multi-user.target.wants/${unit}.service`] = { link: `${UNITS}/${unit}.service` };
  }
  return files;
}

function unitText(unit: string): string {
  const oneshot = ['init-runner', 'scale-up', 'unreg-runner'].includes(unit);
  return [
    '[Unit]',
    'After=network-online.target',
    ...(unit === 'lifecycle-check' ? ['OnSuccess=unreg-runner.service'] : []),
    '[Service]',
    ...(oneshot ? ['Type=oneshot', 'TimeoutStartSec=infinity'] : []),
    'Environment=HOME=/root',
    'EnvironmentFile=/etc/baseline/environment',
    `ExecStart=${HOME}/${unit}.sh`,
    '',
  ].join('\n');
}
