"""AWS through botocore: endpoint and region from options or environment, retries within one budget."""

import email.utils
import os
import random
import sys
import time

try:
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    MISSING = None
except ImportError as error:  # said by the module, with a mend
    MISSING = str(error)

CONNECTION_OPTIONS = dict(
    endpoint_url=dict(type="str"),
    region=dict(type="str"),
    budget=dict(type="int", default=60),
)

_ENVIRONMENT_NAMES = dict(autoscaling="AUTO_SCALING", ssm="SSM", secretsmanager="SECRETS_MANAGER")

_BUSY = (
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
    "ResourceContention",
    "ResourceContentionFault",
    "ServiceUnavailable",
    "InternalFailure",
    "InternalError",
    "RequestTimeout",
)


# The keys of the instance's role have expired, or AWS knows them no more: others are asked for, once.
_KEYS_EXPIRED = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
)

# How AWS says that a request's time is wrong. EC2 says RequestExpired of expired keys too.
_WRONG_TIME = (
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
)

# AWS takes requests whose time is at most five minutes from its own (seconds).
_TOLERATED = 240


class CallFailed(Exception):
    """A call that failed for good. `code` is AWS's error code, or the name of a transport error."""

    def __init__(self, operation, code, message):
        Exception.__init__(self, "%s: %s: %s" % (operation, code, message))
        self.code = code
        self.message = message


class AwsService:
    """One service. `option_prefix` is how the role that runs the module calls its variables."""

    def __init__(self, module, service, option_prefix):
        if MISSING is not None:
            module.fail_json(
                msg="boto3 is missing in %s (%s): install python3-boto3" % (sys.executable, MISSING)
            )
        params = module.params
        environ = os.environ
        own_endpoint = environ.get("AWS_ENDPOINT_URL_%s" % _ENVIRONMENT_NAMES[service])
        endpoint = params["endpoint_url"] or own_endpoint or environ.get("AWS_ENDPOINT_URL")
        region = params["region"] or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
        if not region:
            module.fail_json(msg="no AWS region: set %s_region, or AWS_REGION in the environment" % option_prefix)
        self._deadline = time.monotonic() + params["budget"]
        config = Config(connect_timeout=5, read_timeout=10, retries=dict(total_max_attempts=1))
        self._settings = dict(service_name=service, region_name=region, endpoint_url=endpoint, config=config)
        try:
            self._connect()
        except (BotoCoreError, ValueError) as error:
            module.fail_json(msg="cannot make a client for %s: %s" % (service, error))

    def _connect(self):
        """A client with keys of its own: a new session asks for them anew."""
        self._client = botocore.session.get_session().create_client(**self._settings)

    def call(self, method, **arguments):
        """One operation, repeated with backoff and jitter while AWS is busy or out of reach. Raises CallFailed."""
        attempt = 0
        renewed = False
        while True:
            try:
                return getattr(self._client, method)(**arguments)
            except ClientError as error:
                detail = error.response.get("Error", {})
                code, message = detail.get("Code", "Unknown"), detail.get("Message", "")
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
                advice = _clock_advice(code, message, error.response)
                if code in _KEYS_EXPIRED and advice is None and not renewed:
                    renewed = True
                    self._connect()
                    continue
                message = message if advice is None else "%s; %s" % (message, advice)
                retry = code in _BUSY or status >= 500
            except BotoCoreError as error:
                code, message = type(error).__name__, str(error)
                retry = "Credentials" not in code and "ParamValidation" not in code
            wait = min(8.0, 0.25 * 2**attempt) * (0.5 + random.random() / 2)
            if not retry or time.monotonic() + wait > self._deadline:
                raise CallFailed(method, code, message)
            time.sleep(wait)
            attempt += 1


def _clock_advice(code, message, response):
    """That this host's clock is wrong, and by how much, where that is why AWS refused a call; else None."""
    if code not in _WRONG_TIME:
        return None
    mend = "set it right (chronyc makestep) and see that chronyd runs"
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    parsed = email.utils.parsedate_tz(date) if date else None
    ahead = time.time() - email.utils.mktime_tz(parsed) if parsed else 0
    if abs(ahead) > _TOLERATED:
        where = "ahead of" if ahead > 0 else "behind"
        return "this host's clock is %d min %s AWS's: %s" % (round(abs(ahead) / 60), where, mend)
    if "signature expired" in message.lower() or "signature not yet current" in message.lower():
        return "this host's clock differs from AWS's: %s" % mend
    return None


class AutoScaling(AwsService):
    def __init__(self, module):
        AwsService.__init__(self, module, "autoscaling", "autoscaling")

    def group(self, name):
        """The group, or CallFailed when there is none of that name."""
        groups = self.call("describe_auto_scaling_groups", AutoScalingGroupNames=[name])["AutoScalingGroups"]
        if not groups:
            raise CallFailed("describe_auto_scaling_groups", "NotFound", "there is no Auto Scaling group %s" % name)
        return groups[0]
