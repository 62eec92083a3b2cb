"""What Drover asks of GitLab about runners: prove a token, own a runner, give both up again."""

from ansible.module_utils.gitlab_api import Refused, Unreachable
from ansible.module_utils.runner_identity import description

_OWNER = {"instance_type": None, "group_type": "group_id", "project_type": "project_id"}


def verify(api, token, system_id):
    """POST runners/verify: what GitLab knows of the token ({id, token_expires_at}), or None when it is not valid."""
    reply = api.request(
        "POST", "runners/verify", {"token": token, "system_id": system_id}, runner_token=token
    )
    if reply.status == 200:
        return reply.json()
    if reply.status in (401, 403):
        return None
    raise Refused("POST runners/verify: status %d" % reply.status)


def obtain(api, wanted, instance_id):
    """The runner that belongs to this instance: an earlier one with its description is adopted, else one is created.

    Looks again before every further try, since a try without an answer may have had its effect.
    """
    attempt = 0
    while True:
        existing = find(api, wanted, instance_id)
        if existing is not None:
            adopted = _adopt(api, existing["id"])
            if adopted is not None:
                return adopted
        reply, wait = api.attempt("POST", "user/runners", _creation(wanted, instance_id), None, True, attempt)
        if isinstance(reply, str):
            attempt += 1
            api.pause(wait, "POST user/runners: " + reply)
            continue
        if reply.status == 201:
            return reply.json()
        raise Refused("POST user/runners: %s" % _why(reply))


def register(api, wanted, instance_id):
    """POST runners with a registration token (deprecated): a runner of this instance alone."""
    body = {
        "token": wanted["registration_token"],
        "description": description(wanted["name"], instance_id),
        "run_untagged": not wanted["tags"],
    }
    if wanted["tags"]:
        body["tag_list"] = ",".join(wanted["tags"])
    reply = api.request("POST", "runners", body)
    if reply.status == 201:
        return reply.json()
    hints = {
        403: "the registration token is not valid",
        410: "this GitLab takes no registration tokens any more; use an authentication token (glrt-), or an API token",
    }
    raise Refused("POST runners: status %d, %s" % (reply.status, hints.get(reply.status, "not expected")))


def find(api, wanted, instance_id):
    """The runner with this instance's description, or None; None also where the API token may not list runners."""
    wanted_description = description(wanted["name"], instance_id)
    for page in range(1, 1001):
        reply = api.request("GET", "%s?per_page=100&page=%d" % (_listing(wanted), page), private=True)
        if reply.status in (401, 403, 404):
            return None
        if reply.status != 200:
            raise Refused("GET runners: status %d" % reply.status)
        runners = reply.json()
        for runner in runners:
            if runner.get("description") == wanted_description:
                return runner
        if len(runners) < 100:
            return None
    return None


def delete_manager(api, token, system_id):
    """DELETE runners/managers. True when the manager is gone: deleted now, unknown (404), or the runner is (403)."""
    return _gone(
        api, "runners/managers", {"token": token, "system_id": system_id}, token, (204, 200, 401, 403, 404)
    )


def delete_runner(api, runner_id):
    """DELETE /runners/:id with the API token: the runner and all its managers."""
    return _gone(api, "runners/%d" % runner_id, None, None, (204, 200, 404))


def delete_registered(api, token):
    """DELETE runners: the runner of this token. True when it is gone."""
    return _gone(api, "runners", {"token": token}, token, (204, 200, 401, 403, 404))


def _gone(api, path, body, token, accepted):
    try:
        return api.request("DELETE", path, body, token, private=token is None).status in accepted
    except Unreachable:
        return False


def _adopt(api, runner_id):
    """A new token for a runner whose own was lost; None when it cannot be had (the runner is deleted then)."""
    reply = api.request("POST", "runners/%d/reset_authentication_token" % runner_id, {}, private=True)
    if reply.status in (200, 201) and reply.json().get("token"):
        return dict(reply.json(), id=runner_id)
    if not delete_runner(api, runner_id):
        raise Refused("POST runners/%d/reset_authentication_token: %s" % (runner_id, _why(reply)))
    return None


def _creation(wanted, instance_id):
    body = {
        "runner_type": wanted["runner_type"],
        "description": description(wanted["name"], instance_id),
        "run_untagged": not wanted["tags"],
    }
    if wanted["tags"]:
        body["tag_list"] = ",".join(wanted["tags"])
    owner = _OWNER[wanted["runner_type"]]
    if owner is not None:
        body[owner] = wanted[owner]
    return body


def _listing(wanted):
    if wanted["runner_type"] == "group_type":
        return "groups/%d/runners" % wanted["group_id"]
    if wanted["runner_type"] == "project_type":
        return "projects/%d/runners" % wanted["project_id"]
    return "runners/all"


def _why(reply):
    hints = {
        401: "the API token is not valid",
        403: "the API token needs the scopes create_runner and manage_runner, and the role for this runner type",
        404: "not found: is gitlab_runner_url GitLab's address?",
    }
    hint = hints.get(reply.status)
    return "status %d%s" % (reply.status, "" if hint is None else ", " + hint)
