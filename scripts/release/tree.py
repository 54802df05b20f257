"""A commit laid out in a folder: its crates, who links whom, and which binary each function of the template is."""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "deploy"))
from package import binary_name  # noqa: E402
from template import functions, load  # noqa: E402


# Stands for the commit before the first: everything is new.
EMPTY = "none"


def git(root, *arguments):
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True).stdout


def comes_after(root, commit, base):
    """Whether a commit has another among its ancestors; one that git does not know is none."""
    return subprocess.run(["git", "-C", str(root), "merge-base", "--is-ancestor", base, commit], capture_output=True).returncode == 0


@contextlib.contextmanager
def at(root, commit):
    """The tree of a commit; `.` is what lies in the working copy."""
    if commit == EMPTY:
        yield Nothing()
        return
    if commit == ".":
        yield Tree(root)
        return
    with tempfile.TemporaryDirectory(prefix="drrip-plan-") as folder:
        archive = subprocess.run(["git", "-C", str(root), "archive", commit], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        yield Tree(pathlib.Path(folder))


def changed_paths(root, base, head):
    """Paths that differ; a rename is a path that went and one that came."""
    if base == EMPTY:
        return []
    range_ = [base] if head == "." else [base, head]
    paths = git(root, "diff", "--name-only", "--no-renames", *range_).splitlines()
    if head == ".":
        paths += git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    return sorted(set(paths))


class Nothing:
    """Before the first commit."""

    functions, folders, template = {}, {}, {"Resources": {}}


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
        self.metadata = json.loads(subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout)
        self.folders, self.uses = {}, {}
        for package in self.metadata["packages"]:
            folder = pathlib.Path(package["manifest_path"]).parent.resolve()
            self.folders[package["name"]] = folder.relative_to(self.root).as_posix()
            used = [d for d in package["dependencies"] if d.get("path") and d["kind"] != "dev"]
            self.uses[package["name"]] = {pathlib.Path(d["path"]).resolve().name: d["name"] for d in used}.values()
        self.template = load(self.root / "template.yaml")
        # A function is known by its package, which is also its binary and the end of its name.
        self.functions = {}
        by_folder = {folder: name for name, folder in self.folders.items()}
        for logical, function in functions(self.template):
            package = by_folder[function["Properties"]["CodeUri"].rstrip("/")]
            self.functions[package] = {"logical": logical, "binary": binary_name(self.root, function)}

    def crate_of(self, path):
        """The crate a path lies in: the one with the longest folder."""
        inside = [(folder, name) for name, folder in self.folders.items() if path.startswith(folder + "/")]
        return max(inside, default=(None, None))[1]

    def links(self, crate):
        """The crates of this repository that end up in a crate, itself included."""
        seen, todo = set(), [crate]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo.extend(self.uses.get(one, ()))
        return seen

    def linked_by(self, crate):
        """The functions whose binary has code of a crate."""
        return sorted(name for name in self.functions if crate in self.links(name))

    def sources(self, crate):
        """Rust files under src of a crate, by their path from the root."""
        folder = self.root / self.folders[crate] / "src"
        return {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.rs"))}

    def locked(self):
        """Package of Cargo.lock → (what identifies it, names it depends on)."""
        file = self.root / "Cargo.lock"
        if not file.exists():
            return {}
        found = {}
        for one in tomllib.loads(file.read_text(encoding="utf-8")).get("package", []):
            entry = found.setdefault(one["name"], [set(), set()])
            entry[0].add((one["version"], one.get("checksum", "")))
            entry[1].update(dependency.split(" ")[0] for dependency in one.get("dependencies", []))
        return found
