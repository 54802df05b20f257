"""Reads template.yaml with CloudFormation's short tags (!Ref, !Sub …) into the long form."""

import hashlib
import json

import yaml


class Loader(yaml.SafeLoader):
    """SafeLoader that knows CloudFormation's tags and leaves dates as they are written."""


def _tag(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _tag)
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def functions(template):
    """(logical id, resource) of every SAM function."""
    return [(k, r) for k, r in template["Resources"].items() if r.get("Type") == "AWS::Serverless::Function"]


def named_parameters(template, variables):
    """The parameters that a function's variables take their values from. A stage never becomes another."""
    named = {value.get("Ref") for value in variables.values() if isinstance(value, dict)}
    return sorted(named & template.get("Parameters", {}).keys() - {"Stage"})


def with_settings(template, given):
    """Gives every function whose variables name parameters a digest of their values, as one more variable.

    SAM publishes a version when properties differ as they are written. A !Ref is written the same whatever its value, and
    the alias would keep the version with the old one; a value in its place would be another way to write the same function,
    of which Lambda publishes no second version."""
    declared = template.get("Parameters", {})
    for _, function in functions(template):
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        values = {name: given.get(name, declared[name].get("Default")) for name in named_parameters(template, variables)}
        if values:
            variables["SETTINGS"] = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    return template
