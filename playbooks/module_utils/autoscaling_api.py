"""AWS through botocore: endpoint and region from options or environment, retries within one budget."""

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
        try:
            self._client = botocore.session.get_session().create_client(
                service, region_name=region, endpoint_url=endpoint, config=config
            )
        except (BotoCoreError, ValueError) as error:
            module.fail_json(msg="cannot make a client for %s: %s" % (service, error))

    def call(self, method, **arguments):
        """One operation, repeated with backoff and jitter while AWS is busy or out of reach. Raises CallFailed."""
        attempt = 0
        while True:
            try:
                return getattr(self._client, method)(**arguments)
            except ClientError as error:
                detail = error.response.get("Error", {})
                code, message = detail.get("Code", "Unknown"), detail.get("Message", "")
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
                retry = code in _BUSY or status >= 500
            except BotoCoreError as error:
                code, message = type(error).__name__, str(error)
                retry = "Credentials" not in code and "ParamValidation" not in code
            wait = min(8.0, 0.25 * 2**attempt) * (0.5 + random.random() / 2)
            if not retry or time.monotonic() + wait > self._deadline:
                raise CallFailed(method, code, message)
            time.sleep(wait)
            attempt += 1


class AutoScaling(AwsService):
    def __init__(self, module):
        AwsService.__init__(self, module, "autoscaling", "autoscaling")

    def group(self, name):
        """The group, or CallFailed when there is none of that name."""
        groups = self.call("describe_auto_scaling_groups", AutoScalingGroupNames=[name])["AutoScalingGroups"]
        if not groups:
            raise CallFailed("describe_auto_scaling_groups", "NotFound", "there is no Auto Scaling group %s" % name)
        return groups[0]
