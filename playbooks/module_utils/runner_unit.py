"""GitLab Runner as a systemd unit."""

import os

from ansible.module_utils.runner_identity import read_text


class UnitFailed(Exception):
    """systemctl refused."""


class UnitRunner:
    def __init__(self, module):
        self._module = module
        self._unit = module.params["unit"]
        self._drop_in = "/etc/systemd/system/%s.d/drain.conf" % self._unit
        self._shown = self._show()

    def installed(self):
        return self._shown.get("LoadState") not in ("not-found", None)

    def enabled(self):
        return self._shown.get("UnitFileState") == "enabled"

    def alive(self):
        self._shown = self._show()
        return self._shown.get("ActiveState") not in ("inactive", "failed", None)

    def failed(self):
        return self._show().get("ActiveState") in ("failed", "inactive")

    def drop_in(self):
        """(path, text there now)"""
        return self._drop_in, read_text(self._drop_in)

    def has_role_drop_in(self):
        return os.path.exists(os.path.join(os.path.dirname(self._drop_in), "drover.conf"))

    def write_drop_in(self, text):
        os.makedirs(os.path.dirname(self._drop_in), mode=0o755, exist_ok=True)
        draft = self._drop_in + ".new"
        with open(draft, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(draft, 0o644)
        os.replace(draft, self._drop_in)
        self._systemctl("daemon-reload")

    def start(self):
        if self._show().get("NeedDaemonReload") == "yes":
            self._systemctl("daemon-reload")
        self._systemctl("start", self._unit)

    def stop(self, ask):
        """
        Blocks until the unit has stopped: with drain.conf that is when the last job has ended. While the host goes
        down it only signals, where the runner is still to be asked: the unit's stop is queued behind the unit that
        plays this, and would wait for it.
        """
        if not self._host_stops():
            self._systemctl("stop", self._unit)
        elif ask:
            self._module.run_command(["systemctl", "kill", "--kill-who=main", "--signal=SIGQUIT", self._unit])

    def _host_stops(self):
        _code, out, _error = self._module.run_command(["systemctl", "is-system-running"])
        return out.strip() == "stopping"

    def restart(self):
        self._systemctl("restart", self._unit)

    def disable(self):
        self._systemctl("disable", self._unit)

    def _show(self):
        _code, out, _error = self._module.run_command(
            ["systemctl", "show", "-p", "LoadState,ActiveState,UnitFileState,NeedDaemonReload", self._unit]
        )
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    def _systemctl(self, *arguments):
        code, _out, error = self._module.run_command(["systemctl"] + list(arguments))
        if code != 0:
            raise UnitFailed("systemctl %s: %s" % (" ".join(arguments), error.strip() or "exit code %d" % code))
