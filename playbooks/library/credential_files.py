#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Writes tokens as credential files, also from SSM Parameter Store and Secrets Manager."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: credential_files
short_description: Writes tokens as credential files, also from SSM Parameter Store and Secrets Manager
description:
  - Each token is read once and written to a file of its own (0600) in I(directory) (0700). No token is in the result, in
    the diff, or in a message.
options:
  directory: {description: Where the files go., type: path, required: true}
  tokens:
    description: The credentials; each has one of C(value), C(ssm_parameter) and C(secret).
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: Name of the file., type: str, required: true}
      value: {description: The token itself., type: str}
      ssm_parameter: {description: Name of a parameter; it is decrypted., type: str}
      secret: {description: Name or ARN of a secret., type: str}
      json_key: {description: 'If what is stored is a JSON object, the key of the token in it.', type: str}
  endpoint_url: {description: Address of SSM and Secrets Manager; default is AWS's., type: str}
  region: {description: AWS region; default is AWS_REGION., type: str}
  budget: {description: Seconds that all calls may take together., type: int, default: 60}
author: Drover
"""

EXAMPLES = r"""
- name: The runner's token from Parameter Store
  credential_files:
    directory: /etc/drover/credentials
    tokens:
      - {name: runner-token, ssm_parameter: /runners/token}
    region: eu-central-1
"""

RETURN = r"""
written: {description: Names of the credentials that were (or would be) written., type: list, elements: str, returned: always}
"""

import json
import os
import re
import stat

from ansible.module_utils.autoscaling_api import CONNECTION_OPTIONS, AwsService, CallFailed
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.runner_identity import read_text, write_private

_SOURCES = ("value", "ssm_parameter", "secret")
_TOKEN = dict(
    name=dict(type="str", required=True),
    value=dict(type="str", no_log=True),
    ssm_parameter=dict(type="str"),
    secret=dict(type="str", no_log=False),
    json_key=dict(type="str", no_log=False),
)


class Unusable(Exception):
    """A token that cannot be had, with the mend."""


def main():
    module = AnsibleModule(
        argument_spec=dict(
            CONNECTION_OPTIONS,
            directory=dict(type="path", required=True),
            tokens=dict(type="list", elements="dict", required=True, options=_TOKEN, no_log=False),
        ),
        supports_check_mode=True,
    )
    directory = module.params["directory"]
    try:
        tokens = [(one["name"], _token(module, one)) for one in module.params["tokens"]]
        written = [name for name, token in tokens if not _there(os.path.join(directory, name), token)]
        if not module.check_mode:
            _make_private(directory)
            for name, token in tokens:
                if name in written:
                    write_private(os.path.join(directory, name), token + "\n")
    except (Unusable, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(written), written=written)


def _token(module, one):
    name = one["name"]
    given = [source for source in _SOURCES if one[source]]
    if len(given) != 1:
        raise Unusable("the credential %s needs exactly one of %s" % (name, ", ".join(_SOURCES)))
    if not re.match(r"\w[\w.-]*\Z", name):
        raise Unusable("the credential %s must have a name of letters, digits, _, . and -" % name)
    try:
        text = one["value"] or _stored(module, one)
    except CallFailed as error:
        place = one["ssm_parameter"] or one["secret"]
        raise Unusable(
            "the credential %s cannot be read from %s: %s: check the name and the instance role's policy "
            "(drover render iam-policy)" % (name, place, error)
        )
    if one["json_key"]:
        text = _member(name, text, one["json_key"])
    text = text.strip()
    if not re.match(r"[!-~]+\Z", text):
        raise Unusable("the credential %s must hold one token and nothing else" % name)
    return text


def _stored(module, one):
    if one["ssm_parameter"]:
        answer = _client(module, "ssm").call("get_parameter", Name=one["ssm_parameter"], WithDecryption=True)
        return answer["Parameter"]["Value"]
    answer = _client(module, "secretsmanager").call("get_secret_value", SecretId=one["secret"])
    if "SecretString" not in answer:
        raise Unusable("the credential %s is a binary secret: store it as text" % one["name"])
    return answer["SecretString"]


def _client(module, service):
    return AwsService(module, service, "drover")


def _member(name, text, key):
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError):
        value = None
    if not isinstance(value, str):
        raise Unusable("what is stored for the credential %s is no JSON object with a text under %s" % (name, key))
    return value


def _there(path, token):
    text = read_text(path)
    return text is not None and text.strip() == token and stat.S_IMODE(os.stat(path).st_mode) == 0o600


def _make_private(directory):
    if not os.path.isdir(directory):
        os.makedirs(directory, mode=0o700)
    os.chmod(directory, 0o700)


if __name__ == "__main__":
    main()
