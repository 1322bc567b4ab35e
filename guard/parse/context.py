"""What every configuration grammar shares: the record of how far each line was understood, and of names referred to.

Law: a line is in exactly one state; whoever reads a line marks it, and what nobody marked is UNRECOGNISED.
"""

from __future__ import annotations

from collections.abc import Iterator

from guard.model.coverage import Coverage, LineNote, LineState
from guard.model.device import Reference, Vendor
from guard.model.provenance import Source
from guard.parse.line import Line

#: Why a line is not recognised where nobody said more.
UNKNOWN_COMMAND = "not a command that guard knows here"


class Context:
    """The mutable side of one parse of one file; never leaves the parser."""

    def __init__(self, file: str, vendor: Vendor) -> None:
        self.file = file
        self.vendor = vendor
        self.references: list[Reference] = []
        self.definitions: list[Reference] = []
        self.warnings: list[tuple[int, str]] = []
        self._states: dict[int, LineState] = {}
        self._notes: dict[int, LineNote] = {}

    def source(self, line: Line, last: Line | None = None) -> Source:
        return Source(self.file, line.number, (last or line).number)

    def done(self, line: Line) -> None:
        """The line is implemented."""
        self._states.setdefault(line.number, LineState.IMPLEMENTED)

    def partial(self, line: Line, reason: str) -> None:
        self._note(line, LineState.PARTIAL, reason)

    def not_implemented(self, line: Line, reason: str) -> None:
        """Recognised, but its effect is not modelled."""
        self._note(line, LineState.NOT_IMPLEMENTED, reason)

    def ignore(self, line: Line, reason: str) -> None:
        """Recognised and ignored on purpose: it cannot change what is judged."""
        self._note(line, LineState.IGNORED, reason)

    def ignore_block(self, line: Line, reason: str) -> None:
        for each in walk(line):
            self.ignore(each, reason)

    def unrecognised(self, line: Line, reason: str = UNKNOWN_COMMAND) -> None:
        self._note(line, LineState.UNRECOGNISED, reason)

    def refer(self, kind: str, name: str, line: Line, usage: str, version: int = 4) -> str:
        """Record that `line` uses the named structure; returns the name."""
        self.references.append(Reference(kind, name, usage, self.source(line), version))
        return name

    def define(self, kind: str, name: str, line: Line, version: int = 4) -> None:
        """Record that the block of `line` defines a structure that the Draft does not hold."""
        self.definitions.append(Reference(kind, name, "definition", self.source(line), version))

    def warn(self, line: Line, message: str) -> None:
        self.warnings.append((line.number, message))

    def _note(self, line: Line, state: LineState, reason: str) -> None:
        self._states[line.number] = state
        self._notes[line.number] = LineNote(line.number, state, line.text, reason)

    def coverage(self, tree: tuple[Line, ...], total: int) -> Coverage:
        """The finished record over a file of `total` lines."""
        for top in tree:
            for line in walk(top):
                if line.number not in self._states:
                    self.unrecognised(line)
        states = bytearray(total)
        for number, state in self._states.items():
            states[number - 1] = state
        return Coverage(self.file, bytes(states), tuple(self._notes[number] for number in sorted(self._notes)))


def walk(line: Line) -> Iterator[Line]:
    """The line and everything below it, in order."""
    yield line
    for child in line.children:
        yield from walk(child)
