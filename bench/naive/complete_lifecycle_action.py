"""What community.aws.autoscaling_complete_lifecycle_action does, where that collection is not installed."""

import sys

import boto3

endpoint, region, group, hook, instance = sys.argv[1:]
boto3.client("autoscaling", endpoint_url=endpoint, region_name=region).complete_lifecycle_action(
    AutoScalingGroupName=group,
    LifecycleHookName=hook,
    InstanceId=instance,
    LifecycleActionResult="CONTINUE",
)
