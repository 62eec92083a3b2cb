"""Who this instance is to GitLab: the system id of its runner manager, and what it calls its runners."""

import hashlib
import os
import re


def system_id(instance_id):
    """`r_` and 12 characters, a function of the instance id alone: a cloned image cannot carry another's identity."""
    return "r_" + hashlib.sha256(("drover " + instance_id).encode()).hexdigest()[:12]


def system_id_path(config_file):
    """GitLab Runner keeps the id beside config.toml."""
    return os.path.join(os.path.dirname(config_file), ".runner_system_id")


def read_text(path):
    """The file's text, or None where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write_private(path, text):
    """Replaces the file in one step, readable by its owner alone."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    draft = "%s.drover-%d" % (path, os.getpid())
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def description(name, instance_id):
    """What a runner that belongs to this instance alone is called in GitLab; always names the instance."""
    return name if instance_id in name else "%s (%s)" % (name, instance_id)


def short_token(token):
    """How the runner's metrics name a token: without its prefix, nine characters."""
    return re.sub(r"^(?:glrt-(?:t\d_)?|glrtr-)", "", token)[:9]
