"""Rust source as items: what each defines and which words it uses. A reader of rustfmt's output, no compiler: where it
is unsure it names more, never less."""

import dataclasses
import re

KINDS = r"(?:fn|struct|enum|union|trait|type|mod|static|const|macro_rules!)"
NAMED = re.compile(rf"\b{KINDS}\s+(?:mut\s+)?([A-Za-z_]\w*)")
HEAD = re.compile(rf"^(pub(?:\([^)]*\))?\s+)?(?:(?:default|async|const|unsafe|extern(?:\s+\"[^\"]*\")?)\s+)*{KINDS}\s+(?:mut\s+)?([A-Za-z_]\w*)")
USE = re.compile(r"^(pub(?:\([^)]*\))?\s+)?use\s+(.*)$", re.DOTALL)
MACRO = re.compile(r"^[\w:]+!\s*[\w\s]*[({\[]")
WORD = re.compile(r"[A-Za-z_]\w*")
# A method (`.grant(`) or a field (`grant: x`) is no use of a function of that name.
OTHER_ROLE = re.compile(r"\.\s*[a-z_]\w*|\b[a-z_]\w*\s*:(?!:)")
# What hides words: comments, raw strings, strings, characters (a lifetime is none).
OPENS = re.compile(r"""//|/\*|(?<!\w)b?r(?P<hashes>#*)"|"|'(?:[^'\\\n]|\\[^\n]{1,10}?)'""")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
NOT_A_BREAK = re.compile(r"[^\n]")
BRACKETS = re.compile(r"[(\[{)\]};]")
ATTRIBUTE = re.compile(r"^#!?\[")


@dataclasses.dataclass(frozen=True)
class Item:
    """One item at the top of a file."""

    names: frozenset
    words: frozenset
    public: bool
    text: str  # without comments: what is compared


@dataclasses.dataclass(frozen=True)
class Use:
    """One name that a `use` brings: `*` for all of a module."""

    name: str
    path: str
    public: bool


def blank(source):
    """The same text twice: without comments, and without string contents as well. Both keep every position."""
    kept, bare, at = [], [], 0
    while opened := OPENS.search(source, at):
        start = opened.start()
        end = end_of(source, opened)
        hollow = NOT_A_BREAK.sub(" ", source[start:end])
        kept += [source[at:start], hollow if opened[0].startswith("/") else source[start:end]]
        bare += [source[at:start], hollow]
        at = end
    return "".join([*kept, source[at:]]), "".join([*bare, source[at:]])


def end_of(source, opened):
    """Where the comment or literal ends that begins here."""
    start = opened.start()
    if opened[0] == "//":
        end = source.find("\n", start)
        return len(source) if end < 0 else end
    if opened[0] == "/*":
        depth, at = 1, start + 2
        while depth and (step := re.compile(r"/\*|\*/").search(source, at)):
            depth += 1 if step[0] == "/*" else -1
            at = step.end()
        return len(source) if depth else at
    if opened["hashes"] is not None:
        closing = '"' + opened["hashes"]
        end = source.find(closing, opened.end())
        return len(source) if end < 0 else end + len(closing)
    if opened[0] == '"':
        return STRING.match(source, start).end()
    return opened.end()


def pieces(bare):
    """(start, end) of every item: it ends at a semicolon or a closing brace outside of everything."""
    depth, start = 0, 0
    for found in BRACKETS.finditer(bare):
        char = found[0]
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and char in ";}":
            if bare[start : found.end()].strip(" \n;"):
                yield start + len(bare[start:]) - len(bare[start:].lstrip()), found.end()
            start = found.end()


def attributes(text):
    """Splits leading attributes off."""
    attrs = []
    while ATTRIBUTE.match(text):
        depth = 0
        for at, char in enumerate(text):
            depth += (char == "[") - (char == "]")
            if char == "]" and depth == 0:
                break
        attrs.append(text[: at + 1])
        text = text[at + 1 :].lstrip()
    return attrs, text


def words_of(bare):
    return frozenset(WORD.findall(OTHER_ROLE.sub(" ", bare)))


def names_of(body, defined):
    """What an item defines. An impl belongs to its own type when that is of this crate, else to what its head names."""
    if body.startswith(("impl", "unsafe impl")):
        head = body.split("{", 1)[0]
        target = re.split(r"\bfor\b", head)[-1].split(" where ")[0]
        own = set(WORD.findall(target)) & defined
        return own or set(WORD.findall(head)) & defined
    head = HEAD.match(body)
    if head:
        inner = set(NAMED.findall(body)) if re.match(r"(pub(\([^)]*\))? )?mod\b", body) else set()
        return {head[2]} | inner
    if MACRO.match(body):
        return set(NAMED.findall(body)) or set(WORD.findall(body))
    return set()


def expanded(tree, prefix=""):
    """`a::{b, c as d}` → (a::b, b), (a::c, d)."""
    depth, part, parts = 0, "", []
    for char in tree.rstrip("; \n") + ",":
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += char
    for part in filter(None, parts):
        group = re.match(r"(.*?)\{(.*)\}$", part, re.DOTALL)
        if group:
            yield from expanded(group[2], prefix + group[1].strip())
            continue
        path, _, alias = (prefix + part).partition(" as ")
        path = "".join(path.split())
        last = path.split("::")[-1]
        yield path, (alias.strip() or (path.split("::")[-2] if last == "self" and "::" in path else last))


def is_test(attrs):
    return any(re.match(r"#\[cfg\((all\()?test\b", attr) for attr in attrs)


def parse(source, defined=frozenset()):
    """Items, uses, and the modules declared for tests alone. `defined`: the type names of the crate."""
    kept, bare = blank(source)
    items, uses, test_modules = [], [], set()
    for start, end in pieces(bare):
        attrs, body = attributes(bare[start:end])
        text = " ".join(kept[start:end].split())
        if is_test(attrs):
            test_modules.update(re.findall(r"\bmod\s+(\w+)\s*;", body))
            continue
        if re.match(r"(pub(\([^)]*\))?\s+)?mod\s+\w+\s*;", body):
            continue
        if used := USE.match(body):
            uses += [Use(name, path, bool(used[1])) for path, name in expanded(used[2])]
            continue
        public = bool(re.search(r"\bpub\b", body)) or body.startswith(("impl", "unsafe impl", "macro_rules!"))
        items.append(Item(frozenset(names_of(body, defined)), words_of(bare[start:end]), public, text))
    return items, uses, test_modules


def defined_types(source):
    """Names that an impl of this crate may belong to."""
    _, bare = blank(source)
    return set(re.findall(r"\b(?:struct|enum|union|trait|type)\s+([A-Za-z_]\w*)", bare))
