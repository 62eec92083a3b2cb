#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Starts Drover's units, restarts what runs, stops what shall not be."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: drover_services
short_description: Starts Drover's units, restarts what runs, or stops what shall not be
description:
  - Of I(start), a unit is started unless it, or one that has gone on from it, is active; without waiting, since a launch
    takes its time.
  - Of I(restart), a unit is restarted only where it is active, so that nothing begins which was not under way. A watcher
    reads everything anew when it starts; no notice is lost.
  - Of I(stop), active units are stopped, and failures are forgotten.
options:
  start:
    description: Units that shall run.
    type: list
    elements: dict
    default: []
    suboptions:
      unit: {description: The unit., type: str, required: true}
      unless: {description: 'Units that, where one is active, have gone on from it.', type: list, elements: str, default: []}
  restart: {description: Units to restart where they are active., type: list, elements: str, default: []}
  stop: {description: Units that shall not run., type: list, elements: str, default: []}
author: Drover
"""

EXAMPLES = r"""
- name: Go on with the new release
  drover_services:
    restart: [monitor-jobs.service, lifecycle-check.service]
"""

RETURN = r"""
calls: {description: What systemctl was (or would be) asked., type: list, elements: str, returned: always}
"""

from ansible.module_utils.basic import AnsibleModule

_LIST = dict(type="list", elements="str", default=[])
_START = dict(unit=dict(type="str", required=True), unless=_LIST)
_RUNNING = ("active", "activating", "reloading")


def main():
    module = AnsibleModule(
        argument_spec=dict(
            start=dict(type="list", elements="dict", default=[], options=_START), restart=_LIST, stop=_LIST
        ),
        supports_check_mode=True,
    )
    start, restart, stop = (module.params[name] for name in ("start", "restart", "stop"))
    after = sum([one["unless"] for one in start], [])
    state = _states(module, sorted({one["unit"] for one in start} | set(after + restart + stop)))
    runs = {unit for unit, active in state.items() if active in _RUNNING}
    calls = [["stop", unit] for unit in stop if unit in runs]
    calls += [["restart", unit] for unit in restart if unit in runs]
    calls += [
        ["start", "--no-block", one["unit"]] for one in start if not runs.intersection([one["unit"]] + one["unless"])
    ]
    if not module.check_mode:
        for call in calls:
            _systemctl(module, call)
        # A watcher that was told to stop ends with 3, which systemd calls a failure.
        forgotten = [unit for unit in stop if unit in runs or state.get(unit) == "failed"]
        if forgotten:
            module.run_command(["systemctl", "reset-failed"] + forgotten)
    module.exit_json(changed=bool(calls), calls=["systemctl " + " ".join(call) for call in calls])


def _states(module, units):
    if not units:
        return {}
    _code, out, _error = module.run_command(["systemctl", "show", "--property=Id,ActiveState"] + units)
    shown = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in out.split("\n\n")]
    return {one["Id"]: one.get("ActiveState") for one in shown if "Id" in one}


def _systemctl(module, call):
    code, _out, error = module.run_command(["systemctl"] + call)
    if code != 0:
        module.fail_json(msg="systemctl %s: %s" % (" ".join(call), error.strip() or "exit code %d" % code))


if __name__ == "__main__":
    main()
