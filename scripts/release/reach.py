"""From changed items to the functions that can come to them by name, across files and crates.

An item reaches another when it uses a name the other defines and may see. To run a method one needs a value of its
type, which somebody on the way had to name; so an impl is reached through its type."""

import collections
import pathlib

from rust_items import defined_types, parse


class Node:
    __slots__ = ("crate", "path", "item")

    def __init__(self, crate, path, item):
        self.crate, self.path, self.item = crate, path, item


class Reach:
    """The items of a tree, and who comes to them."""

    def __init__(self, tree):
        self.tree, self.nodes, self.uses = tree, [], {}
        self.by_word = collections.defaultdict(list)
        self.test_files, self.aliases = set(), collections.defaultdict(set)
        wanted = set().union(*(tree.links(name) for name in tree.functions))
        self.links = {crate: tree.links(crate) for crate in wanted}
        for crate in sorted(wanted):
            sources = tree.sources(crate)
            defined = set().union(*map(defined_types, sources.values()), set())
            for path, text in sources.items():
                items, uses, tests = parse(text, defined)
                folder = module_folder(path)
                self.test_files |= {f"{folder}/{name}.rs" for name in tests}
                self.uses[path] = uses
                for use in uses:
                    name = use.path.split("::")[-1]
                    if name not in (use.name, "self"):
                        self.aliases[name].add(use.name)
                self.nodes += [Node(crate, path, item) for item in items]
        self.nodes = [node for node in self.nodes if node.path not in self.test_files]
        for node in self.nodes:
            for word in node.item.words:
                self.by_word[word].append(node)

    def of_file(self, path):
        return [node for node in self.nodes if node.path == path]

    def users(self, node):
        """Items that name what this one defines, and may see it."""
        for name in node.item.names:
            yield from self.users_of(name, node.crate, node.path, node.item.public)

    def users_of(self, name, crate, path, public):
        for word in {name} | self.aliases.get(name, set()):
            for user in self.by_word.get(word, ()):
                if crate not in self.links[user.crate]:
                    continue
                inside = user.path == path or user.path.startswith(module_folder(path) + "/")
                if public or inside:
                    yield user

    def functions(self, start):
        """Functions that come to any of these items, each with the item of the start it came from."""
        found, seen = {}, {}
        todo = collections.deque((node, node) for node in start)
        while todo:
            node, origin = todo.popleft()
            if id(node) in seen:
                continue
            seen[id(node)] = origin
            if node.crate in self.tree.functions:
                found.setdefault(node.crate, origin)
            todo.extend((user, origin) for user in self.users(node) if id(user) not in seen)
        return found


def module_folder(path):
    """Where the children of a file's module lie: src/a.rs → src/a, src/lib.rs and src/main.rs → src."""
    file = pathlib.PurePosixPath(path)
    if file.stem in ("lib", "main", "mod"):
        return file.parent.as_posix()
    return (file.parent / file.stem).as_posix()


def changed_items(before, after, path):
    """The items of a file that one side has and the other has not, on each side."""
    result = []
    for reach, other in ((before, after), (after, before)):
        if reach is None:
            continue
        known = collections.Counter(node.item.text for node in other.of_file(path)) if other else collections.Counter()
        changed = []
        for node in reach.of_file(path):
            if known[node.item.text] > 0:
                known[node.item.text] -= 1
            else:
                changed.append(node)
        changed += by_use(reach, other, path)
        result.append((reach, changed))
    return result


def by_use(reach, other, path):
    """Items for which another `use` gives a name another meaning."""
    mine, theirs = imports(reach, path), imports(other, path)
    changed = []
    for name in sorted(mine.keys() | theirs.keys()) if other else ():
        if mine.get(name) == theirs.get(name):
            continue
        changed += [node for node in reach.of_file(path) if name == "*" or name in node.item.words]
        if any(public for _, public in mine.get(name, set()) | theirs.get(name, set())):
            changed += reach.users_of(name, reach.tree.crate_of(path), path, True)
    return changed


def imports(reach, path):
    """Name → where a file has it from."""
    found = collections.defaultdict(set)
    for use in reach.uses.get(path, []) if reach else []:
        found[use.name].add((use.path, use.public))
    return found
