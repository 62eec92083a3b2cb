"""Reading GitLab Runner's metrics, only as far as a start needs to be proved."""

import re
import urllib.request

_LARGEST = 4 * 1024 * 1024
_SERIES = re.compile(r"^(gitlab_runner_[a-z_]+)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def read_metrics(url, timeout):
    """[(name, labels, value)] of the runner's own series, or [] when nothing believable answers."""
    try:
        # The metrics are on this host: no proxy.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=timeout) as response:
            text = response.read(_LARGEST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return []
    series = []
    for line in text.splitlines():
        match = _SERIES.match(line)
        if match:
            try:
                series.append((match.group(1), dict(_LABEL.findall(match.group(2) or "")), float(match.group(3))))
            except ValueError:
                continue
    if not any(name == "gitlab_runner_version_info" for name, _labels, _value in series):
        return []
    return series


def process_state(series):
    """starting, running, graceful-shutdown, forceful-shutdown, or None."""
    for name, labels, value in series:
        if name == "gitlab_runner_process_state_info" and value == 1:
            return labels.get("state")
    return None


def proved(series, system_id, short_tokens):
    """GitLab has answered a request for jobs with 2xx since this process started, as this instance's manager."""
    if process_state(series) != "running":
        return False
    return any(
        name == "gitlab_runner_api_request_statuses_total"
        and value > 0
        and labels.get("endpoint") == "request_job"
        and labels.get("status", "").startswith("2")
        and labels.get("system_id", system_id) == system_id
        and labels.get("runner", next(iter(short_tokens), "")) in short_tokens
        for name, labels, value in series
    )


def unanswered(series):
    """It runs, has no job, and none of its requests for jobs has ended in any way: it waits for the first."""
    return (
        process_state(series) == "running"
        and not request_statuses(series)
        and not any(value > 0 for name, _labels, value in series if name == "gitlab_runner_jobs")
    )


def request_statuses(series):
    """The statuses of requests for jobs so far, for a message."""
    return sorted(
        {
            labels.get("status", "?")
            for name, labels, value in series
            if name == "gitlab_runner_api_request_statuses_total"
            and labels.get("endpoint") == "request_job"
            and value > 0
        }
    )
