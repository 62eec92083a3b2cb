#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Unpacks an archive into a directory of its own and switches a link to it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: archive_release
short_description: Unpacks an archive into a release directory and switches a link to it
description:
  - The release directory is called after I(name) and the archive's SHA-256, so the same archive changes nothing. The link
    is switched in one step when the directory is complete. Older releases are removed, but for the newest.
  - The archive must hold one directory, as those of C(npm pack) and of Node do; what is in it is unpacked.
options:
  archive: {description: 'The archive (tar, also compressed) on the host.', type: path, required: true}
  checksum: {description: Its SHA-256 in hexadecimal; empty takes it as it is., type: str, default: ''}
  name: {description: First part of the directory's name., type: str, required: true}
  root: {description: Directory of the releases., type: path, required: true}
  link: {description: The link to the current release., type: path, required: true}
  keep: {description: 'How many releases stay, the current one included.', type: int, default: 3}
author: Drover
"""

EXAMPLES = r"""
- name: Switch to another release
  archive_release:
    archive: /var/cache/drover-package.tgz
    name: drover
    root: /opt/drover/releases
    link: /opt/drover/current
"""

RETURN = r"""
release: {description: Name of the release directory., type: str, returned: when the archive is there}
previous: {description: The release that was current before; empty if none., type: str, returned: always}
"""

import os
import tarfile

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.releases import Releases, digest_of


def main():
    module = AnsibleModule(
        argument_spec=dict(
            archive=dict(type="path", required=True),
            checksum=dict(type="str", default=""),
            name=dict(type="str", required=True),
            root=dict(type="path", required=True),
            link=dict(type="path", required=True),
            keep=dict(type="int", default=3),
        ),
        supports_check_mode=True,
    )
    params = module.params
    releases = Releases(params["root"], params["link"], params["keep"])
    previous = releases.current()
    if not os.path.exists(params["archive"]):
        if not module.check_mode:
            module.fail_json(msg="there is no archive %s on the host" % params["archive"])
        # A dry run has not brought it here.
        module.exit_json(changed=True, previous=previous or "", diff=_diff(params, previous, "a new release"))
    digest = digest_of(params["archive"])
    if params["checksum"] and params["checksum"].lower() != digest:
        module.fail_json(
            msg="%s has the SHA-256 %s, not %s: it is another archive, or damaged"
            % (params["archive"], digest, params["checksum"])
        )
    release = "%s-%s" % (params["name"], digest[:12])
    changed = previous != release or not releases.is_complete(release)
    if changed and not module.check_mode:
        try:
            releases.make(release, lambda path: _unpack(params["archive"], path))
        except (OSError, tarfile.TarError, ValueError) as error:
            module.fail_json(msg="cannot unpack %s: %s" % (params["archive"], error))
        releases.switch(release)
        releases.prune()
    module.exit_json(
        changed=changed,
        release=release,
        previous=previous or "",
        diff=_diff(params, previous, release) if changed else {},
    )


def _unpack(archive, path):
    with tarfile.open(archive) as tar:
        members = [member for member in (_without_top(member) for member in tar) if member is not None]
        if hasattr(tarfile, "tar_filter"):
            tar.extractall(path, members=members, filter="tar")
        else:
            tar.extractall(path, members=members)
    _as_root(path)


def _without_top(member):
    """The member without its first directory; None for that directory itself."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ValueError("it holds a path that leads out of it: %s" % member.name)
    if len(parts) < 2:
        return None
    member.name = "/".join(parts[1:])
    if member.islnk():
        member.linkname = "/".join(member.linkname.split("/")[1:])
    member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
    return member


def _as_root(path):
    """Nobody but the owner may write what root runs."""
    for directory, names, files in os.walk(path):
        for name in names + files:
            one = os.path.join(directory, name)
            if not os.path.islink(one):
                os.chmod(one, (os.stat(one).st_mode | 0o444) & 0o755)


def _diff(params, previous, release):
    link = params["link"]
    return dict(
        before="-> %s\n" % previous if previous else "",
        after="-> %s\n" % release,
        before_header=link,
        after_header=link,
    )


if __name__ == "__main__":
    main()
