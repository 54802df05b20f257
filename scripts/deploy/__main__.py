"""Deploys template.yaml onto the emulator with the binaries built on this machine.

python scripts/deploy --home .local/up --stack drrip Stage=local …
Parameters that the template does not declare are left out."""

import argparse
import hashlib
import json
import os
import pathlib

from cloud import REGION, client
from gaps import apply_time_to_live, end_old_versions
from intrinsics import Intrinsics
from package import built_folder, collect_binaries, make_bucket, package, upload_template
from routes import sync
from schedules import by_utc
from secrets_of_stack import load as load_secrets
from secrets_of_stack import put as put_secrets
from stack import Stack
from template import functions, load, with_settings


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/deploy")
    parser.add_argument("--template", default="template.yaml")
    parser.add_argument("--home", type=pathlib.Path, required=True, help="folder of the instance")
    parser.add_argument("--packaged", action="store_true", help="the template is a release's: its packages are in S3 already")
    parser.add_argument("--stack", default="drrip")
    parser.add_argument("--profile", default="debug")
    parser.add_argument("--database", help="address of the pooler, for the functions' secrets")
    parser.add_argument("--database-direct", help="address past the pooler, for the migration function's secret")
    parser.add_argument("parameters", nargs="*", metavar="Name=value")
    return parser.parse_args()


def own_source():
    return [file.read_text(encoding="utf-8") for file in sorted(pathlib.Path(__file__).parent.glob("*.py"))]


def digest_of(*inputs):
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def known(settings, name):
    values = settings.get_parameters(Names=[name])["Parameters"]
    return values[0]["Value"] if values else None


def fill_secrets(given, parameters):
    if given.database:
        parts = load_secrets(given.home / "secrets.json", given.database, given.database_direct)
        put_secrets(client("secretsmanager"), parameters.get("Stage", "dev"), parts)


def main():
    given = arguments()
    template_path = pathlib.Path(given.template).resolve()
    home = given.home.resolve()
    template = load(template_path)
    parameters = dict(p.split("=", 1) for p in given.parameters)
    parameters = {k: v for k, v in parameters.items() if k in template.get("Parameters", {})}
    template = with_settings(template, parameters)

    s3, stack = client("s3"), Stack(client("cloudformation"), given.stack)
    if given.packaged:
        make_bucket(s3)
        body = json.dumps(template)
    else:
        built = built_folder(template_path.parent, os.environ.get("CARGO_TARGET_DIR"), given.profile)
        binaries = collect_binaries(template_path.parent, built, home / "build", template)
        body = package(template, binaries, s3)

    # Kept in the emulator, beside the stack: an emulator that fell back to an older state forgets it too.
    settings, deployed = client("ssm"), f"/drrip/deployed/{given.stack}"
    digest = digest_of(body, parameters, given.database, given.database_direct, own_source())
    if known(settings, deployed) == digest and (home / "stack.json").exists():
        print("nothing changed")
        return

    if not any(r.get("Type") == "AWS::SecretsManager::Secret" for r in template["Resources"].values()):
        fill_secrets(given, parameters)  # before the first schedule starts a function
    stack.apply(upload_template(body, s3), parameters)
    fill_secrets(given, parameters)
    processed = stack.processed_template()
    intrinsics = Intrinsics(stack, processed, REGION)
    for api, count in sync(client("apigatewayv2"), processed, intrinsics).items():
        print(f"{api}: {count} routes")
    apply_time_to_live(client("dynamodb"), processed, intrinsics)
    for line in by_utc(client("scheduler"), processed, intrinsics):
        print(line)
    end_old_versions(client("lambda"), intrinsics)
    resources = {logical: physical for logical, (_, physical) in intrinsics.resources.items()}
    (home / "stack.json").write_text(json.dumps({"outputs": stack.outputs(), "resources": resources}, indent=1))
    settings.put_parameter(Name=deployed, Value=digest, Type="String", Overwrite=True)
    print(f"{len(resources)} resources, {len(functions(template))} functions")


main()
