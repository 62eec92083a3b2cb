#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Starts and proves the runner, or stops it gracefully."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: gitlab_runner_service
short_description: Starts GitLab Runner and waits for its proof, or stops it gracefully
description:
  - C(state=started) starts the runner unless it is alive, then waits until its metrics prove that it is running and
    that GitLab has answered at least one request for jobs with 2xx since this start. A runner whose first request
    for jobs gets no answer of any kind within C(answer_timeout) is started again; left alone it waits for that one
    answer for ten minutes, and asks for nothing else (the limit for response headers that gitlab-runner has).
  - C(state=stopped) asks for a graceful stop (SIGQUIT; systemctl stop), waits until the process is gone, without a
    limit of its own, and disables the unit. Its exit is the only proof that a drain is complete.
options:
  state:
    description: Whether the runner shall run.
    type: str
    choices: [started, stopped]
    default: started
  manager:
    description: What keeps the process.
    type: str
    choices: [systemd, process]
    default: systemd
  unit: {description: The systemd unit., type: str, default: gitlab-runner.service}
  drop_in:
    description:
      - Text of the unit's drop-in drain.conf, with which systemctl stop is graceful. It is not written where role drover
        has put its own, drover.conf, which holds the same settings.
    type: str
  binary: {description: The executable (manager is process)., type: str, default: gitlab-runner}
  config_file: {description: The runner's config.toml., type: path, default: /etc/gitlab-runner/config.toml}
  pid_file: {description: Pid file (manager is process)., type: path, default: /run/gitlab-runner.pid}
  log_file: {description: Where its output goes (manager is process); none is /dev/null., type: path}
  environment:
    description: Variables for the process, beside PATH, HOME, locale and time zone (manager is process).
    type: dict
    default: {}
  metrics_url: {description: Where its metrics are., type: str, default: 'http://localhost:9090/metrics'}
  ready_timeout: {description: Seconds to wait for the proof., type: int, default: 60}
  answer_timeout:
    description: >-
      Seconds that GitLab may leave the runner's first request for jobs without an answer. That one is never a long
      poll. Doubles with each new start.
    type: int
    default: 25
author: Drover
"""

EXAMPLES = r"""
- name: Start the unit and wait for its proof
  gitlab_runner_service:
    state: started

- name: Drain a runner that has no unit
  gitlab_runner_service:
    state: stopped
    manager: process
    pid_file: /run/gitlab-runner.pid
"""

RETURN = r"""
action:
  description: What was done; in check mode what would be done.
  type: str
  returned: always
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.runner_config import RunnerConfig
from ansible.module_utils.runner_identity import read_text, short_token, system_id_path
from ansible.module_utils.runner_metrics import process_state, proved, read_metrics, request_statuses, unanswered
from ansible.module_utils.runner_process import ProcessRunner
from ansible.module_utils.runner_unit import UnitFailed, UnitRunner

_OPTIONS = dict(
    state=dict(type="str", choices=["started", "stopped"], default="started"),
    manager=dict(type="str", choices=["systemd", "process"], default="systemd"),
    unit=dict(type="str", default="gitlab-runner.service"),
    drop_in=dict(type="str"),
    binary=dict(type="str", default="gitlab-runner"),
    config_file=dict(type="path", default="/etc/gitlab-runner/config.toml"),
    pid_file=dict(type="path", default="/run/gitlab-runner.pid"),
    log_file=dict(type="path"),
    environment=dict(type="dict", default={}),
    metrics_url=dict(type="str", default="http://localhost:9090/metrics"),
    ready_timeout=dict(type="int", default=60),
    answer_timeout=dict(type="int", default=25),
)


def main():
    module = AnsibleModule(argument_spec=_OPTIONS, supports_check_mode=True)
    try:
        if module.params["state"] == "started":
            result = _start_unit(module) if _has_unit(module) else _start_process(module)
        else:
            result = _stop_unit(module) if _has_unit(module) else _stop_process(module)
    except (OSError, UnitFailed) as error:
        module.fail_json(msg="cannot bring the runner to state %s: %s" % (module.params["state"], error))
    module.exit_json(**result)


def _has_unit(module):
    return module.params["manager"] == "systemd"


def _start_unit(module):
    runner = UnitRunner(module)
    result = dict(changed=False, action="none, the unit is active", diff=[])
    if not runner.installed() and not module.check_mode:
        module.fail_json(
            msg="there is no unit %s: install gitlab-runner, or use manager=process" % module.params["unit"]
        )
    path, text = runner.drop_in()
    wanted = module.params["drop_in"]
    if wanted and not runner.has_role_drop_in() and (text or "").rstrip() != wanted.rstrip():
        result["changed"] = True
        result["diff"].append(dict(before=text or "", after=wanted, before_header=path, after_header=path))
        if not module.check_mode:
            runner.write_drop_in(wanted.rstrip() + "\n")
    if not runner.alive():
        result.update(changed=True, action="systemctl start %s" % module.params["unit"])
        if not module.check_mode:
            runner.start()
    if not module.check_mode:
        log = "journalctl -u %s" % module.params["unit"]
        _wait_for_proof(module, lambda: not runner.failed(), runner.restart, log)
    return result


def _start_process(module):
    binary = module.get_bin_path(module.params["binary"])
    runner = ProcessRunner(module.params, binary)
    alive = runner.alive()
    if binary is None and not alive:
        module.fail_json(
            msg="there is no %s on PATH: install GitLab Runner, or set gitlab_runner_binary"
            % module.params["binary"]
        )
    if not module.check_mode:
        if not alive:
            runner.start()
        log = module.params["log_file"] or "its log (set log_file)"
        _wait_for_proof(module, runner.alive, runner.restart if binary else None, log)
    return dict(changed=not alive, action="none, the runner is alive" if alive else "%s run" % binary)


def _wait_for_proof(module, alive, restart, log):
    params = module.params
    config = RunnerConfig(read_text(params["config_file"]) or "")
    tokens = [short_token(section.get("token") or "") for section in config.runners]
    system_id = (read_text(system_id_path(params["config_file"])) or "").strip()
    deadline = time.monotonic() + params["ready_timeout"]
    patience, waits_since = params["answer_timeout"], None
    series = []
    while time.monotonic() < deadline:
        series = read_metrics(params["metrics_url"], timeout=2)
        if proved(series, system_id, tokens):
            return
        if not alive():
            module.fail_json(msg="the runner ended right after its start: see %s" % log)
        if not unanswered(series):
            waits_since = None
        elif waits_since is None:
            waits_since = time.monotonic()
        elif restart and time.monotonic() - waits_since > patience:
            module.warn("GitLab left the runner's first request for jobs unanswered for %d s: started again" % patience)
            restart()
            patience, waits_since = patience * 2, None
        time.sleep(0.1)
    seen = ", ".join(request_statuses(series)) or "none"
    module.fail_json(
        msg="no proof within %d s that the runner serves: state %s, answers to requests for jobs: %s (%s; see %s)"
        % (params["ready_timeout"], process_state(series) or "unknown", seen, params["metrics_url"], log)
    )


def _stop_unit(module):
    runner = UnitRunner(module)
    stop, disable = runner.installed() and runner.alive(), runner.enabled()
    if not module.check_mode:
        # Disabled first: a reboot during the drain must not bring it back.
        if disable:
            runner.disable()
        if stop:
            runner.stop(ask=_to_be_asked(module))
        while runner.installed() and runner.alive():
            time.sleep(0.5)
    action = "systemctl stop %s" % module.params["unit"] if stop else "none, the unit is not active"
    return dict(changed=stop or disable, action=action)


def _stop_process(module):
    runner = ProcessRunner(module.params, None)
    if not runner.alive():
        return dict(changed=False, action="none, no runner is alive")
    if not module.check_mode:
        runner.stop(ask=_to_be_asked(module))
    return dict(changed=True, action="SIGQUIT, and wait for its end")


def _to_be_asked(module):
    # After SIGTERM a SIGQUIT ends the runner at once, before it has reported its jobs.
    state = process_state(read_metrics(module.params["metrics_url"], timeout=1))
    return state not in ("graceful-shutdown", "forceful-shutdown")


if __name__ == "__main__":
    main()
