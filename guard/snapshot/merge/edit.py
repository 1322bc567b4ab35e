"""Set and unset one command in a document: which rows it replaces, where a new row goes.

A command's key says what it sets; two commands of one key cannot stand side by side, the later replaces the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from guard.model.address import parse_address
from guard.parse.modes import Mode, opened
from guard.parse.modes_rule import Fit, Key, Matched, Rule, is_ip, key_complete, match
from guard.snapshot.merge.document import Document, Node


class Refused(Exception):
    """The device would not take the command; the message says why, in the device's own words where they are known."""


@dataclass(slots=True)
class Place:
    """Where a command lands: the block, the mode that knows it there, and the blocks that hold the same things.

    IOS and FRR keep IPv4 unicast commands in `router bgp` itself or in its `address-family ipv4`: one mode, two homes.
    """

    block: Node
    mode: Mode
    homes: tuple[Node, ...]

    def held(self, key: Key) -> list[tuple[Node, Node, Matched]]:
        """The commands with this key: (block, command, match)."""
        return [entry for entry in self.entries(key[0]) if entry[2].key == key]

    def below(self, key: Key) -> list[tuple[Node, Node, Matched]]:
        """The commands whose key begins so."""
        return [entry for entry in self.entries(key[0]) if entry[2].key[: len(key)] == key]

    def entries(self, first: str) -> Iterable[tuple[Node, Node, Matched]]:
        """The commands here that begin with a word."""
        for home in self.homes:
            for node in home.children:
                if node.bare[0].lower() == first or first not in self.mode.by_first:
                    found = node.matched(self.mode)
                    if found is not None:
                        yield home, node, normal(found)


def normal(found: Matched) -> Matched:
    """One key and value for the forms that mean the same: `address-family ipv4 unicast`, `area 0.0.0.1`."""
    key, value = found.key, found.value
    if key[0] == "address-family" and key[2:3] in {("unicast",), ("uni",)}:
        return Matched(found.rule, key[:2] + key[3:], value)
    if key[0] == "area" and len(key) > 1:
        return Matched(found.rule, (key[0], area_number(key[1]), *key[2:]), value)
    if key[0] == "network" and key[-1] == "area" and value:
        return Matched(found.rule, key, (area_number(value[0]), *value[1:]))
    return found


def area_number(word: str) -> str:
    """An OSPF area as a number, whichever of its two forms it is typed or shown in."""
    return str(parse_address(word).value) if is_ip(word) else word


def remove(entries: Iterable[tuple[Node, Node, Matched]]) -> list[Node]:
    """Take commands out; comments before them other than separators stay."""
    gone = []
    for home, node, _ in entries:
        discard(home, node)
        gone.append(node)
    return gone


def discard(home: Node, node: Node) -> None:
    """Take one command out of its block."""
    at = home.children.index(node)
    del home.children[at]
    if at == len(home.children):
        return
    following = home.children[at]
    kept = [row for row in node.before if row.strip() not in {"", "!"}]
    if not node.children and not following.before:
        kept = node.before  # the first of a run of lines: the separator belongs to the run
    following.before[:0] = kept


def rewrite(node: Node, words: Iterable[str]) -> None:
    """Give a command other words, in its column."""
    node.words = tuple(words)
    node.row = " " * node.indent + " ".join(node.words)
    node.fresh = True


