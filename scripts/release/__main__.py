"""From a commit to a running stage, one step at a time. The workflow calls nothing else; scripts/ship puts a stage's in order."""

import argparse
import json
import os
import pathlib

import packages
import stage
from plan import Plan
from tree import EMPTY, Tree, at, changed_paths, comes_after, git

from template import with_settings  # of scripts/deploy, which `tree` put on the path

ROOT = pathlib.Path(__file__).resolve().parents[2]


def store(given):
    from cloud import client

    return packages.Packages(client("s3"), given.bucket)


def commit_of(name):
    return EMPTY if name == EMPTY else git(ROOT, "rev-parse", "--verify", f"{name}^{{commit}}").strip()


def plan(given):
    """Prints which functions a change builds and ships, and why."""
    base, head = commit_of(given.base), given.head
    with at(ROOT, base) as before, at(ROOT, head) as after:
        made = Plan(before, after, changed_paths(ROOT, base, head))
        if given.everything:
            made.build(after.functions, "everything was asked for")
        if given.json:
            pathlib.Path(given.json).write_text(made.to_json(), encoding="utf-8")
        print(f"From {base[:9]} to {'the working copy' if head == '.' else commit_of(head)[:9]}")
        print("\n".join(made.lines()))


def base(given):
    """Prints the commit of the last build when the head comes after it, else that there is none."""
    last = store(given).read("releases/latest.json")
    print(last["commit"] if last and comes_after(ROOT, "HEAD", last["commit"]) else EMPTY)


def binaries(given):
    """Prints what cargo is to build, for its command line."""
    planned = json.loads(pathlib.Path(given.plan).read_text())["functions"].values()
    print(" ".join(f"--bin {one['binary']}" for one in planned if one["build"]))


def collect(given):
    """Uploads what was built and writes the manifest of the release."""
    planned, packs, tree = json.loads(pathlib.Path(given.plan).read_text())["functions"], store(given), Tree(ROOT)
    pack = packages.linked(pathlib.Path(given.linked)) if given.linked else packages.zipped
    built = {}
    for name, one in planned.items():
        if one["build"]:
            built[name] = packs.add(name, packages.built_binary(pathlib.Path(given.built), one["binary"]), pack)
    last = packs.read("releases/latest.json")
    manifest = packages.next_manifest(last, given.commit or commit_of("HEAD"), tree.functions, built)
    packs.write(f"releases/{manifest['commit']}.template.json", packages.packaged(tree.template, manifest, given.bucket))
    packs.write(f"releases/{manifest['commit']}.json", manifest)
    packs.write("releases/latest.json", manifest)
    shipped = packages.moved(last, manifest)
    print(f"{manifest['commit'][:9]}: {len(built)} built, {len(shipped)} differ: {', '.join(shipped) or 'none'}")


def fetch(given):
    """Lays the template of a release, with the stage's settings, where the deployment takes it, and prints what it moves there."""
    from cloud import client

    packs = store(given)
    manifest, now = packs.manifest(given.commit), stage.running(client("cloudformation"), f"drrip-{given.stage}")
    out = pathlib.Path(given.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    template = with_settings(packs.read(f"releases/{given.commit}.template.json"), dict(s.split("=", 1) for s in given.settings))
    out.write_text(json.dumps(template), encoding="utf-8")
    shipped = packages.moved(packs.read(f"releases/{now}.json") if now else None, manifest)
    print(f"{given.stage} {(now or 'empty')[:9]} → {given.commit[:9]}: {', '.join(shipped) or 'no function'}")


def running(given):
    """Prints the release a stage runs; nothing before its first."""
    from cloud import client

    print(stage.running(client("cloudformation"), f"drrip-{given.stage}") or "")


def migrate(given):
    """Brings the schema of a stage to a release, before anything else of it is touched."""
    from cloud import client

    key = store(given).manifest(given.commit)["functions"]["platform-migrate"]["key"]
    applied = stage.migrate(client("lambda"), f"drrip-{given.stage}-platform-migrate", given.bucket, key)
    print("nothing is deployed yet" if applied is None else f"applied: {', '.join(applied) or 'nothing'}")


def health(given):
    """Asks every host and every function behind it."""
    template = json.loads(pathlib.Path(given.template).read_text())
    sick = stage.health(template, given.domain, os.environ.get("DRRIP_HEALTH_ADDRESS"))
    for page, why in sick.items():
        print(f"{page}: {why}")
    if sick:
        raise SystemExit(f"{len(sick)} pages do not answer")
    print("every host and every function answers")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(function, *names, **options):
        one = commands.add_parser(function.__name__, help=function.__doc__)
        for name in names:
            one.add_argument(name, required=True)
        for name, more in options.items():
            one.add_argument(name, **more)
        one.set_defaults(run=function)

    command(plan, base={}, head={"nargs": "?", "default": "."}, **{"--json": {}, "--everything": {"action": "store_true"}})
    command(base, "--bucket")
    command(binaries, plan={})
    command(collect, "--bucket", "--built", plan={}, **{"--linked": {"help": "folder of the emulator's binaries"}, "--commit": {}})
    command(fetch, "--bucket", "--stage", "--out", commit={}, **{"--settings": {"nargs": "*", "default": [], "metavar": "Name=value"}})
    command(running, "--stage")
    command(migrate, "--bucket", "--stage", commit={})
    command(health, "--domain", "--template")
    return parser.parse_args()


given = arguments()
given.run(given)
