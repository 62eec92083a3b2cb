"""Holds raw answers of AWS services against botocore's own service models: what the parser forgives, this names."""

import json
import re
import xml.etree.ElementTree as ElementTree

# Errors that every operation may give, which the models do not list ("Common Errors" of the Auto Scaling API Reference,
# "Error codes for the Amazon EC2 API", "Common Errors" of SSM and Secrets Manager).
COMMON = {
    "autoscaling": {
        "InternalFailure", "InvalidAction", "MissingParameter", "RequestExpired", "ServiceUnavailable", "Throttling",
        "ValidationError",
    },
    "ec2": {
        "DryRunOperation", "InternalError", "InvalidAction", "InvalidInstanceID.Malformed",
        "InvalidInstanceID.NotFound", "RequestLimitExceeded",
    },
    "ssm": {"ThrottlingException", "UnknownOperationException", "SerializationException", "ValidationException"},
    "secretsmanager": {"ThrottlingException", "UnknownOperationException", "SerializationException"},
}
SCALARS = {
    "integer": r"-?\d+",
    "long": r"-?\d+",
    "float": r"-?\d+(\.\d+)?",
    "double": r"-?\d+(\.\d+)?",
    "boolean": r"true|false",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
}


def local(tag):
    return tag.rsplit("}", 1)[-1]


def scalar(shape, text, path):
    """What is wrong with one value as the Query protocols write it."""
    kind = shape.type_name
    if kind in SCALARS and re.fullmatch(SCALARS[kind], text) is None:
        yield "%s: %r is no %s" % (path, text, kind)
    if kind == "string":
        yield from string(shape, text, path)
    if kind in ("integer", "long") and text.lstrip("-").isdigit():
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and int(text) < low) or (high is not None and int(text) > high):
            yield "%s: %s is not from %s to %s" % (path, text, low, high)


def string(shape, text, path):
    values = getattr(shape, "enum", [])
    if values and text not in values:
        yield "%s: %r is none of %s" % (path, text, ", ".join(values))
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    if len(text) < low or (high is not None and len(text) > high):
        yield "%s: %d characters are not from %s to %s" % (path, len(text), low, high)


def xml_problems(shape, node, path, ec2):
    """Every member that the model does not know, misses, or types otherwise, with its path."""
    if shape.type_name == "structure":
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        children = [(names.get(local(child.tag)), child) for child in node]
        for name, child in children:
            where = "%s.%s" % (path, name or local(child.tag))
            if name is None:
                yield "%s: the model has no such member" % where
            else:
                yield from xml_problems(shape.members[name], child, where, ec2)
        given = [name for name, _child in children]
        for name in getattr(shape, "required_members", []):
            if name not in given:
                yield "%s.%s: required, and absent" % (path, name)
        for name in set(given):
            if given.count(name) > 1:
                yield "%s.%s: given %d times" % (path, name, given.count(name))
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "item" if ec2 else "member")
        for child in node:
            if local(child.tag) != item:
                yield "%s: list element <%s> should be <%s>" % (path, local(child.tag), item)
            yield from xml_problems(shape.member, child, path + "[]", ec2)
    elif len(node):
        yield "%s: has elements, and should be a %s" % (path, shape.type_name)
    else:
        yield from scalar(shape, node.text or "", path)


JSON_TYPES = {
    "structure": dict, "map": dict, "list": list, "string": str, "boolean": bool, "integer": int, "long": int,
    "timestamp": (int, float),
}


def json_problems(shape, value, path):
    if not isinstance(value, JSON_TYPES.get(shape.type_name, object)):
        yield "%s: %r is no %s" % (path, value, shape.type_name)
    elif shape.type_name == "structure":
        for name, inner in value.items():
            if name in shape.members:
                yield from json_problems(shape.members[name], inner, "%s.%s" % (path, name))
            else:
                yield "%s.%s: the model has no such member" % (path, name)
        for name in getattr(shape, "required_members", []):
            if name not in value:
                yield "%s.%s: required, and absent" % (path, name)
    elif shape.type_name == "list":
        for inner in value:
            yield from json_problems(shape.member, inner, path + "[]")
    elif shape.type_name == "string":
        yield from string(shape, value, path)


def declared(operation):
    """The error codes that the model lists for an operation, with their HTTP status where it gives one."""
    errors = {}
    for shape in operation.error_shapes:
        error = shape.metadata.get("error", {})
        errors[error.get("code", shape.name)] = error.get("httpStatusCode")
    return errors


def error_problems(operation, code, status):
    service = operation.service_model.service_name
    known = declared(operation)
    if code not in known and code not in COMMON[service]:
        yield "the model has no error %s for %s" % (code, operation.name)
    if known.get(code) not in (None, status):
        yield "%s has status %s, and should have %s" % (code, status, known[code])


def query_error(root, ec2):
    """The code of an error answer and what is wrong with its form."""
    form = ["Response", "Errors", "Error"] if ec2 else ["ErrorResponse", "Error"]
    nodes, problems = [root], []
    for name in form[1:]:
        nodes += [child for child in nodes[-1] if local(child.tag) == name][:1]
    if [local(node.tag) for node in nodes] != form:
        return None, ["an error answer is %s" % "/".join(form)]
    fields = {local(child.tag): child.text or "" for child in nodes[-1]}
    wanted = {"Code", "Message"} if ec2 else {"Type", "Code", "Message"}
    if set(fields) != wanted:
        problems.append("an error has %s, not %s" % (sorted(wanted), sorted(fields)))
    if ("RequestID" if ec2 else "RequestId") not in [local(child.tag) for child in root]:
        problems.append("an error answer has the id of its request")
    return fields.get("Code"), problems


def xml_answer_problems(operation, status, body):
    ec2 = operation.service_model.metadata["protocol"] == "ec2"
    root = ElementTree.fromstring(body)
    if status >= 300:
        code, problems = query_error(root, ec2)
        return problems + (list(error_problems(operation, code, status)) if code else [])
    problems = []
    if local(root.tag) != operation.name + "Response":
        problems.append("the answer is called %s" % local(root.tag))
    namespace = operation.service_model.metadata.get("xmlNamespace")
    if root.tag != "{%s}%s" % (namespace, local(root.tag)) and not ec2:
        problems.append("the answer's namespace is not %s" % namespace)
    output = operation.output_shape
    if ec2:
        for child in [child for child in root if local(child.tag) == "requestId"]:
            root.remove(child)
        return problems + list(xml_problems(output, root, operation.name, ec2))
    results = [child for child in root if local(child.tag) != "ResponseMetadata"]
    if len(results) == len(root):
        problems.append("the answer has no ResponseMetadata")
    wrapper = output.serialization.get("resultWrapper") if output else None
    if [local(child.tag) for child in results] != ([wrapper] if wrapper else []):
        return problems + ["the answer holds %s, not %s" % ([local(child.tag) for child in results], wrapper)]
    return problems + [problem for node in results for problem in xml_problems(output, node, operation.name, ec2)]


def json_answer_problems(operation, status, body):
    value = json.loads(body)
    if status < 300:
        return list(json_problems(operation.output_shape, value, operation.name))
    code = str(value.get("__type", "")).rsplit("#", 1)[-1]
    return list(error_problems(operation, code, status))


def answer_problems(operation, status, body):
    """What in one raw answer is not as the model of its operation has it."""
    if operation.service_model.metadata["protocol"] in ("query", "ec2"):
        return xml_answer_problems(operation, status, body)
    return json_answer_problems(operation, status, body)