class Editor:
    """Puts new commands into a document, in the form and place that the device would show."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.table = document.table

    def insert(self, block: Node, words: Iterable[str], mode: Mode | None = None, text: str | None = None) -> Node:
        """Add a command to a block where its kind stands; `mode` is the block's, or the one implied in it."""
        words = tuple(words)
        inside = mode or block.mode
        opens = opened(inside, self.table, words) if inside is not None else None
        node = Node(self.column(block) + (text or " ".join(words)), words, opens, fresh=True)
        at = self.slot(block, node, inside)
        self.separate(block, node, at)
        block.children.insert(at, node)
        if opens is not None:
            self.finish(block, node)
        return node

    def column(self, block: Node) -> str:
        """The indentation of a block's commands."""
        if block is self.document.root:
            return ""
        for child in block.children:
            if not child.is_exit:
                return " " * child.indent
        return " " * (block.indent + self.table.step)

    def slot(self, block: Node, node: Node, mode: Mode | None) -> int:
        """Where a new command goes: by number, else after its nearest kin, else in the order of the mode's table."""
        end = len(block.children)
        while end and block.children[end - 1].is_exit:
            end -= 1
        found = node.matched(mode) if mode is not None else None
        if found is None or mode is None:
            return self._after_kin(block, node.bare, end)
        if "seq" in found.rule.flags:
            at = self._by_number(block, found, mode, end)
            if at is not None:
                return at
        best, kin = -1, 1 if found.key[0] not in {"ip", "ipv6", "bgp", "address-family"} else 2
        rank = mode.rules.index(found.rule)
        fallback = 0
        for index, child in enumerate(block.children[:end]):
            other = child.matched(mode)
            if other is None:
                continue
            shared = _shared(other.key, found.key)
            if shared >= kin:
                best, kin = index, shared
            if mode.rules.index(other.rule) <= rank:
                fallback = index + 1
        if best >= 0:
            return best + 1
        return fallback or (end if block.mode is not None and block.mode.name == "rmap" else self._front(block, end))

    def _front(self, block: Node, end: int) -> int:
        for index, child in enumerate(block.children[:end]):
            if child.mode is not None:
                return index
        return end

    def _after_kin(self, block: Node, words: Key, end: int) -> int:
        best, kin = end, 1
        for index, child in enumerate(block.children[:end]):
            shared = _shared(child.bare, words)
            if shared >= kin:
                best, kin = index + 1, shared
        return best

    def _by_number(self, block: Node, found: Matched, mode: Mode, end: int) -> int | None:
        last = max(at for at, word in enumerate(found.key) if word.isdecimal())
        name, number = found.key[:last], int(found.key[last])
        at: int | None = None
        for index, child in enumerate(block.children[:end]):
            other = child.matched(mode)
            if other is None or other.key[: len(name)] != name or len(other.key) <= len(name):
                continue
            its = other.key[len(name)]
            if not its.isdecimal():
                continue
            if int(its) < number:
                at = index + 1
            elif at is None:
                return index
        return at

    def separate(self, block: Node, node: Node, at: int) -> None:
        """Print a `!` (NX-OS: nothing) before a block, and before what follows one, as the rest of the file does."""
        if block is not self.document.root or not self.document.separated() or not at:
            return
        previous = block.children[at - 1]
        between = "" if self.table.vendor == "nxos" else "!"
        if previous.children or node.mode is not None:
            node.before = [between]
        if node.mode is not None and at < len(block.children) and not block.children[at].before:
            block.children[at].before = [between]

    def finish(self, block: Node, node: Node) -> None:
        """Give a new block the exit that the device prints."""
        word = node.mode.exit_word if node.mode is not None else ""
        if node.words[0] == "address-family" and self.table.vendor in {"ios", "frr"}:
            word = "exit-address-family"
        elif self.table.vendor == "frr":
            if not self._prints_exits():
                return
            word = "exit-vrf" if node.words[0] == "vrf" else "exit"
        if word.startswith("exit") and word != "exit-route-map":
            inner = "" if block is self.document.root else " " * node.indent
            node.children.append(Node(inner + word, (word,), None, fresh=True))

    def _prints_exits(self) -> bool:
        blocks = [n for n in self.document.root.children if n.mode is not None and n.children]
        return not blocks or any(n.children[-1].is_exit for n in blocks)

    def replace(self, place: Place, node: Node, words: Iterable[str], text: str | None = None) -> None:
        """Give a command its new value, in its place."""
        node.words = tuple(words)
        node.row = " " * node.indent + (text or " ".join(node.words))
        node.fresh = True


def _shared(a: Key, b: Key) -> int:
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count


def fit_removal(mode: Mode, words: Key) -> tuple[Rule, Key, Fit] | None:
    """What a `no` form names in a mode: a short form, a whole command, or one without its values.

    Of several, the one with the most keywords (`no match ip address prefix-list` names no list called prefix-list).
    """
    best: tuple[Rule, Key, Fit] | None = None
    most = (-1, False)
    for rule in mode.by_first.get(words[0].lower(), ()) or mode.by_first.get("", ()):
        fit, found, _ = match(rule, words)
        if found is None or fit is Fit.MALFORMED:
            continue
        if fit is Fit.PREFIX and (rule.short_no or "full" in rule.flags or not key_complete(rule, len(words))):
            continue
        keywords = sum(1 for token, _ in zip(rule.tokens, words, strict=False) if token.words)
        score = (keywords, fit is Fit.FULL and not rule.tokens[-1].rest)
        if score > most or (best is not None and score == most and rule.short_no and not best[0].short_no):
            best, most = (rule, normal(found).key, fit), score
    return best
