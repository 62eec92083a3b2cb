#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Makes a Python virtual environment with packages and switches a link to it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: python_environment
short_description: Makes a Python virtual environment with packages, and switches a link to it
description:
  - The environment's directory is called after what goes into it (the packages asked for, the wheels, the Python), so the
    same call changes nothing. It is made beside the old one, and the link is switched when it is complete.
options:
  packages: {description: What pip shall install., type: list, elements: str, required: true}
  wheels:
    description: Archive (tar, also compressed) of wheels on the host; nothing is taken from an index then.
    type: path
  root: {description: Directory of the environments., type: path, required: true}
  link: {description: The link to the current one., type: path, required: true}
  keep: {description: 'How many stay, the current one included.', type: int, default: 2}
author: Drover
"""

EXAMPLES = r"""
- name: Have an Ansible of our own
  python_environment:
    packages: [ansible-core, boto3]
    root: /opt/drover/environments
    link: /opt/drover/ansible
"""

RETURN = r"""
environment: {description: Name of the environment's directory., type: str, returned: always}
"""

import hashlib
import json
import os
import shutil
import sys
import tarfile
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.releases import Releases, digest_of


def main():
    module = AnsibleModule(
        argument_spec=dict(
            packages=dict(type="list", elements="str", required=True),
            wheels=dict(type="path"),
            root=dict(type="path", required=True),
            link=dict(type="path", required=True),
            keep=dict(type="int", default=2),
        ),
        supports_check_mode=True,
    )
    params = module.params
    releases = Releases(params["root"], params["link"], params["keep"])
    previous = releases.current()
    name = _name(module)
    changed = previous != name or not releases.is_complete(name)
    if changed and not module.check_mode:
        if sys.version_info < (3, 9):
            module.fail_json(msg="Python 3.9 or newer is needed; %s is %s" % (sys.executable, sys.version.split()[0]))
        releases.make(name, lambda path: _fill(module, path))
        releases.switch(name)
        releases.prune()
    before = "-> %s\n" % previous if previous else ""
    header = params["link"]
    diff = dict(before=before, after="-> %s\n" % name, before_header=header, after_header=header)
    module.exit_json(changed=changed, environment=name, diff=diff if changed else {})


def _name(module):
    wheels = module.params["wheels"]
    content = digest_of(wheels) if wheels and os.path.exists(wheels) else wheels
    parts = [sorted(module.params["packages"]), content, list(sys.version_info[:2])]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _fill(module, path):
    wheels = module.params["wheels"]
    run = lambda *command: _run(module, command)  # noqa: E731
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    run(python, "-m", "venv", path)
    temporary = tempfile.mkdtemp(prefix="drover-wheels-")
    try:
        pip = [os.path.join(path, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        if wheels:
            with tarfile.open(wheels) as tar:
                for member in tar:
                    if member.isfile() and member.name.endswith(".whl"):
                        member.name = os.path.basename(member.name)
                        tar.extract(member, temporary)
            pip += ["--no-index", "--find-links", temporary]
        run(*(pip + module.params["packages"]))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _run(module, command):
    code, out, error = module.run_command(list(command))
    if code == 0:
        return
    text = (error.strip() or out.strip()).splitlines()
    mend = "; install python3-venv" if "ensurepip" in error + out else ""
    module.fail_json(msg="%s ended with %d: %s%s" % (" ".join(command[:4]), code, " ".join(text[-3:]), mend))


if __name__ == "__main__":
    main()
