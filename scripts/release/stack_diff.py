"""What a change of template.yaml does: functions configured anew, and resources updated in place."""

import json
import re


def flat(value):
    return json.dumps(value, sort_keys=True)


def references(body):
    """Names that a resource refers to: Ref, GetAtt, FindInMap, Sub, Condition."""
    text = flat(body)
    found = set(re.findall(r'"(?:Ref|Condition)": "([^"]+)"', text))
    found |= set(re.findall(r'"Fn::(?:GetAtt|FindInMap|If)": \["([^"]+)"', text))
    found |= {name.split(".")[0] for name in re.findall(r"\$\{([A-Za-z0-9.]+)\}", text)}
    return found


def changed_names(before, after, section):
    old, new = before.get(section, {}), after.get(section, {})
    return {name for name in old.keys() | new.keys() if flat(old.get(name)) != flat(new.get(name))}


def stack_changes(before, after):
    """(logical id of a function → reasons, lines for the rest)."""
    functions, rest = {}, []
    moved = set()
    for section in ("Parameters", "Mappings", "Conditions"):
        for name in sorted(changed_names(before, after, section)):
            moved.add(name)
            rest.append(f"{section[:-1].lower()} {name}")
    common = changed_names(before, after, "Globals")
    old, new = before["Resources"], after["Resources"]
    for logical in sorted(old.keys() | new.keys()):
        was, now = old.get(logical), new.get(logical)
        kind = (now or was)["Type"]
        of_moved = sorted(references(now or was) & moved)
        if kind != "AWS::Serverless::Function":
            if flat(was) != flat(now):
                rest.append(f"{'+' if was is None else '-' if now is None else '~'} {logical} ({kind})")
            continue
        if now is None:
            rest.append(f"- {logical} ({kind})")
            continue
        reasons = [] if was is None else list(function_changes(was, now))
        reasons += [f"refers to {name}" for name in of_moved]
        if "Function" in common:
            reasons.append("what is common to all functions in template.yaml")
        if reasons:
            functions[logical] = reasons
    return functions, rest


def function_changes(was, now):
    """Reasons of one function: its rules and queues by name, else the properties that changed."""
    old, new = was["Properties"], now["Properties"]
    for name in sorted(old.keys() | new.keys()):
        if flat(old.get(name)) == flat(new.get(name)):
            continue
        if name != "Events":
            yield f"{name} in template.yaml"
            continue
        events, others = old.get(name) or {}, new.get(name) or {}
        for event in sorted(events.keys() | others.keys()):
            if flat(events.get(event)) != flat(others.get(event)):
                kind = (others.get(event) or events.get(event))["Type"]
                yield f"{'rule' if kind.startswith('Schedule') else 'trigger'} {event}"
    for key in ("Metadata", "Condition", "DependsOn", "Type"):
        if flat(was.get(key)) != flat(now.get(key)):
            yield f"{key} in template.yaml"
