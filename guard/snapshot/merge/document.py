"""A configuration that can be edited: the tree of its commands, each with the row it was printed in.

Law: `Document.read(text, vendor).text() == text`; a row that no edit touched stays byte-identical.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from guard.parse.line import Line
from guard.parse.modes import Grammar, Mode, grammar, opened, tree
from guard.parse.modes_rule import Key, Matched
from guard.snapshot.merge.abbreviate import abbreviated, interface_name, spell_out


@dataclass(slots=True, eq=False)
class Node:
    """One command: its row, the comments printed before it, and the block that it opens."""

    row: str
    words: tuple[str, ...]
    mode: Mode | None
    before: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    fresh: bool = False
    known: tuple[Key, Mode, Matched | None] | None = None

    @property
    def indent(self) -> int:
        """The column that the command stands in."""
        return len(self.row) - len(self.row.lstrip())

    @property
    def negated(self) -> bool:
        """Whether it is a `no` form that the device shows."""
        return self.words[0] == "no" and len(self.words) > 1

    @property
    def bare(self) -> tuple[str, ...]:
        """Its words without `no`."""
        return self.words[1:] if self.negated else self.words

    @property
    def is_exit(self) -> bool:
        """Whether it only leaves a mode."""
        return self.words[0] == "end" or self.words[0].split("-")[0] == "exit"

    def rows(self) -> Iterator[str]:
        """The rows of the command and of its block."""
        yield from self.before
        yield self.row
        for child in self.children:
            yield from child.rows()

    def matched(self, inside: Mode) -> Matched | None:
        """The form of `inside`, or of the block implied there, that the command fits."""
        if self.known is None or self.known[0] is not self.words or self.known[1] is not inside:
            found = inside.match(self.bare)
            self.known = self.words, inside, found if isinstance(found, Matched) else None
        return self.known[2]


@dataclass(slots=True, eq=False)
class Document:
    """A whole configuration; `root` holds the global commands."""

    table: Grammar
    root: Node
    tail: list[str]

    @staticmethod
    def read(text: str, vendor: str) -> Document:
        """Read a configuration of `ios`, `eos`, `frr` or `nxos`."""
        table = grammar(vendor)
        rows = text.split("\n")
        root = Node("", ("",), table.top)
        reader = _Reader(table, rows)
        reader.fill(root, tree(text, vendor))
        return Document(table, root, rows[reader.next :])

    def text(self) -> str:
        """The configuration as text."""
        rows = [row for child in self.root.children for row in child.rows()]
        return "\n".join([*rows, *self.tail])

    def separated(self) -> bool:
        """Whether the blocks are printed with `!` between them, or on NX-OS with a blank row."""
        mark = "" if self.table.vendor == "nxos" else "!"
        blocks = [node for node in self.root.children if node.children]
        return any(mark in node.before for node in blocks[1:]) or len(blocks) < 2


@dataclass(slots=True)
class _Reader:
    """Walks the tree in file order and gives each command the comment rows before it."""

    table: Grammar
    rows: list[str]
    next: int = 0

    def fill(self, parent: Node, lines: tuple[Line, ...]) -> None:
        for line in lines:
            before = self.rows[self.next : line.number - 1]
            self.next = line.number
            mode = opened(parent.mode, self.table, line.words) if parent.mode is not None else None
            typed = self.table.vendor != "iosxr" and abbreviated(line.words)
            words = spell_out(line.words) if typed else line.words
            if words[0] == "interface":
                words = interface_name(words, self.table.vendor)
            node = Node(self.rows[line.number - 1], words, mode, before)
            parent.children.append(node)
            self.fill(node, line.children)
