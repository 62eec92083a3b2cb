#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Makes a set of text files be there, and others not."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: text_files
short_description: Writes a set of small text files in one go, and removes others
description:
  - Each file of I(present) is replaced in one step (a draft beside it, then a rename), with its mode, owned by the user
    who runs this. Directories that are missing are made. One process for all files, where one template task each would
    start one each.
  - What I(absent) names is removed, links too. A directory is removed only when it is empty.
options:
  present:
    description: The files that shall be there.
    type: list
    elements: dict
    default: []
    suboptions:
      path: {description: Absolute path., type: path, required: true}
      content: {description: The whole text., type: str, required: true}
      mode: {description: Octal mode., type: str, default: '0644'}
  links:
    description: The symbolic links that shall be there.
    type: list
    elements: dict
    default: []
    suboptions:
      path: {description: Absolute path of the link., type: path, required: true}
      target: {description: What it points to., type: path, required: true}
  absent:
    description: What shall not be there.
    type: list
    elements: path
    default: []
  directory_mode: {description: Octal mode of directories that are made., type: str, default: '0755'}
  hidden:
    description: Whether the diff leaves out what the files hold.
    type: bool
    default: false
author: Drover
"""

EXAMPLES = r"""
- name: Write a unit, and take another away
  text_files:
    present:
      - path: /etc/systemd/system/one.service
        content: "{{ lookup('ansible.builtin.template', 'one.service.j2') }}"
    absent:
      - /etc/systemd/system/other.service
"""

RETURN = r"""
written: {description: Files and links that were (or would be) written., type: list, elements: str, returned: always}
removed: {description: What was (or would be) removed., type: list, elements: str, returned: always}
"""

import os
import stat

from ansible.module_utils.basic import AnsibleModule

_FILE = dict(
    path=dict(type="path", required=True),
    content=dict(type="str", required=True),
    mode=dict(type="str", default="0644"),
)
_LINK = dict(path=dict(type="path", required=True), target=dict(type="path", required=True))


def main():
    module = AnsibleModule(
        argument_spec=dict(
            present=dict(type="list", elements="dict", default=[], options=_FILE),
            links=dict(type="list", elements="dict", default=[], options=_LINK),
            absent=dict(type="list", elements="path", default=[]),
            directory_mode=dict(type="str", default="0755"),
            hidden=dict(type="bool", default=False),
        ),
        supports_check_mode=True,
    )
    result = dict(written=[], removed=[], diff=[])
    try:
        for one in module.params["present"]:
            _write(module, one, result)
        for one in module.params["links"]:
            _link(module, one, result)
        for path in module.params["absent"]:
            _remove(module, path, result)
    except OSError as error:
        module.fail_json(msg="%s: %s" % (error.filename, error.strerror))
    module.exit_json(changed=bool(result["written"] or result["removed"]), **result)


def _write(module, one, result):
    path, mode = one["path"], int(one["mode"], 8)
    wanted = one["content"].rstrip("\n") + "\n"
    there = _text(path)
    if there == wanted and stat.S_IMODE(os.stat(path).st_mode) == mode:
        return
    result["written"].append(path)
    _tell(module, result, path, there, wanted)
    if module.check_mode:
        return
    _make_parent(module, path)
    draft = "%s.drover-%d" % (path, os.getpid())
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(wanted)
    os.chmod(draft, mode)
    os.replace(draft, path)


def _link(module, one, result):
    path, target = one["path"], one["target"]
    there = os.readlink(path) if os.path.islink(path) else None
    if there == target:
        return
    result["written"].append(path)
    result["diff"].append(_diff(path, "-> %s\n" % there if there else "", "-> %s\n" % target))
    if module.check_mode:
        return
    _make_parent(module, path)
    draft = "%s.drover-%d" % (path, os.getpid())
    os.symlink(target, draft)
    os.replace(draft, path)


def _remove(module, path, result):
    if not os.path.lexists(path):
        return
    directory = os.path.isdir(path) and not os.path.islink(path)
    if directory and set(os.listdir(path)) - _going(path, result["removed"]):
        return
    result["removed"].append(path)
    if not directory:
        _tell(module, result, path, _text(path), "")
    if module.check_mode:
        return
    if directory:
        os.rmdir(path)
    else:
        os.unlink(path)


def _going(directory, removed):
    """In check mode they are still there."""
    return {os.path.basename(path) for path in removed if os.path.dirname(path) == directory}


def _text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _make_parent(module, path):
    parent = os.path.dirname(path)
    if not os.path.isdir(parent):
        _make_parent(module, parent)
        os.mkdir(parent)
        os.chmod(parent, int(module.params["directory_mode"], 8))


def _tell(module, result, path, before, after):
    if module.params["hidden"]:
        before, after = "(not shown)\n" if before else "", "(not shown, new)\n" if after else ""
    result["diff"].append(_diff(path, before or "", after))


def _diff(path, before, after):
    return dict(before=before, after=after, before_header=path, after_header=path)


if __name__ == "__main__":
    main()
