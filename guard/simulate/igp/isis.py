"""IS-IS as the main RIB sees it: level 1 before level 2, borders that carry routes up and say where the exit is.

Law: an overloaded router is a destination, never a way (ISO 10589 7.2.8.1). FRR carries nothing from level 1 to level 2
(isisd 8.4, seen live); the others do. Not modelled: external metric types of narrow style.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import EllipsisType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import Vendor
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.igp.isis_graph import BACKBONE, IsisGraph, IsisRouter, as_told
from guard.simulate.igp.numbering import Aligned, aligned
from guard.simulate.igp.ospf_internal import Memory
from guard.simulate.igp.spf import (
    INFINITE,
    WORD,
    Advertised,
    Area,
    Best,
    Candidate,
    Floats,
    Words,
    advertised,
    best,
    bits,
    distances,
)
from guard.simulate.policy.evaluator import RouteView, evaluate
from guard.simulate.rib.main_rib import UNUSABLE, MainRib
from guard.simulate.rib.redistribution import Evaluators, take

Bytes = npt.NDArray[np.uint8]

_PROTOCOL = {1: RouteProtocol.ISIS_L1, 2: RouteProtocol.ISIS_L2}


class IsisExternal(NamedTuple):
    """A redistributed prefix (or a default) that a router puts into its LSP of one level."""

    prefix: Prefix
    router: int
    level: int
    metric: int


class _Row(NamedTuple):
    prefix: Prefix
    router: int
    cost: int


@dataclass(slots=True)
class _Part:
    """One subdomain: level 2, or a level-1 area."""

    level: int
    members: tuple[int, ...]
    vertex: Mapping[int, int]
    graph: Area


@dataclass(slots=True)
class IsisPaths:
    """Distances of all subdomains of one address family; does not depend on what is redistributed."""

    graph: IsisGraph
    memory: Memory = field(default_factory=dict)
    parts: dict[tuple[int, str], _Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        members: dict[tuple[int, str], list[int]] = defaultdict(list)
        for router in self.graph.routers:
            for level in sorted(router.levels):
                members[level, self.graph.part(router.index, level)].append(router.index)
        for key, those in sorted(members.items()):
            self.parts[key] = self._part(key, those)

    def words(self, router: int) -> int:
        return max(1, -(-len(self.graph.hops[router]) // WORD))

    def _part(self, key: tuple[int, str], members: list[int]) -> _Part:
        vertex = {router: at for at, router in enumerate(members)}
        ways: list[list[Candidate]] = [[] for _ in members]
        costs: dict[tuple[int, int], int] = {}
        overloaded = {at for router, at in vertex.items() if self.graph.routers[router].process.overload}
        for way in self.graph.ways:
            if way.level != key[0] or way.tail not in vertex or way.head not in vertex:
                continue
            tail, head = vertex[way.tail], vertex[way.head]
            ways[tail].append(Candidate(way.bit, head, way.cost))
            if tail not in overloaded:
                costs[tail, head] = min(way.cost, costs.get((tail, head), way.cost))
        names = tuple(f"{self.graph.routers[at].node}/{self.graph.routers[at].process.vrf}" for at in members)
        name = (self.graph.family * 10 + key[0], len(key[1]), (key[1], *names))
        matrix = distances(len(members), costs, self.memory.get(name))
        self.memory.setdefault(name, (costs, matrix))
        return _Part(key[0], tuple(members), vertex, Area(_leaving(matrix, overloaded, ways), ways))


def _leaving(matrix: Floats, overloaded: Collection[int], ways: list[list[Candidate]]) -> Floats:
    """An overloaded router still finds its own way out, though nobody goes through it."""
    if not overloaded:
        return matrix
    result = matrix.copy()
    for at in overloaded:
        for way in ways[at]:
            result[at] = np.minimum(result[at], way.cost + matrix[way.head])
        result[at, at] = 0
    return result


@dataclass(slots=True)
class Isis:
    """All routes of IS-IS for one address family, given what is redistributed into it."""

    paths: IsisPaths
    externals: tuple[IsisExternal, ...] = ()
    numbers: dict[Prefix, int] = field(default_factory=dict)
    _rows: dict[tuple[int, str], list[_Row]] = field(default_factory=dict)
    _told: dict[tuple[int, str], Advertised] = field(default_factory=dict)
    _lengths: frozenset[int] = frozenset()
    _tables: dict[int, IsisTable] = field(default_factory=dict)
    _aligned: Aligned | None = None

    def __post_init__(self) -> None:
        graph = self.paths.graph
        self._rows = defaultdict(list)
        for stub in graph.stubs:
            key = (stub.level, graph.part(stub.router, stub.level))
            self._rows[key].append(_Row(stub.prefix, stub.router, stub.cost))
        for each in self.externals:
            if each.level in graph.routers[each.router].levels:
                key = (each.level, graph.part(each.router, each.level))
                self._rows[key].append(_Row(each.prefix, each.router, each.metric))
        self._carry_up()
        self._carry_down()
        for rows in self._rows.values():
            for row in rows:
                self.numbers.setdefault(row.prefix, len(self.numbers))
        self._lengths = frozenset({row.prefix.length for rows in self._rows.values() for row in rows})

    @property
    def family(self) -> int:
        return self.paths.graph.family

    def lengths(self) -> frozenset[int]:
        return self._lengths

    def table(self, router: int) -> IsisTable:
        known = self._tables.get(router)
        if known is None:
            known = self._tables[router] = IsisTable(self, router)
        return known

    def aligned(self, other: Isis) -> Aligned:
        """The numbers of another state beside this one's; the last answer is remembered."""
        if self._aligned is None or self._aligned.other is not other.numbers:
            self._aligned = aligned(self.numbers, other.numbers)
        return self._aligned

    @property
    def default(self) -> Prefix:
        return DEFAULT_V4 if self.family == 4 else DEFAULT_V6

    # -------------------------------------------------------------------------------------------- levels

    def _carry_up(self) -> None:
        """Border routers tell level 2 what they know of their level-1 area, its summaries in place of components."""
        graph = self.paths.graph
        for router in graph.routers:
            if router.levels != {1, 2} or router.device.vendor is Vendor.FRR:
                continue
            found: dict[Prefix, int] = {}
            own = {row.prefix: row.cost for row in self._rows[1, router.area] if row.router == router.index}
            held = self._costs(router.index, 1)
            for prefix, cost in {**held, **own}.items():
                over = next((each.prefix for each in router.process.summaries if each.prefix.covers(prefix)), prefix)
                found[over] = min(cost, found.get(over, cost))
            present = {row.prefix for row in self._rows[2, BACKBONE] if row.router == router.index}
            rows = [_Row(prefix, router.index, cost) for prefix, cost in sorted(found.items()) if prefix not in present]
            self._rows[2, BACKBONE].extend(rows)

    def _carry_down(self) -> None:
        """Into level 1: a default from attached borders, and level-2 routes where leaking is configured."""
        graph = self.paths.graph
        leaked: dict[str, list[_Row]] = defaultdict(list)
        for router in graph.routers:
            if router.levels != {1, 2}:
                continue
            if router.process.attached_bit and self._is_attached(router.index):
                leaked[router.area].append(_Row(self.default, router.index, 0))
            if router.process.leak_l2_to_l1 is not None:
                inside = {row.prefix for row in self._rows[1, router.area]}
                leaked[router.area].extend(
                    _Row(prefix, router.index, told)
                    for prefix, cost in self._costs(router.index, 2).items()
                    if prefix not in inside and (told := _leaked(router, prefix, cost)) is not None
                )
        for area, rows in leaked.items():
            self._rows[1, area].extend(rows)

    def _is_attached(self, router: int) -> bool:
        """Level 2 leads to another area (FRR 8.4: it leads anywhere)."""
        graph = self.paths.graph
        part = self.paths.parts[2, BACKBONE]
        reached = np.isfinite(part.graph.distances[part.vertex[router]])
        others = [at for at in part.members if at != router and reached[part.vertex[at]]]
        if graph.routers[router].device.vendor is Vendor.FRR:
            return bool(others)
        return any(graph.routers[at].area != graph.routers[router].area for at in others)

    # -------------------------------------------------------------------------------------------- one router

    def level(self, router: int, level: int) -> Best | None:
        """What a router reaches in its subdomain of one level, by number; None where it has none."""
        key = (level, self.paths.graph.part(router, level))
        part = self.paths.parts.get(key)
        if part is None or router not in part.vertex or not self._rows.get(key):
            return None
        own = part.vertex[router]
        table = self._table_of(key, part)
        return best(table, part.graph.distances[own], part.graph.masks(own, self.paths.words(router)))

    def _costs(self, router: int, level: int) -> dict[Prefix, int]:
        """Prefixes that others advertise in one level and what they cost."""
        found = self.level(router, level)
        if found is None:
            return {}
        names = tuple(self.numbers)
        usable = np.flatnonzero(np.isfinite(found.costs) & found.masks.any(axis=0)).tolist()
        return {names[int(found.numbers[at])]: int(found.costs[at]) for at in usable}

    def _table_of(self, key: tuple[int, str], part: _Part) -> Advertised:
        """What is advertised in one subdomain; made again when rows were added."""
        known = self._told.get(key)
        rows = self._rows[key]
        if known is None or len(known.numbers) != len(rows):
            known = self._told[key] = advertised(
                [self.numbers.setdefault(row.prefix, len(self.numbers)) for row in rows],
                [part.vertex[row.router] for row in rows],
                [row.cost for row in rows],
            )
        return known


