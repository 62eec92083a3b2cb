"""Reads a parameter and a secret of the sandbox with boto3; prints what it was told as one JSON object."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

options = dict(endpoint_url=sys.argv[1], region_name="us-east-1")
ssm = boto3.client("ssm", **options)
secrets = boto3.client("secretsmanager", **options)


def refused(call, **params):
    try:
        call(**params)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return None


secret = secrets.get_secret_value(SecretId="runners/api")
told = dict(
    parameter=ssm.get_parameter(Name="/runners/token", WithDecryption=True)["Parameter"],
    encrypted=ssm.get_parameter(Name="/runners/token")["Parameter"]["Value"],
    secret=secret,
    byArn=secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"],
    noSuchParameter=refused(ssm.get_parameter, Name="/none"),
    noSuchSecret=refused(secrets.get_secret_value, SecretId="none"),
    noSuchOperation=refused(ssm.get_parameters_by_path, Path="/"),
)
print(json.dumps(told, default=str))
