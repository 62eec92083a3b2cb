# -*- coding: utf-8 -*-
"""Writes what a run does as NDJSON to an inherited descriptor, for the program that started it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
name: drover_events
type: notification
short_description: Events of a playbook run as NDJSON on a file descriptor
description:
  - Enabled by ANSIBLE_CALLBACKS_ENABLED=drover_events together with DROVER_EVENTS_FD. Only allow-listed fields of a
    result leave; diffs only where the task allows them.
options:
  fd:
    description: The descriptor.
    env: [{name: DROVER_EVENTS_FD}]
    type: int
"""

EXAMPLES = r"""
# Each event a line of /tmp/events.ndjson:
# ANSIBLE_CONFIG=playbooks/ansible.cfg ANSIBLE_CALLBACKS_ENABLED=drover_events DROVER_EVENTS_FD=3 \
#   ansible-playbook playbooks/scale_up.yml -e autoscaling_group=runners 3> /tmp/events.ndjson
"""

import json
import os
import select
import time

from ansible import context
from ansible.plugins.callback import CallbackBase

_FACTS = ("outcome", "runners_left", "desired_before", "desired_after", "system_id", "action", "reason")
_TEXT_LIMIT = 2000
_DIFF_LIMIT = 100000


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "drover_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super(CallbackModule, self).__init__(*args, **kwargs)
        self._fd = None
        self._counter = 0

    def set_options(self, *args, **kwargs):
        super(CallbackModule, self).set_options(*args, **kwargs)
        self._fd = self.get_option("fd")
        if self._fd is None:
            self.disabled = True
        else:
            # A module that outlives the run must not hold the pipe.
            os.set_inheritable(self._fd, False)

    def v2_playbook_on_start(self, playbook):
        self._emit("start", playbook=os.path.basename(getattr(playbook, "_file_name", "")))

    def v2_playbook_on_play_start(self, play):
        self._emit("play", play=play.get_name())

    def v2_playbook_on_no_hosts_matched(self):
        self._emit("no_hosts")

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._emit("task", task=_name(task))

    def v2_playbook_on_handler_task_start(self, task):
        self._emit("handler", task=_name(task))

    def v2_runner_on_ok(self, result):
        self._emit_result("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._emit_result("failed", result, ignored=bool(ignore_errors))

    def v2_runner_on_unreachable(self, result):
        self._emit_result("unreachable", result)

    def v2_runner_on_skipped(self, result):
        self._emit_result("skipped", result)

    def v2_runner_retry(self, result):
        self._emit_result("retry", result)

    def v2_runner_item_on_ok(self, result):
        self._emit_result("item_ok", result)

    def v2_runner_item_on_failed(self, result):
        self._emit_result("item_failed", result)

    def v2_runner_item_on_skipped(self, result):
        self._emit_result("item_skipped", result)

    def v2_on_file_diff(self, result):
        data = _of(result, "result")
        if data.get("diff") and not data.get("_ansible_no_log"):
            text = self._get_diff(data["diff"])
            text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
            self._emit("diff", task=_name(_of(result, "task")), diff=text[:_DIFF_LIMIT])

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in stats.processed}
        self._emit("stats", hosts=hosts)

    def _emit_result(self, event, result, **more):
        data = _of(result, "result")
        task = _of(result, "task")
        # A task with check_mode: false acts in check mode too.
        if data.get("changed") and task.check_mode is False and context.CLIARGS.get("check"):
            more["really"] = True
        if not data.get("_ansible_no_log"):
            facts = {key: data[key] for key in _FACTS if isinstance(data.get(key), (str, int))}
            if facts:
                more["facts"] = facts
            if isinstance(data.get("calls"), list) and data["calls"]:
                more["calls"] = [str(call)[:_TEXT_LIMIT] for call in data["calls"]]
            if event not in ("ok", "item_ok", "skipped", "item_skipped") and "msg" in data:
                more["msg"] = str(data["msg"])[:_TEXT_LIMIT]
        self._emit(
            event,
            task=_name(task),
            action=str(task.action),
            host=_of(result, "host").get_name(),
            changed=bool(data.get("changed")),
            **more
        )

    def _emit(self, event, **fields):
        if self._fd is None:
            return
        self._counter += 1
        line = dict(fields, event=event, counter=self._counter, at=int(time.time() * 1000))
        data = (json.dumps(line, default=str) + "\n").encode()
        while data:
            try:
                data = data[os.write(self._fd, data):]
            except BlockingIOError:
                select.select([], [self._fd], [])


def _of(result, name):
    """`result.result` from core 2.19, `result._result` before; likewise task and host."""
    return getattr(result, name) if hasattr(result, name) else getattr(result, "_" + name)


def _name(task):
    return task.get_name()
