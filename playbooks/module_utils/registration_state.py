"""What is on this host's disk about its registration, and how a change of it is shown and written."""

import os

from ansible.module_utils.runner_config import RunnerConfig, masked
from ansible.module_utils.runner_identity import read_text, system_id, system_id_path, write_private


class LocalState:
    """config.toml and .runner_system_id. `own` tells whether they are this instance's, not a cloned image's."""

    def __init__(self, module, api):
        params = module.params
        self.module = module
        self.params = params
        self.api = api
        self.dry = module.check_mode
        self.system_id = system_id(params["instance_id"])
        self._id_file = system_id_path(params["config_file"])
        self._before_id = (read_text(self._id_file) or "").strip()
        self.before = read_text(params["config_file"])
        self.own = self._before_id == self.system_id
        self.config = RunnerConfig(self.before or "")
        self.would_call = []
        self._changed = False

    def changed(self):
        self._changed = True

    def claim(self):
        """Writes the system id, before anything else: from now on what is registered is found again."""
        if self.own:
            return
        self._changed = True
        if not self.dry:
            write_private(self._id_file, self.system_id + "\n")

    def disclaim(self):
        """Removes the system id: nothing of this instance is registered any more."""
        if not self.own:
            return
        self._changed = True
        if not self.dry:
            os.unlink(self._id_file)

    def save(self):
        """Writes config.toml if its text has changed."""
        text = self.config.text()
        if self.before is None and not text.strip():
            return
        if text != self.before and RunnerConfig(self.before or "").text() != text:
            self._changed = True
            if not self.dry:
                write_private(self.params["config_file"], text)
        elif self.before is not None and not self.dry:
            self._tighten()

    def result(self, **facts):
        before, after = masked(self.before or ""), masked(self.config.text())
        diffs = []
        if before != after:
            header = self.params["config_file"]
            diffs.append(dict(before=before, after=after, before_header=header, after_header=header))
        if self.dry and self.would_call:
            lines = "".join("would call %s\n" % call for call in self.would_call)
            diffs.append(dict(before="", after=lines, before_header="GitLab", after_header="GitLab"))
        calls = self.would_call if self.dry else self.api.calls
        return dict(changed=self._changed, system_id=self.system_id, calls=calls, diff=diffs, **facts)

    def _tighten(self):
        path = self.params["config_file"]
        if os.stat(path).st_mode & 0o077:
            self._changed = True
            os.chmod(path, 0o600)
