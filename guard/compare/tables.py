"""What two main RIBs of the embedded engine may differ in, without walking all their prefixes.

BGP prefixes are compared class by class: prefixes that are of one class on both sides have one entry on each.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from guard.model.address import Prefix
from guard.model.rib import Rib
from guard.simulate.bgp_tables import BgpSolution
from guard.simulate.main_rib import MainRib


def candidates(before: Rib, after: Rib) -> Iterable[Prefix] | None:
    """A superset of the prefixes whose entries differ; None where the tables are of another make."""
    if not isinstance(before, MainRib) or not isinstance(after, MainRib):
        return None
    found = dict.fromkeys((*before.own, *before.static, *after.own, *after.static))
    for held in before.learned_otherwise(after):
        found.update(dict.fromkeys(held))
    found.update(dict.fromkeys(_overlay(before, after)))
    return found


def _overlay(before: MainRib, after: MainRib) -> Iterable[Prefix]:
    old, new = before.overlay, after.overlay
    if old is new:
        return ()
    if not isinstance(old, BgpSolution) or not isinstance(new, BgpSolution):
        sides = ((old, before), (new, after))
        return [prefix for side, rib in sides if side is not None for prefix in side.prefixes(rib.node, rib.vrf)]
    found: list[Prefix] = []
    for group in _groups(old, new):
        first = group[0]
        if old.entry(before.node, before.vrf, first) != new.entry(after.node, after.vrf, first):
            found += group
    return found


@lru_cache(maxsize=4)
def _groups(old: BgpSolution, new: BgpSolution) -> tuple[tuple[Prefix, ...], ...]:
    """Prefixes that share a class on both sides."""
    groups: dict[tuple[Prefix | None, Prefix | None], list[Prefix]] = {}
    for prefix in sorted(old.universe | new.universe):
        groups.setdefault((old.tables.class_of(prefix), new.tables.class_of(prefix)), []).append(prefix)
    return tuple(map(tuple, groups.values()))


def rough_size(rib: Rib) -> int:
    """About as many prefixes as the table holds; what two sources offer counts twice, today as well as tomorrow."""
    if not isinstance(rib, MainRib):
        return len(rib)
    learned = sum(len(held) for held in rib.learned())
    overlay = sum(1 for _ in rib.overlay.prefixes(rib.node, rib.vrf)) if rib.overlay is not None else 0
    return len(rib.own) + len(rib.static) + learned + overlay
