"""GitLab's REST API with the standard library: retries within one budget, no redirects, bounded answers."""

import json
import random
import time
import urllib.error
import urllib.request

_LARGEST = 4 * 1024 * 1024


class Unreachable(Exception):
    """No final answer within the budget."""


class Refused(Exception):
    """GitLab answered with a status that the caller did not expect."""


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unreachable("the answer (status %d) is not JSON: is this GitLab's address?" % self.status)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token must not follow a redirect to another host."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


class GitlabApi:
    """`calls` collects the mutating calls made, for the result; `budget` is in seconds, from now, for all of them."""

    def __init__(self, url, budget, request_timeout, api_token=None):
        self._base = url.rstrip("/") + "/api/v4/"
        self._api_token = api_token
        self._request_timeout = request_timeout
        self._deadline = time.monotonic() + budget
        self._opener = urllib.request.build_opener(_NoRedirect)
        self.calls = []

    def remaining(self):
        return self._deadline - time.monotonic()

    def request(self, method, path, body=None, runner_token=None, private=False):
        """One call, repeated while GitLab is busy (408, 429, 5xx) or cannot be reached."""
        attempt = 0
        while True:
            problem, wait = self.attempt(method, path, body, runner_token, private, attempt)
            if isinstance(problem, Reply):
                return problem
            attempt += 1
            self.pause(wait, "%s %s: %s" % (method, path, problem))

    def attempt(self, method, path, body=None, runner_token=None, private=False, count=0):
        """One try: (Reply, 0), or what went wrong and how many seconds to wait before the next try."""
        backoff = min(8.0, 0.25 * 2**count) * (0.5 + random.random() / 2)
        if method != "GET":
            self.calls.append("%s /api/v4/%s" % (method, path))
        try:
            reply = self._send(method, path, body, runner_token, private)
        except (OSError, ValueError, urllib.error.URLError) as error:
            return str(getattr(error, "reason", error)) or type(error).__name__, backoff
        if reply.status in (408, 429) or reply.status >= 500:
            return "status %d" % reply.status, _retry_after(reply.headers, backoff)
        return reply, 0

    def pause(self, seconds, problem):
        """Waits before the next try, or gives up when the budget does not allow for it."""
        if seconds >= self.remaining():
            raise Unreachable(problem)
        time.sleep(seconds)

    def _send(self, method, path, body, runner_token, private):
        headers = {"Accept": "application/json", "User-Agent": "drover"}
        if private:
            headers["PRIVATE-TOKEN"] = self._api_token
        if runner_token:
            headers["RUNNER-TOKEN"] = runner_token
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data=data, headers=headers, method=method)
        timeout = max(0.1, min(self._request_timeout, self.remaining()))
        try:
            with self._opener.open(request, timeout=timeout) as response:
                return Reply(response.status, response.headers, _read(response, timeout))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.headers, _read(error, timeout))


def _read(response, timeout):
    """At most 4 MB, at most `timeout` seconds in all, however slowly they drip."""
    deadline = time.monotonic() + timeout
    parts, size = [], 0
    while size < _LARGEST:
        part = response.read1(65536) if hasattr(response, "read1") else response.read(65536)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise OSError("the answer took too long")
    return b"".join(parts)


def _retry_after(headers, default):
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return default
