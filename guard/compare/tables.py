"""What two main RIBs of the embedded engine may differ in, without walking all their prefixes.

BGP prefixes are compared class by class: prefixes that are of one class on both sides have one entry on each.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from guard.model.address import Prefix
from guard.model.rib import Rib
from guard.simulate.bgp.tables import BgpSolution
from guard.simulate.rib.main_rib import MainRib


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
    table = (before.node, before.vrf)
    return [prefix for turned in _turned(old, new) if table in turned.tables for prefix in turned.prefixes]


class _Turned(NamedTuple):
    """Prefixes of one class on both sides, and the tables that BGP offers another entry for them."""

    prefixes: tuple[Prefix, ...]
    tables: frozenset[tuple[str, str]]


@lru_cache(maxsize=4)
def _turned(old: BgpSolution, new: BgpSolution) -> tuple[_Turned, ...]:
    found: list[_Turned] = []
    for group in _groups(old, new):
        one, other = old.installed(group[0]), new.installed(group[0])
        if one is not other and one != other:
            tables = {*one.own, *other.own, *(t for members, _ in (*one.alike, *other.alike) for t in members)}
            found.append(_Turned(group, frozenset(t for t in tables if one.get(t) != other.get(t))))
    return tuple(found)


@lru_cache(maxsize=4)
def _groups(old: BgpSolution, new: BgpSolution) -> tuple[tuple[Prefix, ...], ...]:
    """Prefixes that share a class on both sides."""
    groups: dict[tuple[Prefix | None, Prefix | None], list[Prefix]] = {}
    for prefix in sorted(old.universe | new.universe):
        groups.setdefault((old.tables.class_of(prefix), new.tables.class_of(prefix)), []).append(prefix)
    return tuple(map(tuple, groups.values()))


def rough_growth(before: Rib, after: Rib) -> int:
    """About how many prefixes the table gains; what two sources offer counts twice."""
    if not isinstance(before, MainRib) or not isinstance(after, MainRib):
        return len(after) - len(before)
    return _beside_bgp(after) - _beside_bgp(before) + _gained(before, after)


def _beside_bgp(rib: MainRib) -> int:
    return len(rib.own) + len(rib.static) + rib.learned_count()


def _gained(before: MainRib, after: MainRib) -> int:
    """Of BGP's prefixes."""
    old, new, table = before.overlay, after.overlay, (before.node, before.vrf)
    if not isinstance(old, BgpSolution) or not isinstance(new, BgpSolution):
        return _offered(after) - _offered(before)
    gained = 0
    for turned in _turned(old, new):
        if table in turned.tables:
            first = turned.prefixes[0]
            held = [each.installed(first).get(table) is not None for each in (old, new)]
            gained += len(turned.prefixes) * (held[1] - held[0])
    return gained


def _offered(rib: MainRib) -> int:
    return sum(1 for _ in rib.overlay.prefixes(rib.node, rib.vrf)) if rib.overlay is not None else 0
