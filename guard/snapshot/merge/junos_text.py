"""A Junos configuration as text that can be edited: statements with their rows, curly or flat.

Law: a row that no edit touches stays byte-identical, as long as every statement stands on rows of its own; a text that
is laid out otherwise is laid out as Junos prints it first. What is added is laid out as Junos prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from guard.parse.junos.statements import Statement, is_flat, read
from guard.parse.junos.tree import CHOICES, ONCE, ROUTE, SINGLE, Node, Path, Tree

_INDENT = "    "
_BARE = re.compile(r"[^\s{};\[\]\"#]+")
#: Words that open a block by themselves, and those that do so with the name that follows.
_PLAIN = frozenset(
    """interfaces protocols policy-options routing-options routing-instances firewall system groups static aggregate
    bgp ospf ospf3 isis from then vlans services snmp forwarding-options chassis mpls ldp rsvp""".split()  # noqa: SIM905
)
KEYED = frozenset(
    """unit family group neighbor area interface term policy-statement prefix-list filter rib route community
    as-path-group user file level area-range""".split()  # noqa: SIM905
)
_NAMED_BELOW = frozenset({"interfaces", "routing-instances", "vlans", "groups"})


@dataclass(slots=True, eq=False)
class Item:
    """One statement: the rows before and of its head, what is inside, the row that ends it."""

    words: Path
    values: Path = ()
    inactive: bool = False
    rows: list[str] = field(default_factory=list)
    children: list[Item] | None = None
    tail: list[str] = field(default_factory=list)
    verb: str = "set"
    before: list[str] = field(default_factory=list)
    protected: bool = False

    def print(self, depth: int, *, flat: bool) -> Iterator[str]:
        """The rows of the statement."""
        yield from self.before
        yield from self.rows or (self._head(depth, flat=flat),)
        if self.children is not None:
            for child in self.children:
                yield from child.print(depth + 1, flat=flat)
            yield from self.tail or (f"{_INDENT * depth}}}",)

    def _head(self, depth: int, *, flat: bool) -> str:
        text = " ".join(quoted(word) for word in self.words)
        if self.values:
            text += f" [ {' '.join(quoted(value) for value in self.values)} ]" if len(self.values) > 1 else (
                f" {quoted(self.values[0])}"
            )
        if flat:
            return f"{self.verb} {text}"
        mark = ("protect: " if self.protected else "") + ("inactive: " if self.inactive else "")
        return f"{_INDENT * depth}{mark}{text}{' {' if self.children is not None else ';'}"

    def changed(self) -> None:
        """The head has to be printed anew."""
        self.rows = []

    def paths(self) -> tuple[Path, ...]:
        return tuple((*self.words, value) for value in self.values) if self.values else (self.words,)


def quoted(word: str) -> str:
    """A word as it is written: in quotes where it needs them."""
    if _BARE.fullmatch(word):
        return word
    return '"' + word.replace('"', '\\"') + '"'


class Text:
    """The document: top-level statements, and rows after the last of them."""

    def __init__(self, text: str) -> None:
        self.flat = is_flat(text)
        statements, _ = read(text)
        if any(each.block if self.flat else each.verb != "set" for each in statements):
            text, self.flat = _one_layout(statements), True
            statements, _ = read(text)
        items = _place(text, statements, flat=self.flat)
        if items is None:
            text = "\n".join(row for each in statements for row in _fresh(each).print(0, flat=False)) + "\n"
            statements, _ = read(text)
            items = _place(text, statements, flat=False)
        self.items, self.end = items if items is not None else ([], [])
        self._protects = "protect" in text

    def text(self) -> str:
        return "\n".join([row for item in self.items for row in item.print(0, flat=self.flat)] + self.end)

    # -------------------------------------------------------------------------------------------- looking

    def holds(self, path: Path) -> bool:
        """Whether the statement is there, or something below it."""
        return next(self._under(self.items, path), None) is not None

    def _under(self, items: list[Item], path: Path) -> Iterator[tuple[list[Item], Item, Path]]:
        """(list, item, how much of the path lies in it) of every item that the path ends in or above."""
        for item in items:
            if item.verb != "set":
                continue
            if any(each[: len(path)] == path for each in item.paths()):
                yield items, item, path
            elif item.children is not None and path[: len(item.words)] == item.words:
                yield from self._under(item.children, path[len(item.words) :])

    def below(self, path: Path) -> list[Path]:
        """The rests of all paths that begin with this one."""
        found: list[Path] = []
        for _, item, part in self._under(self.items, path):
            for each in item.paths():
                if each[: len(part)] == part:
                    found.extend(_leaves(item, each[len(part) :]))
        return found

    # -------------------------------------------------------------------------------------------- editing

    def delete(self, path: Path) -> bool:
        """Take the statement and everything below it away; False where it is not there."""
        found = self._delete(self.items, path)
        if self.flat:
            self.items = [item for item in self.items if item.verb == "set" or item.words[: len(path)] != path]
        return found

    def _delete(self, items: list[Item], path: Path) -> bool:
        found = False
        for item in tuple(items):
            if item.verb != "set":
                continue
            if item.values and path[:-1] == item.words and path[-1] in item.values:
                item.values = tuple(value for value in item.values if value != path[-1])
                item.changed()
                found = True
                if not item.values:
                    items.remove(item)
            elif item.words[: len(path)] == path:
                items.remove(item)
                found = True
            elif item.children is not None and path[: len(item.words)] == item.words:
                found = self._delete(item.children, path[len(item.words) :]) or found
                if not item.children:
                    self._emptied(items, item)
        return found

    def _emptied(self, items: list[Item], item: Item) -> None:
        """A block that lost its last statement: gone, unless its name says something (`family inet;`)."""
        if len(item.words) > 1:
            item.children, item.tail = None, []
            item.changed()
        else:
            items.remove(item)

    def put(self, path: Path) -> None:
        """`set`: add what is not there, in place of what it replaces."""
        if self.holds(path) or self._exchange(path):
            return
        self._make_room(path)
        if self.flat:
            self.items.insert(_place_for(self.items, path), Item(path))
        else:
            _insert(self.items, path, "")

    def _exchange(self, path: Path) -> bool:
        """A new value in the place of the old one, where the word takes one; False where there is none."""
        if len(path) < 2 or path[-2] not in SINGLE:
            return False
        found = list(self._under(self.items, path[:-1]))
        if any(item.children is not None or len(item.words) != len(part) + 1 for _, item, part in found):
            return False
        for at, (items, item, part) in enumerate(found):
            if at:
                items.remove(item)
            else:
                item.words = (*part, path[-1])
                item.changed()
        return bool(found)

    def _make_room(self, path: Path) -> None:
        for at in range(1, len(path)):
            above, word = path[at - 1], path[at]
            if above == "then" and word in CHOICES[0] and at == len(path) - 1:
                self._drop(path[:at], CHOICES[0] - {word})
            elif above in ONCE and word in ONCE[above] and at + 1 < len(path):
                others = {rest[0] for rest in self.below(path[: at + 1]) if rest} - {path[at + 1]}
                self._drop(path[: at + 1], frozenset(others))
            elif word in ROUTE and path[at - 2 : at - 1] == ("route",):
                self._drop(path[:at], ROUTE - {word})

    def _drop(self, above: Path, words: frozenset[str]) -> None:
        """What a choice that is made anew leaves out."""
        for word in sorted(words):
            self.delete((*above, word))

    def mark(self, path: Path, *, inactive: bool) -> bool:
        """`deactivate` and `activate`; False where the statement is not there."""
        found = list(self._under(self.items, path))
        if self.flat:
            self.items = [each for each in self.items if (each.verb, each.words) != ("deactivate", path)]
            if inactive and found:
                at = max(self.items.index(item) for _, item, _ in found)
                self.items.insert(at + 1, Item(path, verb="deactivate"))
            return bool(found)
        for _, item, _ in found:
            if item.inactive != inactive:
                item.inactive = inactive
                item.changed()
        return bool(found)

    def protect(self, path: Path, *, protected: bool) -> bool:
        """`protect` and `unprotect`; False where the statement is not there."""
        found = list(self._under(self.items, path))
        self._protects = self._protects or protected
        if self.flat:
            self.items = [each for each in self.items if (each.verb, each.words) != ("protect", path)]
            if protected and found:
                self.items.append(Item(path, verb="protect"))
            return bool(found)
        for _, item, _ in found:
            if item.protected != protected:
                item.protected = protected
                item.changed()
        return bool(found)

    def protected(self) -> list[Path]:
        """The statements that no edit may touch."""
        return [path for item in self.items for path in _protected(item, ())] if self._protects else []

    def move(self, path: Path, side: str, other: Path) -> bool:
        """`insert PATH before|after OTHER`: both are siblings."""
        moving, fixed = list(self._under(self.items, path)), list(self._under(self.items, other))
        if not moving or not fixed or moving[0][0] is not fixed[0][0]:
            return False
        items, item = moving[0][0], moving[0][1]
        if item is fixed[0][1] and item.values:
            rest = [value for value in item.values if value != path[-1]]
            rest.insert(rest.index(other[-1]) + (side == "after"), path[-1])
            item.values = tuple(rest)
            item.changed()
            return True
        group = [each for _, each, _ in moving]
        for each in group:
            items.remove(each)
        places = [items.index(each) for _, each, _ in fixed]
        at = min(places) if side == "before" else max(places) + 1
        items[at:at] = group
        return True

    def rename(self, path: Path, name: Path) -> bool:
        """`rename PATH to NAME`: the last words of the path become the name."""
        found = list(self._under(self.items, path))
        for _, item, part in found:
            start = len(part) - len(name)
            if len(part) <= len(item.words):
                item.words = (*item.words[: max(0, start)], *name, *item.words[len(part) :])
            else:
                item.values = tuple(name[-1] if value == part[-1] else value for value in item.values)
            item.changed()
        return bool(found)

    def replace_pattern(self, pattern: str, by: str) -> None:
        """`replace pattern A with B` in every word."""
        compiled = re.compile(pattern)
        waiting = list(self.items)
        while waiting:
            item = waiting.pop()
            words = tuple(compiled.sub(by, word) for word in item.words)
            values = tuple(compiled.sub(by, value) for value in item.values)
            if (words, values) != (item.words, item.values):
                item.words, item.values = words, values
                item.changed()
            waiting.extend(item.children or ())


def _one_layout(statements: list[Statement]) -> str:
    """A text of commands and blocks as commands alone; what is inactive in it is left out."""
    tree = Tree()
    tree.load(statements)
    waiting: list[tuple[Node, Path]] = [(tree.root, ())]
    rows = []
    while waiting:
        node, path = waiting.pop()
        if not node.children and path:
            rows.append("set " + " ".join(map(quoted, path)))
        waiting.extend((child, (*path, child.word)) for child in reversed(tuple(node)))
    return "\n".join(rows) + "\n"


def _leaves(item: Item, rest: Path) -> Iterator[Path]:
    if not item.children:
        yield rest
        return
    for child in item.children:
        for each in child.paths():
            yield from _leaves(child, (*rest, *each))


def _protected(item: Item, above: Path) -> Iterator[Path]:
    path = (*above, *item.words)
    if item.protected or item.verb == "protect":
        yield path
    for child in item.children or ():
        yield from _protected(child, path)


def _common(one: Path, two: Path) -> int:
    count = 0
    for left, right in zip(one, two, strict=False):
        if left != right:
            break
        count += 1
    return count


def _place_for(items: list[Item], path: Path) -> int:
    """After the last statement that begins with the most words of the path; at the end where none does."""
    best, place = 0, len(items)
    for at, item in enumerate(items):
        count = _common(item.words, path)
        if count and count >= best:
            best, place = count, at + 1
    return place


def _insert(items: list[Item], path: Path, above: str) -> None:
    for item in items:
        if item.verb == "set" and len(item.words) < len(path) and path[: len(item.words)] == item.words:
            rest = path[len(item.words) :]
            if item.values and len(rest) == 1:
                item.values = (*item.values, *rest)
                item.changed()
                return
            if not item.values and (item.children is not None or _opens(item.words, above)):
                if item.children is None:
                    item.children = []
                    item.changed()
                _insert(item.children, rest, item.words[-1])
                return
    items.insert(_place_for(items, path), _made(path, above))


def _opens(words: Path, above: str) -> bool:
    """Whether a statement of these words may be the head of a block."""
    return words[0] in _PLAIN or words[0] in KEYED or above in _NAMED_BELOW


def _made(path: Path, above: str) -> Item:
    """A new statement, in blocks as Junos prints them."""
    count = 0
    if above in {"from", "then"}:
        return Item(path)
    if above in _NAMED_BELOW or path[0] in _PLAIN or path[:2] in {("filter", "input"), ("filter", "output")}:
        count = 1
    elif path[0] in KEYED:
        count = 2
    if not count or len(path) <= count:
        return Item(path)
    return Item(path[:count], children=[_made(path[count:], path[count - 1])])


# ---------------------------------------------------------------------------------------------------- from text


def _fresh(statement: Statement) -> Item:
    """A statement without the rows it came from."""
    children = [_fresh(child) for child in statement.children] if statement.block else None
    made = Item(statement.words, statement.values, "inactive" in statement.tags, children=children)
    made.protected = "protect" in statement.tags
    return made


def _place(text: str, statements: list[Statement], *, flat: bool) -> tuple[list[Item], list[str]] | None:
    """The statements with their rows, and the rows left; None where statements share rows."""
    rows = text.split("\n")
    placed = _Placing(rows)
    items = [placed.item(each, flat=flat) for each in statements]
    if placed.shared:
        return None
    return items, rows[placed.at :]


class _Placing:
    """Gives out the rows of a text in order."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows
        self.at = 0
        self.shared = False

    def item(self, statement: Statement, *, flat: bool) -> Item:
        first = statement.number - 1
        made = Item(statement.words, statement.values, "inactive" in statement.tags, verb=statement.verb)
        made.protected = "protect" in statement.tags
        if first < self.at:
            self.shared = True
            return made
        made.before = self.rows[self.at : first]
        if not statement.block:
            made.rows = self.rows[first : statement.last]
            self.at = statement.last
            return made
        head = self.rows[first].split("#")[0].split("/*")[0].rstrip()
        self.shared = self.shared or not head.endswith("{")
        made.rows = [self.rows[first]]
        self.at = first + 1
        made.children = [self.item(child, flat=flat) for child in statement.children]
        made.tail = self.rows[self.at : statement.last]
        if not made.tail or not made.tail[-1].strip().startswith("}"):
            self.shared = True
        self.at = max(self.at, statement.last)
        return made
