"""The difference of the main RIBs of two states, computed when somebody asks for rows.

Tables that are one object on both sides are not looked at. A Rib may know better than a walk over all prefixes what
differs from another one: then it has `differing(other)`, and only these prefixes are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple, Protocol, TypeGuard, runtime_checkable

from guard.compare import tables
from guard.compare.mapping import ABSENT, MappingDelta, Turn
from guard.model.address import Prefix
from guard.model.rib import Rib, RibEntry
from guard.simulate.rib.main_rib import offers

Table = tuple[str, str]  # node, vrf


class RouteKey(NamedTuple):
    node: str
    vrf: str
    prefix: Prefix


@runtime_checkable
class ComparableRib(Protocol):
    """A Rib that can name the prefixes that may differ between itself and another; None where it cannot tell."""

    def differing(self, other: Rib) -> Iterable[Prefix] | None: ...


def _is_comparable(rib: Rib) -> TypeGuard[ComparableRib]:
    return offers(type(rib), ComparableRib)


class RouteDelta:
    """Rows of main RIBs that were withdrawn, added or changed between two states."""

    __slots__ = ("_after", "_before", "_rows")

    def __init__(self, before: Mapping[Table, Rib], after: Mapping[Table, Rib]) -> None:
        self._before = before
        self._after = after
        self._rows: MappingDelta[RouteKey, RibEntry] | None = None

    def rows(self) -> MappingDelta[RouteKey, RibEntry]:
        """All differing entries; computed once."""
        if self._rows is None:
            self._rows = MappingDelta(dict(self.turns()))
        return self._rows

    def turns(self) -> Iterator[tuple[RouteKey, Turn[RibEntry]]]:
        """The same, lazily: asking for the first one does not compute the last."""
        if self._rows is not None:
            yield from self._rows.turns.items()
            return
        for table in self._tables():
            yield from _table(table, self._before.get(table), self._after.get(table))

    def nodes(self) -> frozenset[str]:
        """Nodes with a row that differs: the first one of a table is enough."""
        pairs = ((table, self._before.get(table), self._after.get(table)) for table in self._tables())
        return frozenset(table[0] for table, old, new in pairs if next(_table(table, old, new), None) is not None)

    def _tables(self) -> Iterator[Table]:
        return chain(self._before, (each for each in self._after if each not in self._before))

    def differs(self) -> bool:
        """Whether any row differs."""
        return next(self.turns(), None) is not None

    def then(self, later: RouteDelta) -> RouteDelta:
        return RouteDelta(self._before, later._after)

    def inverse(self) -> RouteDelta:
        return RouteDelta(self._after, self._before)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RouteDelta) and self.rows() == other.rows()

    def __hash__(self) -> int:
        return hash((RouteDelta, len(self._before), len(self._after)))


def _table(table: Table, before: Rib | None, after: Rib | None) -> Iterator[tuple[RouteKey, Turn[RibEntry]]]:
    if before is after:
        return
    for prefix in _candidates(before, after):
        old = before.get(prefix) if before is not None else None
        new = after.get(prefix) if after is not None else None
        if old is not new and old != new:
            yield RouteKey(*table, prefix), Turn(old if old else ABSENT, new if new else ABSENT)


def _candidates(before: Rib | None, after: Rib | None) -> Iterable[Prefix]:
    if before is None:
        return after.prefixes() if after is not None else ()
    if after is None:
        return before.prefixes()
    known = after.differing(before) if _is_comparable(after) else None
    if known is None:
        known = tables.candidates(before, after)
    if known is not None:
        return known
    return dict.fromkeys(chain(before.prefixes(), after.prefixes()))
