#!/bin/bash
. "$(dirname "$0")/common.sh"
while true; do
  [ "$(metadata autoscaling/target-lifecycle-state)" = Terminated ] && exit 0
  metadata spot/instance-action >/dev/null && exit 0
  sleep "$INTERVAL"
done
