"""Invokes a function of the deployed stack and fails on an error answer: invoke.py HOME LOGICAL_ID [PAYLOAD]"""

import base64
import json
import pathlib
import sys

from cloud import client

home, logical, payload = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["{}"])[0]
resources = json.loads((pathlib.Path(home) / "stack.json").read_text())["resources"]
if logical not in resources:
    raise SystemExit(f"The stack has no {logical}. It has: " + ", ".join(sorted(resources)))
answer = client("lambda").invoke(FunctionName=resources[logical], Payload=payload.encode(), LogType="Tail")
body = answer["Payload"].read().decode()
if answer.get("FunctionError"):
    print(base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"), file=sys.stderr)
    raise SystemExit(f"{logical} failed: {body}")
print(body)
