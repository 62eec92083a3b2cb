"""Walks through the sandbox's Auto Scaling and EC2 with boto3; prints what it was told as one JSON object."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, group, instance = sys.argv[1:4]
options = dict(endpoint_url=endpoint, region_name="us-east-1", config=Config(retries={"max_attempts": 1}))
scaling = boto3.client("autoscaling", **options)
ec2 = boto3.client("ec2", **options)


def refused(call, **params):
    try:
        call(**params)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return None


hook = dict(AutoScalingGroupName=group, LifecycleHookName="launching", InstanceId=instance)
told = {}
pages = scaling.get_paginator("describe_auto_scaling_groups").paginate(AutoScalingGroupNames=[group])
(told["group"],) = [one for page in pages for one in page["AutoScalingGroups"]]
told["hooks"] = scaling.describe_lifecycle_hooks(AutoScalingGroupName=group)["LifecycleHooks"]
told["instance"] = scaling.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
told["unknown"] = scaling.describe_auto_scaling_instances(InstanceIds=["i-none"])["AutoScalingInstances"]
told["ec2"] = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
told["noSuchInstance"] = refused(ec2.describe_instances, InstanceIds=["i-00000000000000000"])
scaling.record_lifecycle_action_heartbeat(**hook)
scaling.complete_lifecycle_action(LifecycleActionResult="CONTINUE", **hook)
told["completedTwice"] = refused(scaling.complete_lifecycle_action, LifecycleActionResult="CONTINUE", **hook)
scaling.set_instance_protection(
    AutoScalingGroupName=group, InstanceIds=[instance], ProtectedFromScaleIn=True
)
told["tooMany"] = refused(scaling.set_desired_capacity, AutoScalingGroupName=group, DesiredCapacity=99)
told["noSuchGroup"] = refused(scaling.set_desired_capacity, AutoScalingGroupName="none", DesiredCapacity=1)
scaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=2, HonorCooldown=False)
scaling.suspend_processes(AutoScalingGroupName=group, ScalingProcesses=["Launch"])
told["after"] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
scaling.resume_processes(AutoScalingGroupName=group, ScalingProcesses=["Launch"])
told["activities"] = scaling.describe_scaling_activities(AutoScalingGroupName=group)["Activities"]
told["policies"] = scaling.describe_policies(AutoScalingGroupName=group)["ScalingPolicies"]
told["terminated"] = scaling.terminate_instance_in_auto_scaling_group(
    InstanceId=instance, ShouldDecrementDesiredCapacity=True
)["Activity"]
print(json.dumps(told, default=str))
