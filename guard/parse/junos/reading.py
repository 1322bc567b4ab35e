"""One Junos configuration while it is read: its tree, the draft of the device, and which lines were understood.

Law: a line that no reader marks is unrecognised; a line in several pieces (a list in brackets) bears the worst mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from guard.model.address import Address, Prefix, parse_address, parse_prefix
from guard.model.coverage import LineState
from guard.model.provenance import Source
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.junos.tree import Node, Tree
from guard.parse.line import Line

#: Why a prefix is refused.
HOST_BITS = "has host bits set"
_WORST = (
    LineState.IGNORED,
    LineState.IMPLEMENTED,
    LineState.PARTIAL,
    LineState.NOT_IMPLEMENTED,
    LineState.UNRECOGNISED,
)
#: Statements that may stand anywhere and change nothing that is judged.
_ANYWHERE = frozenset({"apply-macro", "apply-flags", "traceoptions"})
_GROUPS = frozenset({"apply-groups", "apply-groups-except"})


@dataclass(slots=True)
class Reading:
    """What the readers of all sections share."""

    tree: Tree
    context: Context
    draft: Draft = field(default_factory=Draft)
    marks: dict[int, tuple[LineState, str]] = field(default_factory=dict)
    aggregates: list[object] = field(default_factory=list)

    # ---------------------------------------------------------------------------------------------- marking

    def mark(self, node: Node, state: LineState, reason: str = "") -> None:
        for number in node.lines:
            held = self.marks.get(number)
            if held is None or _WORST.index(state) > _WORST.index(held[0]):
                self.marks[number] = (state, reason)

    def done(self, *nodes: Node | None) -> None:
        """The lines that end at these nodes are implemented."""
        for node in nodes:
            if node is not None:
                self.mark(node, LineState.IMPLEMENTED)

    def all_done(self, node: Node) -> None:
        self.done(*node.walk())

    def ignore(self, node: Node, reason: str) -> None:
        """The node and everything below it is ignored on purpose."""
        self._below(node, LineState.IGNORED, reason)

    def partial(self, node: Node, reason: str) -> None:
        self._below(node, LineState.PARTIAL, reason)

    def not_modelled(self, node: Node, reason: str) -> None:
        self._below(node, LineState.NOT_IMPLEMENTED, reason)

    def wrong(self, node: Node, reason: str) -> None:
        """The statement is there, its value cannot be."""
        self._below(node, LineState.UNRECOGNISED, reason)

    def _below(self, node: Node, state: LineState, reason: str) -> None:
        for each in node.walk():
            self.mark(each, state, reason)

    def rest(
        self, node: Node, read: Iterable[str], ignored: Mapping[str, str], unmodelled: Mapping[str, str] | None = None
    ) -> None:
        """Mark the children that are not `read`: ignored, known and not modelled, or left unrecognised."""
        wanted = set(read)
        for child in node:
            if child.word in wanted:
                continue
            if child.word in _ANYWHERE:
                self.ignore(child, "has no effect on routing")
            elif child.word in _GROUPS:
                self.all_done(child)
            elif child.word in ignored:
                self.ignore(child, ignored[child.word] or "is not judged")
            elif unmodelled and child.word in unmodelled:
                self.not_modelled(child, unmodelled[child.word] or "is not modelled")

    # --------------------------------------------------------------------------------------------- values

    def value(self, node: Node | None, word: str) -> str | None:
        """The value of a word that takes one; the last where several were given."""
        found = node[word] if node is not None else None
        if found is None:
            return None
        self.done(found)
        last = None
        for last in found:
            self.done(last)
        return last.word if last is not None else None

    def values(self, node: Node | None, word: str) -> tuple[str, ...]:
        """All values of a word, in order."""
        found = node[word] if node is not None else None
        if found is None:
            return ()
        self.done(found, *found)
        return found.words

    def prefix(self, node: Node) -> Prefix | None:
        """The prefix that a statement begins with; what is none stays unrecognised."""
        try:
            return parse_prefix(node.word)
        except ValueError:
            self.wrong(node, f"{node.word} is no prefix")
            return None

    def network(self, node: Node) -> Prefix | None:
        """A prefix where commit check takes no host bits (recorded: lab-validation, junos_commit_check)."""
        prefix = self.prefix(node)
        address = node.word.partition("/")[0]
        if prefix is not None and parse_address(address) != prefix.first:
            self.wrong(node, f"{node.word} {HOST_BITS}")
        return prefix

    def number(self, node: Node | None, word: str) -> int | None:
        """The value as a number (`1g`, `100k` taken apart); what is none stays unrecognised."""
        found = node[word] if node is not None else None
        if found is None or node is None:
            return None
        text = found.words[-1] if found.children else ""
        number = quantity(text)
        if number is None:
            self.wrong(found, f"{text or word} is no number")
            return None
        self.value(node, word)
        return number

    def flag(self, node: Node | None, word: str) -> bool:
        """Whether the word stands there."""
        found = node[word] if node is not None else None
        if found is not None:
            self.done(found)
        return found is not None

    def address(self, node: Node) -> Address | None:
        """The node's word as an address."""
        try:
            return parse_address(node.word)
        except ValueError:
            self.wrong(node, f"{node.word} is no address")
            return None

    # -------------------------------------------------------------------------------------------- sources

    def source(self, node: Node) -> Source:
        """The lines of the node, from where it first stands to the end of what is below."""
        last = max((each.last for each in node.walk()), default=node.last)
        return Source(self.context.file, max(1, node.first), max(1, node.first, last))

    def line(self, node: Node, *words: str) -> Line:
        """The node's first line, as the record of references wants it."""
        return Line(max(1, node.first), " ".join(words) or node.word, words or (node.word,))

    def refer(self, kind: str, name: str, node: Node, usage: str, version: int = 4) -> str:
        return self.context.refer(kind, name, self.line(node), usage, version)


#: `c`: cells of ATM a second (Junos, bandwidth).
_UNITS = {"c": 384, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000}


def quantity(text: str) -> int | None:
    """A number with an optional unit (`10g`)."""
    body = text.lower().removesuffix("bps")
    if body.isdecimal() and len(body) < 20:
        return int(body)
    head, unit = body[:-1], body[-1:]
    return int(head) * _UNITS[unit] if head.isdecimal() and len(head) < 12 and unit in _UNITS else None
