#!/bin/bash
. "$(dirname "$0")/common.sh"
idle=0
while sleep "$INTERVAL"; do
  read -r running limit < <(jobs) || continue
  [ "$running" -ge "$limit" ] && systemctl start --no-block scale-up
  if [ "$running" -eq 0 ]; then idle=$((idle + INTERVAL)); else idle=0; fi
  [ "$idle" -lt "$IDLE" ] || aws TerminateInstanceInAutoScalingGroup "InstanceId=$(metadata instance-id)" \
    ShouldDecrementDesiredCapacity=true
done
