"""What was worked out of forwarding, with what it was read from: another state that has the same takes it over.

Law: an answer is taken over only if what was given to it is equal, every column that it read is this state's as well,
and all packets that it followed surely take the same ways (Unmoved).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from guard.model.address import Address
from guard.simulate.packets.column import Column
from guard.simulate.rib.plain_routes import Vertex

if TYPE_CHECKING:
    from guard.simulate.packets.forwarding import Forwarder

T = TypeVar("T")


@dataclass(slots=True)
class Reading:
    """What is read while an answer is worked out.

    `ways`: packets to an address that passed some tables, and whether a filter spoke of its lines on the way.
    `is_more`: something was read that is not told here.
    """

    columns: list[Column] = field(default_factory=list)
    ways: list[tuple[Address, frozenset[Vertex], bool]] = field(default_factory=list)
    is_more: bool = False

    def add(self, other: Reading) -> None:
        self.columns += other.columns
        self.ways += other.ways
        self.is_more = self.is_more or other.is_more


@dataclass(frozen=True, slots=True)
class _Answer:
    given: object
    read: Reading
    said: object


class Answers:
    """Of one state; asked by name. Those of the state before that hold here are taken over, the very same objects."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._known: dict[Hashable, _Answer] = {}
        self.reading: Reading | None = None  # of the answer that is being worked out

    def once(self, name: Hashable, given: object, work: Callable[[], T]) -> T:
        """`work()`, which must hang on what is `given` and on columns and ways of this state alone."""
        answer = self._known.get(name)
        if answer is None or answer.given != given:
            answer = self._before(name, given) or self._worked_out(given, work)
            self._known[name] = answer
        if self.reading is not None:
            self.reading.add(answer.read)
        return cast(T, answer.said)

    def _worked_out(self, given: object, work: Callable[[], T]) -> _Answer:
        outer, self.reading = self.reading, Reading()
        try:
            return _Answer(given, self.reading, work())
        finally:
            self.reading = outer

    def _before(self, name: Hashable, given: object) -> _Answer | None:
        before, unmoved = self._forwarder.before, self._forwarder.unmoved
        answer = before.answers._known.get(name) if before is not None else None
        if answer is None or unmoved is None or answer.read.is_more or answer.given != given:
            return None
        if self._forwarder.is_twin:
            return answer
        column = self._forwarder.column
        if not all(column(each.destination) is each for each in answer.read.columns):
            return None
        for destination, passed, spoken in answer.read.ways:
            if not unmoved.is_way_kept(destination, passed) or (spoken and not unmoved.has_same_filters):
                return None
        return answer
