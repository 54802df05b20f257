"""From a commit to a running stage, one step at a time; the workflow calls nothing else.

  plan     which functions a change builds and ships, and why
"""

import argparse
import pathlib

from plan import Plan
from tree import at, changed_paths, git

ROOT = pathlib.Path(__file__).resolve().parents[2]


def plan(given):
    base, head = git(ROOT, "rev-parse", given.base).strip(), given.head
    with at(ROOT, base) as before, at(ROOT, head) as after:
        made = Plan(before, after, changed_paths(ROOT, base, head))
        if given.json:
            pathlib.Path(given.json).write_text(made.to_json(), encoding="utf-8")
        print(f"From {base[:9]} to {'the working copy' if head == '.' else git(ROOT, 'rev-parse', head).strip()[:9]}")
        print("\n".join(made.lines()))


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("plan", help="which functions a change builds and ships, and why")
    one.add_argument("base")
    one.add_argument("head", nargs="?", default=".", help="the working copy unless given")
    one.add_argument("--json", help="write the plan there as well")
    one.set_defaults(run=plan)
    return parser.parse_args()


given = arguments()
given.run(given)