class _Routes(NamedTuple):
    """What one router has of every number: level (0: none), cost, next-hop sets (words x numbers)."""

    levels: Bytes
    costs: Floats
    masks: Words


class IsisTable:
    """What one IS-IS process offers to the main RIB of its VRF (main_rib.IgpTable); made at the first question."""

    __slots__ = ("_domain", "_entries", "_held", "_hops", "_known", "_router", "_shared", "process")

    def __init__(self, domain: Isis, router: int) -> None:
        self.process = domain.paths.graph.routers[router].process.process
        self._domain = domain
        self._router = router
        self._known: _Routes | None = None
        self._held: bytes | None = None
        self._entries: list[RibEntry | EllipsisType | None] = []  # ...: not made yet
        self._shared: dict[tuple[int, int, tuple[int, ...]], RibEntry] = {}
        self._hops: dict[tuple[int, ...], tuple[NextHop, ...]] = {}

    def lengths(self, version: int) -> Collection[int]:
        return self._domain.lengths() if version == self._domain.family else ()

    def prefixes(self) -> Iterator[Prefix]:
        held = self._routes().levels.tobytes()
        return (prefix for prefix, number in self._domain.numbers.items() if held[number])

    def count(self) -> int:
        """How many prefixes are offered."""
        return int(np.count_nonzero(self._routes().levels))

    def entry(self, prefix: Prefix) -> RibEntry | None:
        number = self._domain.numbers.get(prefix)
        if number is None:
            return None
        if not self._entries:
            self._entries = [... if level else None for level in self._routes().levels.tolist()]
        known = self._entries[number]
        if isinstance(known, EllipsisType):
            routes = self._routes()
            level, cost = int(routes.levels[number]), int(routes.costs[number])
            known = self._entries[number] = self._share(level, cost, self._mask(number))
        return known

    def holds(self, prefix: Prefix) -> bool:
        """Whether `prefix` has a route here that may be installed."""
        number = self._domain.numbers.get(prefix)
        return number is not None and bool(self._marks()[number])

    def numbered(self) -> tuple[Mapping[Prefix, int], bytes]:
        """Numbers of prefixes, one object for the domain, and by number whether it `holds` them."""
        return self._domain.numbers, self._marks()

    def gateways(self, prefix: Prefix) -> tuple[NextHop, ...]:
        """Next hops of what `holds`, where each names a neighbour's address."""
        if not self.holds(prefix):
            return ()
        hops = self._next_hops(self._mask(self._domain.numbers[prefix]))
        return hops if all(hop.address is not None and hop.interface is not None for hop in hops) else ()

    def differing(self, other: object) -> list[Prefix] | None:
        """Prefixes of which this table and that of another state may say different things; None: cannot tell."""
        return self._apart(other, costs=True)

    def leading_elsewhere(self, other: object) -> list[Prefix] | None:
        """Prefixes that this table and that of another state may lead another way, whatever it costs."""
        return self._apart(other, costs=False)

    def _apart(self, other: object, *, costs: bool) -> list[Prefix] | None:
        if self is other:
            return []
        if not isinstance(other, IsisTable) or self._settings() != other._settings():
            return None
        known = self._domain.aligned(other._domain)
        one, two = self._routes(), other._routes()
        apart = one.levels[known.here] != two.levels[known.there]
        apart |= (one.masks[:, known.here] != two.masks[:, known.there]).any(axis=0)
        if costs:
            apart |= one.costs[known.here] != two.costs[known.there]
        return [*(known.prefixes[at] for at in np.flatnonzero(apart).tolist()), *known.alone]

    def _settings(self) -> tuple[object, ...]:
        """What makes an entry of what was computed."""
        graph = self._domain.paths.graph
        process = graph.routers[self._router].process
        distances = process.distance, process.distance_level_2
        return process.process, distances, process.maximum_paths, graph.hops[self._router]

    def _routes(self) -> _Routes:
        """Level 1 goes over level 2; what is the router's own is left to connected routes."""
        if self._known is not None:
            return self._known
        levels = sorted(self._domain.paths.graph.routers[self._router].levels, reverse=True)
        size, words = len(self._domain.numbers), self._domain.paths.words(self._router)
        found = _Routes(
            np.zeros(size, dtype=np.uint8), np.full(size, INFINITE), np.zeros((words, size), dtype=np.uint64)
        )
        for level in levels:
            best = self._domain.level(self._router, level)
            if best is None:
                continue
            usable = np.isfinite(best.costs) & best.masks.any(axis=0)
            if level == 1 and len(levels) > 1:  # the attached bit is for level-1 routers alone
                usable &= best.numbers != self._domain.numbers.get(self._domain.default, -1)
            at = best.numbers[usable]
            found.levels[at] = level
            found.costs[at] = best.costs[usable]
            found.masks[:, at] = best.masks[:, usable]
        self._known = found
        return found

    def _marks(self) -> bytes:
        if self._held is None:
            usable = [self._distance(level) < UNUSABLE for level in (1, 2)]
            levels = self._routes().levels
            self._held = (((levels == 1) & usable[0]) | ((levels == 2) & usable[1])).tobytes()
        return self._held

    def _mask(self, number: int) -> tuple[int, ...]:
        return tuple(self._routes().masks[:, number].tolist())

    def _distance(self, level: int) -> int:
        process = self._domain.paths.graph.routers[self._router].process
        further = process.distance_level_2 if level == 2 else None
        return process.distance if further is None else further

    def _share(self, level: int, cost: int, mask: tuple[int, ...]) -> RibEntry:
        key = (level, cost, mask)
        known = self._shared.get(key)
        if known is None:
            entry = RibEntry(_PROTOCOL[level], self._distance(level), cost, self._next_hops(mask))
            known = self._shared[key] = entry
        return known

    def _next_hops(self, mask: tuple[int, ...]) -> tuple[NextHop, ...]:
        known = self._hops.get(mask)
        if known is None:
            graph = self._domain.paths.graph
            found = {graph.hops[self._router][bit] for bit in bits(mask)}
            hops = sorted(found, key=lambda hop: (hop.address or (0, 0), hop.interface or ""))
            most = max(1, graph.routers[self._router].process.maximum_paths)
            known = self._hops[mask] = tuple(hops[:most])
        return known


