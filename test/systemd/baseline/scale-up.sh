#!/bin/bash
. "$(dirname "$0")/common.sh"
desired=$(aws DescribeAutoScalingGroups "AutoScalingGroupNames.member.1=$GROUP" |
  grep -o '<DesiredCapacity>[0-9]*' | grep -o '[0-9]*$') || exit 1
aws SetDesiredCapacity "AutoScalingGroupName=$GROUP" "DesiredCapacity=$((desired + 1))"
while read -r running limit < <(jobs) && [ "$running" -ge "$limit" ]; do sleep "$INTERVAL"; done
