"""Which functions a change builds and ships, and why.

Context: a release must not touch what did not change, and a task lives in a domain crate that several functions link.
The crate graph alone would rebuild all of them for one line of one task.

Decision: the plan decides what is built, the digest of the built binary decides what gets a new version. A change in a
shared crate is narrowed from the functions that link the crate to those that can come to a changed item by name (reach.py);
whatever cannot be narrowed safely (a base crate, a migration, a manifest, a file that is no Rust) is not. A function that is
not built keeps its package, and the release's manifest keeps saying of which commit it is.

Rejected: one crate per task, thirty crates that share private statements with their domain. Building everything and comparing
digests: half an hour of linking for one line, and every binary names the lines of its panics, so that a comment ships
everything. Ship what the crate graph says: a canary and a cold start for nine functions where one changed.

Consequences: the narrowing reads text and must err on the wide side; a build once a week takes everything whatever the plan
says, and its digests tell whether a function was stale."""

import dataclasses
import json
import re

from reach import Reach, changed_items
from stack_diff import stack_changes

NOTHING = (
    (r"(docs|events|tests|scripts|\.github|\.ci)/", "no function is made of it"),
    (r"(.*/)?(README|CHANGELOG|LICENSE)[^/]*$|.*\.md$", "documentation"),
    (r"Makefile$|samconfig\.toml$|(bootstrap|copies|edge|vault)\.yaml$|clippy\.toml$|rustfmt\.toml$|\.gitignore$", "no function is made of it"),
    (r"(shared|functions)/.*/(tests|benches|examples)/", "tests"),
)
MIGRATIONS = "shared/db/migrations/"
EVERYTHING = ("Cargo.toml", "rust-toolchain.toml", "rust-toolchain", ".cargo/config.toml")


@dataclasses.dataclass
class Planned:
    """One function: `build` its binary, `configure` it in the stack, and the reasons."""

    build: bool = False
    configure: bool = False
    why: list = dataclasses.field(default_factory=list)


class Plan:
    def __init__(self, before, after, paths):
        self.before, self.after = before, after
        self.functions, self.stack, self.migrations, self.nothing = {}, [], [], {}
        self._reach = {}
        for path in paths:
            self.path(path)
        self.whole_stack()
        for name in after.functions.keys() - before.functions.keys():
            self.build([name], "new")

    def reach(self, tree):
        if id(tree) not in self._reach:
            self._reach[id(tree)] = Reach(tree)
        return self._reach[id(tree)]

    def planned(self, name):
        return self.functions.setdefault(name, Planned())

    def build(self, names, why):
        for name in names:
            if name in self.after.functions:
                planned = self.planned(name)
                planned.build = True
                if why not in planned.why:
                    planned.why.append(why)

    def path(self, path):
        if path.startswith(MIGRATIONS):
            self.migrations.append(path)
            return self.build(self.after.functions, f"migration {path.removeprefix(MIGRATIONS)}")
        for pattern, why in NOTHING:
            if re.match(pattern, path):
                self.nothing[path] = why
                return None
        if path in EVERYTHING:
            return self.build(self.after.functions, f"{path} is under every binary")
        if path == "Cargo.lock":
            return self.locked()
        if path == "template.yaml":
            return None
        owners = {tree.crate_of(path) for tree in (self.before, self.after)} - {None}
        if not owners:
            return self.build(self.after.functions, f"{path} is of a kind the plan does not know")
        for crate in owners:
            self.crate(crate, path)
        return None

    def crate(self, crate, path):
        if crate in self.after.functions:
            return self.build([crate], path)
        linked = self.linked(crate)
        if not linked:
            self.nothing[path] = f"no function links {crate}"
            return None
        if self.is_base(crate):
            return self.build(linked, f"base crate {crate}")
        if not path.endswith(".rs") or not re.search(r"/src/", path):
            return self.build(linked, f"{path} in {crate}")
        return self.items(path)

    def linked(self, crate):
        """Functions that link a crate on either side."""
        return sorted({name for tree in (self.before, self.after) if crate in tree.folders for name in tree.linked_by(crate)})

    def is_base(self, crate):
        """What every function stands on, the migrations aside."""
        most = [name for name in self.after.functions if not name.startswith("platform-")]
        return crate in self.after.folders and set(most) <= set(self.after.linked_by(crate))

    def items(self, path):
        sides = changed_items(self.reach(self.before), self.reach(self.after), path)
        reached = {}
        for reach, changed in sides:
            for function, origin in reach.functions(changed).items():
                reached.setdefault(function, origin)
        for function, origin in sorted(reached.items()):
            names = ", ".join(sorted(origin.item.names)[:3])
            self.build([function], f"reaches {names} in {origin.path}" + (f" ({path})" if origin.path != path else ""))
        if not reached:
            self.nothing[path] = "no function comes to what changed"

    def locked(self):
        """Functions over a dependency of another version."""
        before, after = self.before.locked(), self.after.locked()
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        for name in self.after.functions:
            seen, todo = set(), [name]
            while todo:
                one = todo.pop()
                if one not in seen:
                    seen.add(one)
                    todo.extend(after.get(one, [(), ()])[1])
            if moved := sorted((changed & seen) - set(self.after.folders)):
                self.build([name], "Cargo.lock: " + ", ".join(moved[:4]) + (" …" if len(moved) > 4 else ""))

    def whole_stack(self):
        configured, self.stack = stack_changes(self.before.template, self.after.template)
        by_logical = {function["logical"]: name for name, function in self.after.functions.items()}
        for logical, reasons in configured.items():
            planned = self.planned(by_logical[logical])
            planned.configure = True
            planned.why += reasons

    def to_json(self):
        functions = {name: {"logical": self.after.functions[name]["logical"], "binary": self.after.functions[name]["binary"], **dataclasses.asdict(p)}
                     for name, p in sorted(self.functions.items())}
        return json.dumps({"functions": functions, "stack": self.stack, "migrations": self.migrations, "nothing": self.nothing}, indent=1)

    def lines(self):
        """For people, a function a line."""
        width = max(map(len, self.functions), default=0)
        for name, planned in sorted(self.functions.items()):
            does = "build, ship" if planned.build else "configure"
            yield f"{name:<{width}}  {does:<11}  {'; '.join(shortened(planned.why))}"
        for change in self.stack:
            yield f"the stack  {change}"
        for path in self.migrations:
            yield f"migrate    {path.removeprefix(MIGRATIONS)}, before anything else"
        rest = len(self.after.functions) - len(self.functions)
        yield f"{sum(p.build for p in self.functions.values())} built, {rest} of {len(self.after.functions)} untouched"
        for why in sorted(set(self.nothing.values())):
            paths = sorted(path for path, reason in self.nothing.items() if reason == why)
            yield f"nothing for {', '.join(shortened(paths))}: {why}"


def shortened(these, most=3):
    return these[:most] + ([f"{len(these) - most} more"] if len(these) > most else [])
