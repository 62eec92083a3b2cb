#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Holds a package at its version, or lets it go."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: package_hold
short_description: Holds an installed package against upgrades (apt-mark, dnf versionlock), or lets it go
description:
  - Does nothing where the package was not installed by dpkg or rpm.
options:
  name: {description: The package., type: str, required: true}
  hold: {description: Whether it shall be held., type: bool, default: true}
author: Drover
"""

EXAMPLES = r"""
- name: No upgrade under running jobs
  package_hold:
    name: gitlab-runner
"""

RETURN = r"""
by: {description: What holds it; empty where no package manager knows the package., type: str, returned: always}
"""

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec=dict(name=dict(type="str", required=True), hold=dict(type="bool", default=True)),
        supports_check_mode=True,
    )
    for manager in (_dpkg, _rpm):
        found = manager(module, module.params["name"], module.params["hold"])
        if found is not None:
            by, command = found
            if command and not module.check_mode:
                module.run_command(command, check_rc=True)
            module.exit_json(changed=bool(command), by=by)
    module.exit_json(changed=False, by="")


def _dpkg(module, name, hold):
    """(what holds it, the command that is needed or None), or None where dpkg does not know the package."""
    query = module.get_bin_path("dpkg-query")
    if query is None:
        return None
    code, out, _error = module.run_command([query, "--show", "--showformat", "${db:Status-Want} ${db:Status-Status}", name])
    want, _space, status = out.strip().partition(" ")
    if code != 0 or status != "installed":
        return None
    verb = "hold" if hold else "unhold"
    return "apt-mark", None if (want == "hold") == hold else ["apt-mark", verb, name]


def _rpm(module, name, hold):
    rpm, dnf = module.get_bin_path("rpm"), module.get_bin_path("dnf")
    if rpm is None or dnf is None or module.run_command([rpm, "--query", name])[0] != 0:
        return None
    code, out, error = module.run_command([dnf, "--quiet", "versionlock", "list"])
    if code != 0:
        if not hold:
            return "dnf versionlock", None
        module.fail_json(
            msg="dnf versionlock does not work (%s): install python3-dnf-plugin-versionlock, or set "
            "drover_hold_runner to false" % error.strip()
        )
    held = any(line.split(":", 1)[0].startswith(name + "-") or line.startswith(name) for line in out.splitlines())
    verb = "add" if hold else "delete"
    return "dnf versionlock", None if held == hold else [dnf, "--quiet", "versionlock", verb, name]


if __name__ == "__main__":
    main()
