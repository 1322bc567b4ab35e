"""What two main RIBs of the embedded engine may differ in, without walking all their prefixes.

BGP prefixes are compared class by class: prefixes that are of one class on both sides have one entry on each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from guard.model.address import Prefix
from guard.model.identity import are_same
from guard.model.rib import Rib
from guard.simulate.bgp.tables import BgpSolution, Table
from guard.simulate.rib.main_rib import MainRib


def candidates(before: Rib, after: Rib) -> Iterable[Prefix] | None:
    """A superset of the prefixes whose entries differ; None where the tables are of another make."""
    if not isinstance(before, MainRib) or not isinstance(after, MainRib):
        return None
    found = dict.fromkeys(_fixed(before, after))
    for held in before.learned_otherwise(after):
        found.update(dict.fromkeys(held))
    found.update(dict.fromkeys(_overlay(before, after)))
    return found


def _fixed(before: MainRib, after: MainRib) -> Iterator[Prefix]:
    """Connected, local and static routes that came, went or are others."""
    sides = ((before.own, after.own), (before.static, after.static))
    moved = {
        prefix
        for old, new in sides
        if old is not new
        for prefix in old.keys() | new.keys()
        if old.get(prefix) != new.get(prefix)
    }
    if moved:
        held = (before.own, before.static, after.own, after.static)
        yield from (prefix for each in held for prefix in each if prefix in moved)


def _overlay(before: MainRib, after: MainRib) -> Iterable[Prefix]:
    old, new = before.overlay, after.overlay
    if old is new:
        return ()
    if not isinstance(old, BgpSolution) or not isinstance(new, BgpSolution):
        sides = ((old, before), (new, after))
        return [prefix for side, rib in sides if side is not None for prefix in side.prefixes(rib.node, rib.vrf)]
    return [prefix for group in _turned(old, new).get((before.node, before.vrf), ()) for prefix in group]


Group = tuple[Prefix, ...]


@lru_cache(maxsize=4)
def _turned(old: BgpSolution, new: BgpSolution) -> Mapping[Table, list[Group]]:
    """By main RIB: prefixes of one class on both sides for which BGP offers it another entry."""
    found: dict[Table, list[Group]] = {}
    for group in _groups(old, new):
        one, other = old.installed(group[0]), new.installed(group[0])
        if one is not other and one != other:
            offers, offered = one.by_table(), other.by_table()
            for table in offers.keys() | offered.keys():
                was, now = offers.get(table), offered.get(table)
                if was is not now and was != now:
                    found.setdefault(table, []).append(group)
    return found


def _groups(old: BgpSolution, new: BgpSolution) -> list[Group]:
    """Prefixes that share a class on both sides, sorted."""
    groups: list[Group] = []
    left = {prefix for side in (old, new) for prefix in side.universe.difference(side.exchange.runs)}
    for mine, other in ((old, new), (new, old)):
        for run in mine.exchange.classes:
            prefixes, there = run.members.prefixes, other.exchange.runs.get(run.prefix)
            if there is None or there.members.prefixes != prefixes:
                left.update(prefixes)
            elif mine is new:
                groups.append(prefixes)
    apart: dict[tuple[Prefix | None, Prefix | None], list[Prefix]] = {}
    for prefix in sorted(left):
        apart.setdefault((old.tables.class_of(prefix), new.tables.class_of(prefix)), []).append(prefix)
    return sorted((*groups, *map(tuple, apart.values())))


def may_grow_by(count: int, before: Rib, after: Rib, learned: int) -> bool:
    """Whether the table may gain that many prefixes; what two sources offer counts twice.

    `learned`: how many prefixes IGPs offered before (see `learned_by`).
    """
    if not isinstance(before, MainRib) or not isinstance(after, MainRib):
        return len(after) - len(before) >= count
    gained = len(after.own) + len(after.static) - len(before.own) - len(before.static) + _gained(before, after)
    if are_same(before.igps, after.igps):
        return gained >= count
    if gained + after.learned_at_most() - learned < count:
        return False
    return gained + after.learned_count() - learned >= count


def learned_by(ribs: Mapping[Table, Rib]) -> dict[Table, int]:
    """How many prefixes IGPs offer to each main RIB; what two of them offer counts twice."""
    return {table: rib.learned_count() if isinstance(rib, MainRib) else 0 for table, rib in ribs.items()}


def _gained(before: MainRib, after: MainRib) -> int:
    """Of BGP's prefixes."""
    old, new, table = before.overlay, after.overlay, (before.node, before.vrf)
    if old is new:
        return 0
    if not isinstance(old, BgpSolution) or not isinstance(new, BgpSolution):
        return _offered(after) - _offered(before)
    gained = 0
    for group in _turned(old, new).get(table, ()):
        held = [each.installed(group[0]).get(table) is not None for each in (old, new)]
        gained += len(group) * (held[1] - held[0])
    return gained


def _offered(rib: MainRib) -> int:
    return sum(1 for _ in rib.overlay.prefixes(rib.node, rib.vrf)) if rib.overlay is not None else 0
