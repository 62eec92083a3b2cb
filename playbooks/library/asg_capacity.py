#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Raises the desired capacity of an Auto Scaling group, and nothing else of it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: asg_capacity
short_description: Raises the desired capacity of an Auto Scaling group within its limits
description:
  - Reads the group, adds I(increase), clamps to the group's minimum and maximum, and sets desired capacity. Sends no
    other setting of the group, and never a value below what it read.
  - Leaves the group alone, and says why, at the maximum, while an earlier increase has not settled, while launches
    are suspended, and when desired capacity is no longer I(expected).
  - With I(policy) the scaling policy is executed instead, which is atomic. It must be of type ChangeInCapacity.
options:
  group: {description: Name of the group., type: str, required: true}
  increase: {description: By how much., type: int, default: 1}
  expected:
    description: Act only while desired capacity is this. Makes a repeated run of one decision harmless.
    type: int
  policy: {description: Name of a simple scaling policy with adjustment type ChangeInCapacity., type: str}
  endpoint_url: {description: Address of the Auto Scaling API; default is AWS's., type: str}
  region: {description: AWS region; default is AWS_REGION., type: str}
  budget: {description: Seconds that all calls may take together., type: int, default: 60}
author: Drover
"""

EXAMPLES = r"""
- name: One instance more
  asg_capacity:
    group: runners
    region: eu-central-1

- name: One instance more, atomically
  asg_capacity:
    group: runners
    policy: one-more-runner
"""

RETURN = r"""
desired_before: {description: Desired capacity as read., type: int, returned: always}
desired_after: {description: Desired capacity afterwards (expected in check mode)., type: int, returned: always}
reason: {description: Why nothing was changed; empty otherwise., type: str, returned: always}
calls: {description: Mutating calls made (in check mode to be made)., type: list, elements: str, returned: always}
"""

from ansible.module_utils.autoscaling_api import CONNECTION_OPTIONS, AutoScaling, CallFailed
from ansible.module_utils.basic import AnsibleModule

_COUNTED = ("Pending", "Pending:Wait", "Pending:Proceed", "InService")


def main():
    module = AnsibleModule(
        argument_spec=dict(
            CONNECTION_OPTIONS,
            group=dict(type="str", required=True),
            increase=dict(type="int", default=1),
            expected=dict(type="int"),
            policy=dict(type="str"),
        ),
        supports_check_mode=True,
    )
    if module.params["increase"] < 1:
        module.fail_json(msg="increase must be at least 1: this module never lowers capacity")
    api = AutoScaling(module)
    try:
        result = _raise_capacity(module, api)
    except CallFailed as error:
        module.fail_json(msg=str(error), code=error.code)
    module.exit_json(**result)


def _raise_capacity(module, api):
    params = module.params
    group = api.group(params["group"])
    before = group["DesiredCapacity"]
    policy = _policy(api, params)
    increase = params["increase"] if policy is None else policy["ScalingAdjustment"]
    after = min(max(before + increase, group["MinSize"]), group["MaxSize"])
    reason = _why_not(group, params["expected"], after)
    if reason:
        return dict(changed=False, desired_before=before, desired_after=before, reason=reason, calls=[])
    call = "SetDesiredCapacity %s to %d" % (params["group"], after)
    if policy is not None:
        call = "ExecutePolicy %s on %s" % (params["policy"], params["group"])
    if not module.check_mode:
        after = _write(api, params, after)
    return dict(
        changed=True,
        desired_before=before,
        desired_after=after,
        reason="",
        calls=[call],
        diff=_diff(params["group"], before, after),
    )


def _write(api, params, after):
    if not params["policy"]:
        api.call(
            "set_desired_capacity",
            AutoScalingGroupName=params["group"],
            DesiredCapacity=after,
            HonorCooldown=False,
        )
        return after
    api.call(
        "execute_policy",
        AutoScalingGroupName=params["group"],
        PolicyName=params["policy"],
        HonorCooldown=False,
    )
    return api.group(params["group"])["DesiredCapacity"]


def _why_not(group, expected, after):
    before = group["DesiredCapacity"]
    states = [one["LifecycleState"] for one in group.get("Instances", [])]
    counted = [state for state in states if state in _COUNTED]
    if expected is not None and before != expected:
        return "desired capacity is %d, no longer %d" % (before, expected)
    if any(one.get("ProcessName") == "Launch" for one in group.get("SuspendedProcesses", [])):
        return "the Launch process is suspended"
    if before >= group["MaxSize"] or after <= before:
        return "the group is at its maximum (%d)" % group["MaxSize"]
    if len(counted) < before or any(state != "InService" for state in counted):
        return "an earlier increase has not settled"
    return ""


def _policy(api, params):
    if not params["policy"]:
        return None
    found = api.call(
        "describe_policies", AutoScalingGroupName=params["group"], PolicyNames=[params["policy"]]
    )["ScalingPolicies"]
    if not found:
        raise CallFailed("describe_policies", "NotFound", "there is no scaling policy %s" % params["policy"])
    policy = found[0]
    if policy.get("AdjustmentType") != "ChangeInCapacity" or policy.get("ScalingAdjustment", 0) < 1:
        raise CallFailed(
            "describe_policies",
            "Unsuitable",
            "scaling policy %s must be ChangeInCapacity with a positive adjustment" % params["policy"],
        )
    return policy


def _diff(group, before, after):
    return dict(
        before="desired_capacity: %d\n" % before,
        after="desired_capacity: %d\n" % after,
        before_header=group,
        after_header=group,
    )


if __name__ == "__main__":
    main()
