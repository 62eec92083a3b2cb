"""Makes the calls that come as lines of JSON on standard input, with boto3; answers each with a line of JSON."""

import datetime
import json
import sys

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from service_model import answer_problems

clients = {}
raw = {}


def remember(operation_model, response_dict, **_kwargs):
    raw.update(model=operation_model, status=response_dict["status_code"], body=response_dict["body"])


def client(service, endpoint):
    if (service, endpoint) not in clients:
        made = boto3.client(
            service,
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="fidelity",
            aws_secret_access_key="fidelity",
            # What the service refuses is what the client is to send.
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        )
        made.meta.events.register("before-parse.*.*", remember)
        clients[(service, endpoint)] = made
    return clients[(service, endpoint)]


def problems():
    try:
        return answer_problems(raw["model"], raw["status"], raw["body"])
    except Exception as error:
        return ["not to be read: %r" % error]


def answer(call):
    """One call: what it answered, and what of the raw answer is not as the service's model has it."""
    raw.clear()
    made = client(call["service"], call["endpoint"])
    names = {operation: method for method, operation in made.meta.method_to_api_mapping.items()}
    try:
        told = getattr(made, names[call["operation"]])(**call["params"])
        told.pop("ResponseMetadata")
        return dict(answer=told, status=raw["status"], problems=problems())
    except ClientError as error:
        told = error.response["Error"]
        failure = dict(code=told["Code"], message=told.get("Message", ""))
        return dict(error=failure, status=raw["status"], problems=problems())
    except Exception as error:
        status = raw.get("status", 0)
        return dict(error=dict(code="Unreadable", message=repr(error)[:300]), status=status, problems=["unreadable"])


def plain(value):
    if isinstance(value, datetime.datetime):
        return {"$timestamp": value.astimezone(datetime.timezone.utc).isoformat()}
    raise TypeError(value)


print(json.dumps(dict(botocore=botocore.__version__, boto3=boto3.__version__)), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=plain), flush=True)
