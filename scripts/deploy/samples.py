"""Sends every function its sample, as `cargo lambda invoke --data-file` would: samples.py HOME FOLDER

A function fails that ends without an answer, a host's that answers 5xx."""

import json
import pathlib
import sys

from cloud import client

home, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
resources = json.loads((home / "stack.json").read_text())["resources"]
deployed = {name for name in resources.values() if name.startswith("drrip-")}
functions, failed = client("lambda"), []
samples = sorted(folder.glob("*.json"))
for sample in samples:
    name = next(one for one in deployed if one.split("-", 2)[2:] == [sample.stem])
    answer = functions.invoke(FunctionName=name, Qualifier="live", Payload=sample.read_bytes())
    body = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError") or isinstance(body, dict) and body.get("statusCode", 200) >= 500:
        failed.append(f"{sample.stem}: {body}")
if failed:
    raise SystemExit("\n".join(failed))
print(f"{len(samples)} functions answer their samples")
