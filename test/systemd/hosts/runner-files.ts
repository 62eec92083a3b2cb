import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root.ts';
import type { DiskFiles } from './layers.ts';

/** What `gitlab-runner install --user gitlab-runner` writes (GitLab Runner 19.4, commands/service_linux.go). */
const UNIT = `[Unit]
Description=GitLab Runner
ConditionFileIsExecutable=/usr/bin/gitlab-runner

After=network.target

[Service]
StartLimitInterval=5
StartLimitBurst=10
ExecStart=/usr/bin/gitlab-runner "run" "--config" "/etc/gitlab-runner/config.toml" "--working-directory" "/home/gitlab-runner" "--service" "gitlab-runner" "--user" "gitlab-runner"

Restart=always

RestartSec=120
EnvironmentFile=-/etc/sysconfig/gitlab-runner

[Install]
WantedBy=multi-user.target
`;

/** The sandbox's gitlab-runner, installed as the package installs the real one, but not enabled. */
export function runnerFiles(): DiskFiles {
  const program = join(packageRoot(), 'dist', 'gitlab-runner.js');
  return {
    '/usr/bin/gitlab-runner': { text: `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`, mode: 0o755 },
    '/etc/systemd/system/gitlab-runner.service': UNIT,
  };
}
