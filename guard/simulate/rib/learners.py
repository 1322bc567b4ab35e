"""Which routers have a prefix from an IGP and from nobody nearer, for all of them at once.

Law: what `MainRib.is_learned` says of each global table; made once the static routes stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import compress
from typing import Protocol, TypeGuard, runtime_checkable

from guard.model.address import Prefix
from guard.simulate.rib.main_rib import IgpTable, MainRib, offers

_NOBODY: frozenset[str] = frozenset()


Held = tuple[Mapping[Prefix, int], bytes]


@runtime_checkable
class Numbered(Protocol):
    """An IGP table that has its routes by the numbers that its domain gave to prefixes."""

    def numbered(self) -> Held | None:
        """Numbers of prefixes, one object for a domain, and by number 1 where it holds a route; None: ask `holds`."""
        ...


class _Domain:
    """Tables whose routes are marked by the same numbers: who holds a prefix is one column of all their marks."""

    def __init__(self, numbers: Mapping[Prefix, int], width: int) -> None:
        self._numbers = numbers
        self._width = width
        self._nodes: list[str] = []
        self._marks: list[bytes] = []
        self._joined = b""

    def add(self, node: str, marks: bytes) -> None:
        self._nodes.append(node)
        self._marks.append(marks)

    def holding(self, prefix: Prefix) -> Iterable[str]:
        number = self._numbers.get(prefix)
        if number is None:
            return ()
        self._joined = self._joined or b"".join(self._marks)
        return compress(self._nodes, self._joined[number :: self._width])


class Learners:
    """Asked for one prefix after another."""

    def __init__(self, ribs: Mapping[tuple[str, str], MainRib]) -> None:
        self._near: dict[Prefix, set[str]] = defaultdict(set)
        self._domains: dict[tuple[int, int], _Domain] = {}  # by the id of its numbers and how many marks it has
        self._others: list[tuple[str, MainRib]] = []
        for (node, vrf), rib in ribs.items():
            if vrf == "default":
                for prefix in (*rib.own, *rib.static):
                    self._near[prefix].add(node)
                self._add(node, rib)

    def _add(self, node: str, rib: MainRib) -> None:
        told = [table.numbered() if _is_numbered(table) else None for table in rib.igps]
        held = [each for each in told if each is not None]
        if type(rib) is not MainRib or len(held) < len(told):
            self._others.append((node, rib))
            return
        for numbers, marks in held:
            self._domains.setdefault((id(numbers), len(marks)), _Domain(numbers, len(marks))).add(node, marks)

    def of(self, prefix: Prefix, nearer: Iterable[Prefix] = ()) -> frozenset[str]:
        """Nodes that surely have an IGP's own route for `prefix`, and hold none of `nearer` themselves."""
        found: set[str] = set()
        for domain in self._domains.values():
            found.update(domain.holding(prefix))
        found.difference_update(self._near.get(prefix, _NOBODY))
        found.update(node for node, rib in self._others if rib.is_learned(prefix))
        for each in nearer:
            found.difference_update(self._near.get(each, _NOBODY))
        return frozenset(found)


def _is_numbered(table: IgpTable) -> TypeGuard[Numbered]:
    return offers(type(table), Numbered)
