#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Registers this instance's GitLab runners, or removes them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: gitlab_runner_registration
short_description: Registers the GitLab runners of one instance in config.toml, or removes them
description:
  - C(state=present) gives the instance an identity of its own (C(.runner_system_id), derived from I(instance_id)),
    proves each runner's token, creates runners that have no token, and writes config.toml (0600, in one step).
  - A token in config.toml that still verifies is kept, also when the runner rotated it itself.
  - Settings in config.toml that this module does not know stay as they are.
  - C(state=absent) deletes the runner managers of this instance, and the runners that belong to it alone, then their
    sections in config.toml. Stop the runner first.
options:
  state:
    description: Whether the runners shall be registered.
    type: str
    choices: [present, absent]
    default: present
  url:
    description: GitLab's address.
    type: str
    required: true
  api_token:
    description: A token with the scopes create_runner and manage_runner, for runners without a token of their own.
    type: str
  instance_id:
    description: The EC2 instance. The system id of the runner manager is derived from it.
    type: str
    required: true
  config_file:
    description: The runner's config.toml.
    type: path
    default: /etc/gitlab-runner/config.toml
  runners:
    description: The runners wanted. One without a token is created for this instance alone.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: Unique on the instance., type: str, required: true}
      token: {description: Authentication token (glrt-)., type: str}
      registration_token:
        description: >-
          Registration token (deprecated since GitLab 15.6; 410 where it is switched off, as it is by default since
          17.0). The runner is registered for this instance alone. GitLab has no call that finds it again by this
          token: where the answer to the registration is lost, or the play is killed before it is written down, one
          runner too many stays until an administrator, or C(drover reap), removes it.
        type: str
      executor: {description: Executor., type: str, default: shell}
      limit: {description: Jobs at once; 0 is no limit., type: int, default: 0}
      tags: {description: Tags of a created runner., type: list, elements: str, default: []}
      runner_type:
        description: Type of a created runner.
        type: str
        choices: [instance_type, group_type, project_type]
        default: instance_type
      group_id: {description: For group_type., type: int}
      project_id: {description: For project_type., type: int}
  concurrent: {description: Jobs at once on the instance., type: int, default: 4}
  check_interval: {description: Seconds between polls., type: int, default: 3}
  shutdown_timeout: {description: Seconds a forceful stop may take., type: int, default: 30}
  listen_address: {description: Where the runner serves its metrics., type: str, default: 'localhost:9090'}
  budget: {description: Seconds that all calls to GitLab may take together., type: int, default: 60}
  request_timeout: {description: Seconds that one call may take., type: int, default: 10}
author: Drover
"""

EXAMPLES = r"""
- name: Register with a shared authentication token
  gitlab_runner_registration:
    url: https://gitlab.example.com
    instance_id: i-0123456789abcdef0
    runners:
      - name: i-0123456789abcdef0
        token: "{{ runner_token }}"

- name: Remove this instance's runner managers
  gitlab_runner_registration:
    state: absent
    url: https://gitlab.example.com
    instance_id: i-0123456789abcdef0
    runners:
      - name: i-0123456789abcdef0
        token: "{{ runner_token }}"
"""

RETURN = r"""
system_id:
  description: The system id of this instance's runner managers.
  type: str
  returned: always
calls:
  description: The mutating calls made; in check mode those that would be made.
  type: list
  elements: str
  returned: always
runners_left:
  description: Runners of this instance that are still registered in GitLab.
  type: int
  returned: state is absent
"""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.gitlab_api import GitlabApi, Refused, Unreachable
from ansible.module_utils.registration_absent import make_absent
from ansible.module_utils.registration_present import make_present
from ansible.module_utils.registration_state import LocalState

_RUNNER = dict(
    name=dict(type="str", required=True),
    token=dict(type="str", no_log=True),
    registration_token=dict(type="str", no_log=True),
    executor=dict(type="str", default="shell"),
    limit=dict(type="int", default=0),
    tags=dict(type="list", elements="str", default=[]),
    runner_type=dict(
        type="str", choices=["instance_type", "group_type", "project_type"], default="instance_type"
    ),
    group_id=dict(type="int"),
    project_id=dict(type="int"),
)

_OPTIONS = dict(
    state=dict(type="str", choices=["present", "absent"], default="present"),
    url=dict(type="str", required=True),
    api_token=dict(type="str", no_log=True),
    instance_id=dict(type="str", required=True),
    config_file=dict(type="path", default="/etc/gitlab-runner/config.toml"),
    runners=dict(
        type="list",
        elements="dict",
        required=True,
        options=_RUNNER,
        required_if=[
            ("runner_type", "group_type", ["group_id"]),
            ("runner_type", "project_type", ["project_id"]),
        ],
    ),
    concurrent=dict(type="int", default=4),
    check_interval=dict(type="int", default=3),
    shutdown_timeout=dict(type="int", default=30),
    listen_address=dict(type="str", default="localhost:9090"),
    budget=dict(type="int", default=60),
    request_timeout=dict(type="int", default=10),
)


def main():
    module = AnsibleModule(argument_spec=_OPTIONS, supports_check_mode=True)
    params = module.params
    _check(module)
    api = GitlabApi(params["url"], params["budget"], params["request_timeout"], params["api_token"] or None)
    state = LocalState(module, api)
    try:
        result = make_present(state) if params["state"] == "present" else make_absent(state)
    except (Refused, Unreachable) as error:
        module.fail_json(
            msg="GitLab at %s did not take the call: %s" % (params["url"], error), calls=api.calls
        )
    except OSError as error:
        module.fail_json(msg="cannot read or write beside %s: %s" % (params["config_file"], error))
    module.exit_json(**state.result(**result))


def _check(module):
    url, names = module.params["url"], [runner["name"] for runner in module.params["runners"]]
    if not url.startswith(("http://", "https://")):
        module.fail_json(msg="url must start with http:// or https://, not %r" % url)
    if len(set(names)) < len(names):
        module.fail_json(msg="two runners have the same name: give each its own")
    if module.params["concurrent"] < 1:
        module.fail_json(msg="concurrent must be at least 1: the runner ends itself with less")


if __name__ == "__main__":
    main()
