"""The configuration as a tree of words: `set a b c` and `a { b { c; } }` are one path, so both forms give one tree.

Law: order of first appearance is kept at every level; the later of two values of a word that takes one replaces the
former (as `load` does). Inactive statements are not in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guard.parse.junos.statements import Fault, Statement

Path = tuple[str, ...]

#: Words that take one value, wherever they stand: setting them again replaces it.
_SINGLE_WORDS = (
    """description mtu speed bandwidth vlan-id host-name type peer-as local-address cluster hold-time router-id
    authentication-key authentication-type instance-type route-distinguisher vrf-target vrf-table-label
    reference-bandwidth interface-type
    hello-interval dead-interval retransmit-interval transit-delay default-metric override-metric
    local-preference origin metric metric2 preference external-preference as-path-prepend domain-name version
    autonomous-system lsp-lifetime isis-level encapsulation metric-out hello-authentication-key
    hello-authentication-type default-lsa-metric ttl prefix-export-limit maximum next-table time-zone
    maximum-prefixes link-mode input output input-vlan-map native-vlan-id port-mode interface-mode
    location contact root-authentication encrypted-password unnumbered-address peer-unit color te-metric
    count multiplier offset"""
)
SINGLE = frozenset(_SINGLE_WORDS.split())
#: Words after whose value a command may go on with the next statement of the same level.
_ENDING = frozenset(
    {"mtu", "description", "peer-as", "local-address", "vlan-id", "maximum", "hello-interval", "dead-interval",
     "metric", "priority", "interface-type", "router-id", "local-preference", "interface-mode", "port-mode", "type",
     "tag", "override-metric", "multiplier",
     "default-metric"}
)  # fmt: skip
#: Words after those that are no value but the beginning of one.
_FORMS = frozenset({"add", "subtract", "igp", "minimum-igp", "expression", "multiplier", "offset"})
#: Words of which a statement has one: `then accept` after `then reject` replaces it.
CHOICES = (
    frozenset({"accept", "reject", "discard"}),
    frozenset({"discard", "reject", "receive", "next-table"}),
    frozenset({"exact", "longer", "orlonger", "upto", "through", "prefix-length-range", "address-mask"}),
)

#: What a static route does, one of it.
ROUTE = CHOICES[1] | {"next-hop"}
#: Words that undo each other wherever they stand.
_SWITCHES = (frozenset({"enable", "disable"}),)
#: What a term holds once, in whatever form: the last one stays (lab-validation, junos_then_action_conflicts).
ONCE = {
    "then": frozenset(
        {"metric", "metric2", "local-preference", "preference", "preference2", "tag", "tag2", "color", "color2",
         "next-hop", "origin", "priority", "as-path-prepend", "as-path-expand", "next", "default-action"}
    ),
    "from": frozenset({"family", "rib", "instance", "area", "level"}),
}  # fmt: skip

#: More words than the deepest statement of any configuration.
LONGEST = 64


def apart(path: Path) -> list[Path]:
    """`set x mtu 9000 description y` as `x mtu 9000` and `x description y`."""
    found: list[Path] = []
    at = 1
    while at + 2 < len(path):
        if path[at] in _ENDING and path[at + 1] not in _FORMS:
            found.append(path[: at + 2])
            path = (*path[:at], *path[at + 2 :])
        else:
            at += 1
    return [*found, path]


class Node:
    """One word. `lines`: where a statement ends or a block opens here; `copied`: inherited from a group."""

    __slots__ = ("children", "copied", "first", "last", "lines", "word")

    def __init__(self, word: str) -> None:
        self.word = word
        self.children: dict[str, Node] = {}
        self.lines: list[int] = []
        self.first = 0
        self.last = 0
        self.copied = False

    def __getitem__(self, word: str) -> Node | None:
        return self.children.get(word)

    def __contains__(self, word: str) -> bool:
        return word in self.children

    def __iter__(self) -> Iterator[Node]:
        return iter(tuple(self.children.values()))

    def at(self, *path: str) -> Node | None:
        """The node at the end of the words, None where they do not lead on."""
        node: Node | None = self
        for word in path:
            if node is None:
                return None
            node = node.children.get(word)
        return node

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.children)

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children.values())

    def seen(self, number: int, last: int) -> None:
        self.first = min(self.first or number, number)
        self.last = max(self.last, last)


class Tree:
    """A configuration being built. `inactive` and `deleted`: lines whose statement is there and has no effect."""

    def __init__(self) -> None:
        self.root = Node("")
        self.inactive: set[int] = set()
        self.commands: set[int] = set()
        self.faults: list[Fault] = []
        self.rows: dict[int, Path] = {}
        self.replaced: set[int] = set()  # lines whose statement a later one replaced
        self.spans: dict[int, int] = {}  # row of a statement beyond its first -> that first; 0: it closes a block
        self.inherited: set[int] = set()  # lines of groups that something inherits
        self.deactivated: dict[Path, None] = {}

    # ------------------------------------------------------------------------------------------- building

    def load(self, statements: Sequence[Statement]) -> None:
        """Take in statements of a text in order."""
        edit: Path = ()
        for each in statements:
            if each.verb == "set":
                self._load(each, edit, active=True)
            elif each.verb in {"edit", "top", "up", "exit"}:
                edit = moved(edit, each)
                self._command(each)
            else:
                self._command(each)
                self._verb(each, edit)
        for path in self.deactivated:  # also what was set afterwards below it
            found = self.root.at(*path)
            if found is not None:
                self.inactive.update(line for node in found.walk() for line in node.lines)
                self.delete(path)

    def _command(self, each: Statement) -> None:
        self.rows[each.number] = (each.verb, *each.words)
        self.commands.add(each.number)

    def _load(self, each: Statement, above: Path, *, active: bool) -> None:
        active = active and "inactive" not in each.tags
        if each.block:
            self.spans.setdefault(each.last, 0)
        else:
            self.spans.update(dict.fromkeys(range(each.number + 1, each.last + 1), each.number))
        if "delete" in each.tags:
            self.delete((*above, *each.words))
        elif "replace" in each.tags:
            self.empty((*above, *each.words))
        if "delete" in each.tags:
            self._command(each)
            return
        self.rows[each.number] = (*above, *each.words)
        if not active:
            self.inactive.add(each.number)
        elif each.block or each.words or each.values:
            for path in each.paths():
                whole = (*above, *path)
                for single in (whole,) if each.block else apart(whole):
                    self.put(single, each.number, each.last)
        if each.block:
            for child in each.children:
                self._load(child, (*above, *each.words), active=active)

    def put(self, path: Path, number: int, last: int = 0) -> None:
        """`set` the path."""
        if len(path) > LONGEST:
            self.faults.append(Fault(number, " ".join(path[:8]), "more words than a statement has"))
            return
        above = node = self.root
        for at, word in enumerate(path):
            child = node.children.get(word)
            if child is None:
                if node.word in ONCE.get(above.word, ()):
                    self.replaced.update(line for each in node.walk() if each is not node for line in each.lines)
                    node.children.clear()
                self.replaced.update(_make_room(node, word, at == len(path) - 1, above.word))
                child = node.children[word] = Node(word)
            child.seen(number, last or number)
            above, node = node, child
        node.lines.append(number)

    def _verb(self, each: Statement, edit: Path) -> None:
        path = (*edit, *each.words)
        if each.verb == "deactivate":
            self.deactivated[path] = None
        elif each.verb == "activate":
            self.deactivated.pop(path, None)
        elif each.verb == "delete":
            self.deactivated = {held: None for held in self.deactivated if held[: len(path)] != path}
            self.delete(path)
        elif each.verb == "replace" and path[:1] != ("pattern",):
            self.empty(path)
        elif each.verb == "insert":
            self._insert(path, each.number)

    def delete(self, path: Path) -> bool:
        """Take the path and all below it away; False where it is not there."""
        above = [self.root]
        for word in path:
            child = above[-1].children.get(word)
            if child is None:
                return False
            above.append(child)
        self.replaced.update(line for node in above[-1].walk() for line in node.lines)
        for at in range(len(path) - 1, -1, -1):  # words that only led there go as well
            del above[at].children[path[at]]
            if above[at].children or above[at].lines:
                break
        return bool(path)

    def empty(self, path: Path) -> None:
        """`replace`: what is below the path goes, the statement keeps its place."""
        found = self.root.at(*path)
        if found is not None:
            self.replaced.update(line for node in found.walk() for line in node.lines)
            found.children.clear()
            found.lines.clear()

    def _insert(self, path: Path, number: int) -> None:
        """`insert PATH before|after NAME`, the name being that of a sibling."""
        for side in ("before", "after"):
            if side in path[1:]:
                at = len(path) - 1 - path[::-1].index(side)
                parent = self.root.at(*path[: at - 1])
                if parent is not None and path[at - 1] in parent and path[-1] in parent:
                    reorder(parent, path[at - 1], side, path[-1])
                else:
                    self.faults.append(Fault(number, " ".join(path), "nothing to insert here"))
                return


def moved(edit: Path, each: Statement) -> Path:
    """Where `edit`, `top`, `up` and `exit` lead."""
    if each.verb == "edit":
        return (*edit, *each.words)
    if each.verb == "up":
        count = int(each.words[0]) if each.words and each.words[0].isdecimal() else 1
        return edit[: max(0, len(edit) - count)]
    if each.verb == "top" and each.words[:1] == ("edit",):
        return each.words[1:]
    return ()


def reorder(parent: Node, word: str, side: str, other: str) -> None:
    """Move a child before or after another."""
    node = parent.children.pop(word)
    ordered: dict[str, Node] = {}
    for name, child in parent.children.items():
        if name == other and side == "before":
            ordered[word] = node
        ordered[name] = child
        if name == other and side == "after":
            ordered[word] = node
    parent.children.clear()
    parent.children.update(ordered)


def _make_room(node: Node, word: str, is_last: bool, above: str) -> list[int]:
    """Drop what the new child replaces: the value of a word that takes one, the other of a choice; their lines."""
    dropped: list[Node] = []
    if is_last and node.word in SINGLE and len(node.children) == 1:
        (only,) = node.children.values()
        if not only.children:
            node.children.clear()
            dropped.append(only)
    if node.word == "then" or above == "route":
        choice = CHOICES[0] if node.word == "then" else ROUTE
        for other in sorted(choice - {word}) if word in choice else ():
            if other in node.children:
                dropped.extend(node.children.pop(other).walk())
    for choice in _SWITCHES:
        if is_last and word in choice:
            dropped.extend(node.children.pop(other) for other in choice - {word} if other in node.children)
    return [line for each in dropped for line in each.lines]
