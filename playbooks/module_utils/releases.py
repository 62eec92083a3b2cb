"""Directories that are complete as soon as they can be seen: made beside, then a link is switched to them."""

import hashlib
import os
import shutil

_COMPLETE = ".complete"


class Releases:
    """Release directories below `root`, and `link`, which points to the current one."""

    def __init__(self, root, link, keep):
        self._root = root
        self._link = link
        self._keep = keep

    def current(self):
        """Name of the current release, or None."""
        if not os.path.islink(self._link):
            return None
        target = os.path.join(os.path.dirname(self._link), os.readlink(self._link))
        return os.path.basename(target) if os.path.isdir(target) else None

    def path(self, name):
        return os.path.join(self._root, name)

    def is_complete(self, name):
        return os.path.exists(os.path.join(self.path(name), _COMPLETE))

    def make(self, name, fill):
        """Makes a release unless it is there; `fill(path)` puts its files into the directory, which has its final name."""
        if self.is_complete(name):
            return
        path = self.path(name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path, mode=0o755)
        os.chmod(self._root, 0o755)
        fill(path)
        with open(os.path.join(path, _COMPLETE), "w", encoding="ascii"):
            pass

    def switch(self, name):
        draft = "%s.drover-%d" % (self._link, os.getpid())
        os.symlink(os.path.relpath(self.path(name), os.path.dirname(self._link)), draft)
        os.replace(draft, self._link)
        os.utime(self.path(name))

    def prune(self):
        """Removes all but the newest; a process may still run from the one before. Returns what was removed."""
        others = [name for name in os.listdir(self._root) if name != self.current()]
        others.sort(key=lambda name: os.stat(self.path(name)).st_mtime, reverse=True)
        old = others[max(self._keep - 1, 0) :]
        for name in old:
            shutil.rmtree(self.path(name), ignore_errors=True)
        return old


def digest_of(path):
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
