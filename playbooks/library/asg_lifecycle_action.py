#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Completes a lifecycle action of an instance, or records a heartbeat for it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: asg_lifecycle_action
short_description: Completes an EC2 Auto Scaling lifecycle action, or records a heartbeat
description:
  - Repeats the call while AWS throttles (also ResourceContention) or cannot be reached, within I(budget).
  - An action that is no longer active is not an error. The result says C(outcome=gone).
options:
  group: {description: Name of the group., type: str, required: true}
  hook: {description: Name of the lifecycle hook., type: str, required: true}
  instance_id: {description: The instance., type: str, required: true}
  action:
    description: What to do.
    type: str
    choices: [complete, heartbeat]
    default: complete
  result:
    description: How the action ends.
    type: str
    choices: [CONTINUE, ABANDON]
    default: CONTINUE
  endpoint_url: {description: Address of the Auto Scaling API; default is AWS's., type: str}
  region: {description: AWS region; default is AWS_REGION., type: str}
  budget: {description: Seconds that all calls may take together., type: int, default: 60}
author: Drover
"""

EXAMPLES = r"""
- name: Let the instance go into service
  asg_lifecycle_action:
    group: runners
    hook: launching
    instance_id: i-0123456789abcdef0
    result: CONTINUE

- name: Ask for more time
  asg_lifecycle_action:
    action: heartbeat
    group: runners
    hook: terminating
    instance_id: i-0123456789abcdef0
"""

RETURN = r"""
outcome:
  description: completed, recorded (heartbeat), or gone when the action was no longer active.
  type: str
  returned: always
calls: {description: Mutating calls made (in check mode to be made)., type: list, elements: str, returned: always}
"""

from ansible.module_utils.autoscaling_api import CONNECTION_OPTIONS, AutoScaling, CallFailed
from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec=dict(
            CONNECTION_OPTIONS,
            group=dict(type="str", required=True),
            hook=dict(type="str", required=True),
            instance_id=dict(type="str", required=True),
            action=dict(type="str", choices=["complete", "heartbeat"], default="complete"),
            result=dict(type="str", choices=["CONTINUE", "ABANDON"], default="CONTINUE"),
        ),
        supports_check_mode=True,
    )
    params = module.params
    for name in ("group", "hook", "instance_id"):
        if not params[name]:
            module.fail_json(msg="%s is empty: set autoscaling_%s" % (name, name))
    api = AutoScaling(module)
    try:
        outcome = _predict(params, api) if module.check_mode else _act(params, api)
    except CallFailed as error:
        module.fail_json(msg=str(error), code=error.code)
    changed = outcome != "gone"
    module.exit_json(changed=changed, outcome=outcome, **_shown(params, changed))


def _act(params, api):
    keys = dict(
        AutoScalingGroupName=params["group"],
        LifecycleHookName=params["hook"],
        InstanceId=params["instance_id"],
    )
    try:
        if params["action"] == "heartbeat":
            api.call("record_lifecycle_action_heartbeat", **keys)
            return "recorded"
        api.call("complete_lifecycle_action", LifecycleActionResult=params["result"], **keys)
        return "completed"
    except CallFailed as error:
        if error.code == "ValidationError" and "No active Lifecycle Action" in error.message:
            return "gone"
        raise


def _predict(params, api):
    """Check mode: a lifecycle action is open only while the instance waits."""
    found = api.call("describe_auto_scaling_instances", InstanceIds=[params["instance_id"]])
    states = [one["LifecycleState"] for one in found["AutoScalingInstances"]]
    if not any(state.endswith(":Wait") for state in states):
        return "gone"
    return "recorded" if params["action"] == "heartbeat" else "completed"


def _shown(params, changed):
    if not changed:
        return dict(calls=[], diff=[])
    operation = "RecordLifecycleActionHeartbeat"
    after = "heartbeat"
    if params["action"] == "complete":
        operation = "CompleteLifecycleAction %s" % params["result"]
        after = "completed with %s" % params["result"]
    header = "lifecycle action %s of %s" % (params["hook"], params["instance_id"])
    return dict(
        calls=["%s, hook %s, instance %s" % (operation, params["hook"], params["instance_id"])],
        diff=dict(before="active\n", after=after + "\n", before_header=header, after_header=header),
    )


if __name__ == "__main__":
    main()
