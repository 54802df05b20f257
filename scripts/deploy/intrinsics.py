"""Evaluates CloudFormation's functions against a deployed stack, as far as an API's Body uses them."""

import re

NO_VALUE = object()


class Intrinsics:
    def __init__(self, stack, template, region):
        self.template, self.resources = template, stack.resources()
        declared = stack.describe().get("Parameters", [])
        self.parameters = {p["ParameterKey"]: p.get("ResolvedValue", p["ParameterValue"]) for p in declared}
        self.pseudo = {
            "AWS::Region": region,
            "AWS::AccountId": "000000000000",
            "AWS::Partition": "aws",
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NO_VALUE,
        }

    def reference(self, name):
        for known in (self.pseudo, self.parameters):
            if name in known:
                return known[name]
        return self.resources[name][1]

    def attribute(self, name, attribute):
        kind, physical = self.resources[name]
        if attribute == "Arn" and kind == "AWS::Lambda::Function":
            region, account = self.pseudo["AWS::Region"], self.pseudo["AWS::AccountId"]
            return f"arn:aws:lambda:{region}:{account}:function:{physical}"
        raise SystemExit(f"scripts/deploy/intrinsics.py does not know {name}.{attribute} of {kind}")

    def substitute(self, argument):
        text, given = (argument, {}) if isinstance(argument, str) else argument
        given = {k: self.value(v) for k, v in given.items()}

        def one(match):
            name = match[1]
            if name in given:
                return str(given[name])
            return str(self.attribute(*name.split(".", 1)) if "." in name else self.reference(name))

        return re.sub(r"\$\{([^!}][^}]*)\}", one, text).replace("${!", "${")

    def condition(self, name):
        return self.test(self.template["Conditions"][name])

    def test(self, rule):
        ((function, arguments),) = rule.items()
        if function == "Condition":
            return self.condition(arguments)
        if function == "Fn::Equals":
            return str(self.value(arguments[0])) == str(self.value(arguments[1]))
        results = [self.test(a) for a in arguments]
        return {"Fn::Not": not results[0], "Fn::And": all(results), "Fn::Or": any(results)}[function]

    def value(self, node):
        if isinstance(node, list):
            return [v for v in map(self.value, node) if v is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((function, argument),) = node.items()
            if function == "Ref":
                return self.reference(argument)
            if function == "Fn::Sub":
                return self.substitute(argument)
            if function == "Fn::GetAtt":
                return self.attribute(*argument)
            if function == "Fn::If":
                return self.value(argument[1] if self.condition(argument[0]) else argument[2])
            if function == "Fn::FindInMap":
                table, first, second = map(self.value, argument)
                return self.template["Mappings"][table][first][second]
            if function == "Fn::Join":
                return argument[0].join(map(str, self.value(argument[1])))
            if function == "Fn::Split":
                return self.value(argument[1]).split(argument[0])
        values = {k: self.value(v) for k, v in node.items()}
        return {k: v for k, v in values.items() if v is not NO_VALUE}
