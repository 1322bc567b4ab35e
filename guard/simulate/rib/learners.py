"""Which routers have a prefix from an IGP and from nobody nearer, for all of them at once.

Law: what `MainRib.is_learned` says of each global table; made once the static routes stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
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


class Learners:
    """Asked for one prefix after another."""

    def __init__(self, ribs: Mapping[tuple[str, str], MainRib]) -> None:
        self._near: dict[Prefix, set[str]] = defaultdict(set)
        self._domains: dict[int, tuple[Mapping[Prefix, int], list[tuple[str, bytes]]]] = {}
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
            self._domains.setdefault(id(numbers), (numbers, []))[1].append((node, marks))

    def of(self, prefix: Prefix, nearer: Iterable[Prefix] = ()) -> frozenset[str]:
        """Nodes that surely have an IGP's own route for `prefix`, and hold none of `nearer` themselves."""
        found: set[str] = set()
        for numbers, tables in self._domains.values():
            number = numbers.get(prefix)
            if number is not None:
                found.update(node for node, marks in tables if marks[number])
        found.difference_update(self._near.get(prefix, _NOBODY))
        found.update(node for node, rib in self._others if rib.is_learned(prefix))
        for each in nearer:
            found.difference_update(self._near.get(each, _NOBODY))
        return frozenset(found)


def _is_numbered(table: IgpTable) -> TypeGuard[Numbered]:
    return offers(type(table), Numbered)
