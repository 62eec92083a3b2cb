"""GitLab Runner as a plain process with a pid file."""

import os
import signal
import subprocess
import time

_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


class ProcessRunner:
    def __init__(self, params, binary):
        self._params = params
        self._binary = binary

    def pids(self):
        """Live runner processes on our config.toml: the pid file's, and any whose pid file was lost."""
        recorded = self._recorded()
        found = [pid for pid in _all_pids() if self._runs_our_config(pid)]
        if recorded and recorded not in found and _alive(recorded) and self._looks_like_runner(recorded):
            found.append(recorded)
        return found

    def alive(self):
        return bool(self.pids())

    def start(self):
        """Starts the runner in a session of its own, without anything of this process's environment but a few names."""
        params = self._params
        directory = os.path.dirname(params["config_file"])
        os.makedirs(os.path.dirname(params["pid_file"]), exist_ok=True)
        self._forget_pid()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment.update(params["environment"])
        script = 'echo $$ >"$1.new" && mv -f "$1.new" "$1" && shift && exec "$@"'
        command = [self._binary, "run", "--config", params["config_file"]]
        output = open(params["log_file"], "ab", 0) if params["log_file"] else subprocess.DEVNULL
        subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", params["pid_file"]] + command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=directory,
            env=environment,
            start_new_session=True,
            close_fds=True,
        )
        deadline = time.monotonic() + 5
        while not self.alive() and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self, ask):
        """Asks for a graceful stop (unless one is under way) and waits until the process is gone, without limit."""
        pids = self.pids()
        for pid in pids if ask else []:
            _signal(pid, signal.SIGQUIT)
        while any(_alive(pid) for pid in pids) or self.alive():
            time.sleep(0.05)
        self._forget_pid()

    def _forget_pid(self):
        if os.path.exists(self._params["pid_file"]):
            os.unlink(self._params["pid_file"])

    def restart(self):
        self.stop(ask=True)
        self.start()

    def _recorded(self):
        try:
            with open(self._params["pid_file"], encoding="ascii") as file:
                return int(file.read().strip())
        except (OSError, ValueError):
            return None

    def _runs_our_config(self, pid):
        argv = _argv(pid)
        config = self._params["config_file"]
        names_it = config in argv or "--config=" + config in argv
        return "run" in argv and names_it and _alive(pid) and argv[0] != "/bin/sh"

    def _looks_like_runner(self, pid):
        """One that names no config.toml: a pid file from a cloned image may hold the pid of another runner."""
        argv = _argv(pid)
        if any(part.split("=")[0].lstrip("-") in ("config", "c") for part in argv if part.startswith("-")):
            return False
        return any("gitlab-runner" in os.path.basename(part) for part in argv[:2])


def _all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def _argv(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


def _alive(pid):
    """A zombie is gone: it runs nothing and holds nothing."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (OSError, IndexError):
        return False


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