def _leaked(router: IsisRouter, prefix: Prefix, cost: int) -> int | None:
    """What a level-2 route costs in level 1, if the policy of the leak takes it; without one all are taken."""
    policy = router.process.leak_l2_to_l1
    if not policy:
        return cost
    view = RouteView(prefix, BgpAttributes(med=cost), protocol="isis", route_type="level-2")
    taken = evaluate(router.device, (policy,), view)
    return None if taken is None else taken.attributes.med or 0


# ------------------------------------------------------------------------------------------------ redistribution


def externals(
    graph: IsisGraph, ribs: Mapping[tuple[str, str], MainRib], evaluators: Evaluators
) -> tuple[IsisExternal, ...]:
    """What is redistributed into IS-IS (metric 0 where none is set), and default routes; sorted."""
    found: set[IsisExternal] = set()
    default = DEFAULT_V4 if graph.family == 4 else DEFAULT_V6
    for router in graph.routers:
        rib = ribs.get((router.node, router.process.vrf))
        if rib is None:
            continue
        for version, redistribution in router.process.redistributions:
            if version != graph.family:
                continue
            for taken in take(evaluators(router.node).device, rib, redistribution, evaluators, version):
                levels = _into(taken.view.level or redistribution.level)
                metric = as_told(router.process, taken.metric or 0, version, of_link=False)
                found.update(IsisExternal(taken.prefix, router.index, level, metric) for level in levels)
        if graph.family in router.process.default_information:
            levels = (2,) if 2 in router.levels else (1,)
            found.update(IsisExternal(default, router.index, level, 0) for level in levels)
    return tuple(sorted(found))


def _into(level: str) -> Iterable[int]:
    """Levels that a redistribution goes into; level 2 where nothing is said."""
    return {"level-1": (1,), "level-1-2": (1, 2)}.get(level, (2,))
