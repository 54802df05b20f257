"""Reads template.yaml with CloudFormation's short tags (!Ref, !Sub …) into the long form."""

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
