#!/bin/bash
. "$(dirname "$0")/common.sh"
systemctl stop gitlab-runner
gitlab-runner unregister --all-runners
complete "$TERMINATE_HOOK" CONTINUE
