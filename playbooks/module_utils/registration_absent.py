"""state=absent: managers and own runners in GitLab first, then their sections, then the identity."""

from ansible.module_utils.gitlab_api import Refused, Unreachable
from ansible.module_utils.gitlab_runners import delete_manager, delete_registered, delete_runner, find


def make_absent(state):
    if not state.own:
        # Never registered by this instance (an image's files at most): nothing of ours to remove.
        return dict(runners_left=0)
    wanted = {runner["name"]: runner for runner in state.params["runners"]}
    left = 0
    for section in list(state.config.runners):
        if _remove(state, section, wanted.pop(section.get("name"), None)):
            state.config.remove(section)
            state.changed()
        else:
            left += 1
    for runner in wanted.values():
        left += 0 if _remove_unwritten(state, runner) else 1
    if left:
        state.module.warn("%d runner(s) of this instance are still registered in GitLab" % left)
    if not state.dry:
        state.save()
    if not left:
        state.disclaim()
    return dict(runners_left=left)


def _remove(state, section, wanted):
    token, runner_id = section.get("token"), section.get("id")
    own = wanted is not None and not wanted["token"] and state.params["api_token"]
    if own and isinstance(runner_id, int) and runner_id > 0:
        return _call(state, "DELETE /api/v4/runners/%d" % runner_id, delete_runner, state.api, runner_id)
    if not token:
        return True
    if wanted is not None and wanted["registration_token"]:
        what = "DELETE /api/v4/runners for %s" % section.get("name")
        return _call(state, what, delete_registered, state.api, token)
    what = "DELETE /api/v4/runners/managers for %s" % section.get("name")
    return _call(state, what, delete_manager, state.api, token, state.system_id)


def _remove_unwritten(state, wanted):
    """A registration that was cut off before config.toml was written."""
    if wanted["token"]:
        what = "DELETE /api/v4/runners/managers for %s" % wanted["name"]
        return _call(state, what, delete_manager, state.api, wanted["token"], state.system_id)
    if not state.params["api_token"]:
        return True
    try:
        existing = find(state.api, wanted, state.params["instance_id"])
    except (Refused, Unreachable) as error:
        state.module.warn("cannot look for runner %s: %s" % (wanted["name"], error))
        return False
    if existing is None:
        return True
    state.changed()
    runner_id = existing["id"]
    return _call(state, "DELETE /api/v4/runners/%d" % runner_id, delete_runner, state.api, runner_id)


def _call(state, what, function, *arguments):
    if state.dry:
        state.would_call.append(what)
        return True
    return function(*arguments)
