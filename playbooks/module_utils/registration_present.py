"""state=present: identity first, then tokens, then config.toml."""

import re
import time

from ansible.module_utils.gitlab_api import Refused
from ansible.module_utils.gitlab_runners import delete_manager, obtain, register, verify
from ansible.module_utils.runner_config import RunnerConfig, Timestamp

_RFC3339 = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$")
_GLOBALS = ("concurrent", "check_interval", "shutdown_timeout", "listen_address")


def make_present(state):
    state.claim()
    if not state.own:
        _disown_sections(state)
    _retire_unwanted(state)
    for key in _GLOBALS:
        if state.config.globals.get(key) != state.params[key]:
            state.config.globals.set(key, state.params[key])
    for wanted in state.params["runners"]:
        _make_section(state, wanted)
    if not state.dry:
        state.save()
    elif state.config.text() != RunnerConfig(state.before or "").text():
        state.changed()
    return {}


def _disown_sections(state):
    """A config.toml of an image: its settings are kept, its registrations belong to somebody else."""
    names = [runner["name"] for runner in state.params["runners"]]
    for section in list(state.config.runners):
        if section.get("name") not in names:
            state.config.remove(section)
            continue
        for key in ("id", "token", "token_obtained_at", "token_expires_at"):
            section.drop(key)


def _retire_unwanted(state):
    """Sections that are no longer asked for: their manager goes, the runner itself stays."""
    names = [runner["name"] for runner in state.params["runners"]]
    for section in list(state.config.runners):
        if section.get("name") in names:
            continue
        token = section.get("token")
        if token:
            if state.dry:
                state.would_call.append("DELETE /api/v4/runners/managers for %s" % section.get("name"))
            elif not delete_manager(state.api, token, state.system_id):
                state.module.warn("the manager of runner %s stays in GitLab" % section.get("name"))
        state.config.remove(section)


def _make_section(state, wanted):
    section = state.config.find(wanted["name"])
    if section is None:
        section = state.config.add()
        section.set("name", wanted["name"])
    if section.get("url") != state.params["url"]:
        section.set("url", state.params["url"])
        for key in ("id", "token", "token_obtained_at", "token_expires_at"):
            section.drop(key)
    registration = _predict(state, section, wanted) if state.dry else _register(state, section, wanted)
    _write_registration(section, registration)
    if section.get("executor") != wanted["executor"]:
        section.set("executor", wanted["executor"])
    if (section.get("limit") or 0) != wanted["limit"]:
        section.set("limit", wanted["limit"])


def _register(state, section, wanted):
    """{id, token, token_expires_at} that GitLab has just confirmed for this section."""
    kept = section.get("token")
    confirmed = _confirm(state, kept) if kept else None
    given = wanted["token"]
    if given and given != kept:
        replacement = _confirm(state, given)
        if replacement is not None and (confirmed is None or confirmed["id"] != replacement["id"]):
            if confirmed is not None:
                delete_manager(state.api, kept, state.system_id)
            return replacement
    if confirmed is not None:
        return confirmed
    if wanted["registration_token"]:
        return register(state.api, wanted, state.params["instance_id"])
    if not given and state.params["api_token"]:
        return obtain(state.api, wanted, state.params["instance_id"])
    if not given:
        raise Refused("runner %s has no token, and there is no API token to create it with" % wanted["name"])
    raise Refused("the token of runner %s is not valid (403): was the runner deleted?" % wanted["name"])


def _confirm(state, token):
    known = verify(state.api, token, state.system_id)
    if known is None:
        return None
    if not known.get("id"):
        raise Refused("POST runners/verify: the answer names no runner id")
    return dict(id=known["id"], token=token, token_expires_at=known.get("token_expires_at"))


def _predict(state, section, wanted):
    """What check mode can say without a call: a token at hand is taken to be valid."""
    token = section.get("token") or wanted["token"]
    if token:
        state.would_call.append("POST /api/v4/runners/verify for %s" % wanted["name"])
        return dict(id=section.get("id"), token=token, token_expires_at=None)
    if wanted["registration_token"]:
        state.would_call.append("POST /api/v4/runners for %s" % wanted["name"])
        return dict(id=None, token="created by GitLab", token_expires_at=None)
    state.would_call.append("POST /api/v4/user/runners for %s" % wanted["name"])
    return dict(id=None, token="created by GitLab", token_expires_at=None)


def _write_registration(section, registration):
    token, expires = registration["token"], _timestamp(registration.get("token_expires_at"))
    renewed = section.get("token") != token
    if registration["id"] is not None and section.get("id") != registration["id"]:
        section.set("id", registration["id"])
    if renewed:
        section.set("token", token)
        section.drop("token_obtained_at")
        section.drop("token_expires_at")
    # The runner rotates a token only when it knows both ends of its life.
    if expires is not None and (renewed or section.get("token_expires_at") is None):
        section.set("token_obtained_at", Timestamp(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())))
        section.set("token_expires_at", Timestamp(expires))


def _timestamp(text):
    match = _RFC3339.match(text) if isinstance(text, str) else None
    return None if match is None else match.group(1) + match.group(2)
