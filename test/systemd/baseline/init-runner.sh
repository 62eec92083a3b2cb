#!/bin/bash
. "$(dirname "$0")/common.sh"
gitlab-runner register --non-interactive --url "$GITLAB_URL" --token "$(cat "$TOKEN_FILE")" --executor shell \
  --name "$(metadata instance-id)" || exit 1
sed -i 's/^concurrent = .*/concurrent = 4\nlisten_address = "localhost:9090"/' /etc/gitlab-runner/config.toml
systemctl start gitlab-runner
until jobs >/dev/null; do sleep 1; done
complete "$LAUNCH_HOOK" CONTINUE
systemctl start --no-block monitor-jobs
