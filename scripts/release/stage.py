"""What a running stage is asked: which release it runs, its migrations, its health."""

import json
import time
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

API = "AWS::Serverless::HttpApi"


def running(cloudformation, stack):
    """The commit a stage runs, or None before its first deployment."""
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    outputs = {o["OutputKey"]: o["OutputValue"] for o in described.get("Outputs", [])}
    return outputs.get("Release") if outputs.get("Release") != "unknown" else None


def migrate(functions, name, bucket, key):
    """Gives the migration function alone the new code and invokes it; None when the stage has none yet."""
    try:
        functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    body = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise SystemExit(f"The migration failed, nothing else was touched: {body}")
    return json.loads(body)["applied"]


def health_pages(template, domain):
    """Every host's page and every function's, from the routes of the template."""
    for api in template["Resources"].values():
        if api["Type"] != API:
            continue
        host = api["Properties"]["DefinitionBody"]["info"]["title"]["Fn::Sub"].rsplit("-", 1)[1]
        for path in api["Properties"]["DefinitionBody"]["paths"]:
            if path.split("/")[1] == "healthz":
                yield f"{host}.{domain}", path


def ask(address, host, path, seconds=20):
    """What is wrong with a page, or None. `address` is where to connect, if not to the host itself."""
    url = f"{address or 'https://' + host}{path}"
    request = urllib.request.Request(url, headers={"host": host, "user-agent": "drrip-release"})
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            body = json.loads(answer.read())
            return None if answer.status == 200 and body.get("status") == "ok" else f"{answer.status} {body}"
    except (urllib.error.URLError, TimeoutError, ValueError, ConnectionError) as error:
        return str(error)


def health(template, domain, address=None, tries=5, pause=3):
    """Pages that do not answer after some tries, with the reason."""
    sick = {}
    for host, path in health_pages(template, domain):
        for left in reversed(range(tries)):
            wrong = ask(address, host, path)
            if wrong is None:
                break
            if left:
                time.sleep(pause)
        else:
            sick[f"{host}{path}"] = wrong
    return sick
