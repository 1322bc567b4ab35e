"""OSPF routes inside the autonomous system: intra-area, inter-area, and the way to every border (RFC 2328 16.1, 16.2).

Every destination has a number: prefixes, and routers as destinations of their own (what type-4 summaries tell). One
mechanism then serves all: an area advertises numbers, border routers carry them from area to area.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Prefix
from guard.model.device import Vendor
from guard.model.igp import AreaRange, OspfArea
from guard.simulate.igp.ospf_graph import BACKBONE, OspfGraph, Router
from guard.simulate.igp.spf import (
    INFINITE,
    WORD,
    Advertised,
    Area,
    Candidate,
    Costs,
    Floats,
    Ints,
    Words,
    advertised,
    best,
    bits,
    distances,
)

NONE, INTRA, INTER = 0, 1, 2

#: Bits that each router keeps for next hops that are no routers: forwarding addresses on its own subnets.
RESERVED = 16

#: Metric of summaries of a router that drains (ospfd/ospf_lsa.h, OSPF_LS_INFINITY - 0xffff; IOS the same).
_LAST_RESORT = float(0xFF0000)

#: Distances of the last run, by IP version, area number and the area's routers: what a similar run may start from.
Memory = dict[tuple[int, int, tuple[str, ...]], tuple[Costs, Floats]]


class Routes(NamedTuple):
    """What one router knows of every number: kind, cost, next-hop sets (words x numbers), area of an intra route."""

    kinds: npt.NDArray[np.int8]
    costs: Floats
    masks: Words
    areas: Ints


@dataclass(slots=True)
class _Level:
    """One area: its graph and tables. `vertex` numbers the routers within it."""

    number: int
    members: tuple[int, ...]
    vertex: Mapping[int, int]
    graph: Area
    inside: Advertised
    summaries: Advertised | None = None


@dataclass(slots=True)
class Internal:
    """The internal part of OSPF for one network; routes of a router are computed when they are asked for."""

    graph: OspfGraph
    memory: Memory = field(default_factory=dict)
    numbers: dict[Prefix, int] = field(default_factory=dict)
    borders: tuple[int, ...] = ()
    discards: dict[int, dict[int, int]] = field(default_factory=dict)  # border router -> number of a range -> cost
    _router_number: dict[int, int] = field(default_factory=dict)
    _levels: dict[int, _Level] = field(default_factory=dict)
    _known: dict[int, Routes] = field(default_factory=dict)
    _words: list[int] = field(default_factory=list)
    _covered: dict[Prefix, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        routers = self.graph.routers
        self._words = [-(-(len(hops) + RESERVED) // WORD) for hops in self.graph.hops]
        self._number_everything()
        self._build_levels()
        self.borders = tuple(router.index for router in routers if router.is_border)
        intra = {border: self._intra(border) for border in self.borders}
        self._summarise_into_backbone(intra)
        for border in self.borders:
            routes = self._with_summaries(border, intra[border], (BACKBONE,))
            self._known[border] = self._as_zebra(border, routes)
        for area in sorted(self._levels):
            if area != BACKBONE:
                self._summarise_into(area)

    # -------------------------------------------------------------------------------------------- asking

    def routes(self, router: int) -> Routes:
        """Everything that this router knows of the numbers."""
        known = self._known.get(router)
        if known is None:
            areas = self.graph.routers[router].areas
            routes = self._with_summaries(router, self._intra(router), areas)
            known = self._known[router] = self._as_zebra(router, routes)
        return known

    def router_number(self, router: int) -> int | None:
        """The number of a router as a destination; None for those that nobody asks for."""
        return self._router_number.get(router)

    def within(self, area: int, router: int, target: int) -> tuple[float, Words] | None:
        """Distance and next hops from one router to another inside one area."""
        level = self._levels.get(area)
        if level is None or router not in level.vertex or target not in level.vertex:
            return None
        own, other = level.vertex[router], level.vertex[target]
        cost = float(level.graph.distances[own, other])
        return cost, level.graph.masks(own, self._words[router])[:, other]

    # -------------------------------------------------------------------------------------------- numbers

    def _number_everything(self) -> None:
        for stub in self.graph.stubs:
            self.numbers.setdefault(stub.prefix, len(self.numbers))
        for router in self.graph.routers:
            for area in router.process.areas:
                for each in area.ranges:
                    self.numbers.setdefault(each.prefix, len(self.numbers))
        self.numbers.setdefault(self.default, len(self.numbers))
        count = len(self.numbers)
        for router in self.graph.routers:
            if _may_originate_externals(router):
                self._router_number[router.index] = count
                count += 1

    @property
    def default(self) -> Prefix:
        return DEFAULT_V4 if self.graph.version == 2 else DEFAULT_V6

    @property
    def size(self) -> int:
        return len(self.numbers) + len(self._router_number)

    # -------------------------------------------------------------------------------------------- levels

    def _build_levels(self) -> None:
        members: dict[int, list[int]] = defaultdict(list)
        for router in self.graph.routers:
            for number in router.areas:
                members[number].append(router.index)
        costs: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
        ways: dict[int, list[list[Candidate]]] = {}
        vertex = {number: {router: at for at, router in enumerate(those)} for number, those in members.items()}
        for number, those in members.items():
            ways[number] = [[] for _ in those]
        for way in self.graph.ways:
            tail, head = vertex[way.area][way.tail], vertex[way.area][way.head]
            ways[way.area][tail].append(Candidate(way.bit, head, way.cost))
            held = costs[way.area].get((tail, head))
            costs[way.area][tail, head] = way.cost if held is None else min(held, way.cost)
        rows = self._inside_rows(vertex)
        for number in sorted(members, key=lambda number: (number == BACKBONE, number)):  # transit areas first
            if number == BACKBONE:
                self._add_virtual_links(vertex[number], costs[number], ways[number])
            matrix = self._distances(number, members[number], costs[number])
            graph = Area(matrix, ways[number])
            inside = advertised(*rows[number])
            self._levels[number] = _Level(number, tuple(members[number]), vertex[number], graph, inside)

    def _distances(self, area: int, members: list[int], costs: Costs) -> Floats:
        names = tuple(f"{self.graph.routers[at].node}/{self.graph.routers[at].process.process}" for at in members)
        names = tuple(f"{name}/{self.graph.routers[at].process.vrf}" for name, at in zip(names, members, strict=True))
        key = (self.graph.version, area, names)
        found = distances(len(members), costs, self.memory.get(key))
        self.memory.setdefault(key, (costs, found))
        return found

    def _inside_rows(
        self, vertex: Mapping[int, Mapping[int, int]]
    ) -> dict[int, tuple[list[int], list[int], list[int]]]:
        rows: dict[int, tuple[list[int], list[int], list[int]]] = defaultdict(lambda: ([], [], []))
        for stub in self.graph.stubs:
            numbers, vertices, costs = rows[stub.area]
            numbers.append(self.numbers[stub.prefix])
            vertices.append(vertex[stub.area][stub.router])
            costs.append(stub.cost)
        for router, number in self._router_number.items():
            for area in self.graph.routers[router].areas:
                numbers, vertices, costs = rows[area]
                numbers.append(number)
                vertices.append(vertex[area][router])
                costs.append(0)
        return rows

    def _add_virtual_links(
        self,
        vertex: Mapping[int, int],
        costs: dict[tuple[int, int], int],
        ways: list[list[Candidate]],
    ) -> None:
        """A virtual link costs what the way through its transit area costs, and leaves by that way (RFC 2328 15)."""
        routers = self.graph.routers
        for one in routers:
            for area in one.process.areas:
                level = self._levels.get(area.number)
                if level is None or not area.virtual_links or one.index not in vertex:
                    continue
                for at in level.members:
                    other = routers[at]
                    if other.router_id not in area.virtual_links or at not in vertex:
                        continue
                    if one.router_id not in other.area(area.number).virtual_links:
                        continue
                    path = self.within(area.number, one.index, at)
                    if path is None or not np.isfinite(path[0]):
                        continue
                    cost = int(path[0])
                    tail, head = vertex[one.index], vertex[at]
                    costs[tail, head] = min(cost, costs.get((tail, head), cost))
                    ways[tail].extend(Candidate(bit, head, cost) for bit in bits(path[1].tolist()))

    # -------------------------------------------------------------------------------------------- routes

    def _empty(self, router: int) -> Routes:
        size = self.size
        return Routes(
            np.zeros(size, dtype=np.int8),
            np.full(size, INFINITE),
            np.zeros((self._words[router], size), dtype=np.uint64),
            np.full(size, -1, dtype=np.int64),
        )

    def _intra(self, router: int) -> Routes:
        """Routes inside the router's own areas; of equal ones in two areas both next hops are kept."""
        result = self._empty(router)
        for area in self.graph.routers[router].areas:
            level = self._levels[area]
            self._improve(result, level.inside, level, router, INTRA)
        return result

    def _as_zebra(self, router: int, routes: Routes) -> Routes:
        """The same routes with the next hops that FRR's zebra takes (see ospf_graph.Zebra)."""
        for prefix, bit, own in self.graph.zebra.get(router, ()):
            number = self.numbers.get(prefix)
            if number is None or routes.kinds[number] != INTRA:
                continue
            word, flag = divmod(bit, WORD)
            held = np.uint64(1 << flag)
            if own:
                routes.masks[word, number] |= held
                continue
            routes.masks[word, number] &= ~held
            if routes.masks[:, number].any():
                routes.masks[word] &= ~held
        return routes

    def _with_summaries(self, router: int, result: Routes, areas: Iterable[int]) -> Routes:
        """`result` with inter-area routes for what no intra-area route reaches (RFC 2328 16.2)."""
        for area in areas:
            level = self._levels.get(area)
            if level is not None and level.summaries is not None and router in level.vertex:
                self._improve(result, level.summaries, level, router, INTER)
        return result

    def _improve(self, result: Routes, table: Advertised, level: _Level, router: int, kind: int) -> None:
        own = level.vertex[router]
        found = best(table, level.graph.distances[own], level.graph.masks(own, self._words[router]))
        at = found.numbers
        if not len(at):
            return
        held = result.costs[at]
        eligible = np.isfinite(found.costs) & ((result.kinds[at] == kind) | (result.kinds[at] == NONE))
        if kind == INTER:  # what no neighbour leads to is the router's own summary
            eligible &= found.masks.any(axis=0)
        better = eligible & (found.costs < held)
        equal = eligible & (found.costs == held)
        result.masks[:, at[equal]] |= found.masks[:, equal]
        taken = at[better]
        result.kinds[taken] = kind
        result.costs[taken] = found.costs[better]
        result.masks[:, taken] = found.masks[:, better]
        result.areas[taken] = level.number

    # -------------------------------------------------------------------------------------------- summaries

    def _summarise_into_backbone(self, intra: Mapping[int, Routes]) -> None:
        level = self._levels.get(BACKBONE)
        if level is None:
            return
        rows = []
        for border in self.borders:
            for area in self.graph.routers[border].areas:
                if area != BACKBONE:
                    numbers, costs = self._area_summary(border, area, intra[border], note=True)
                    costs = self._drained(border, costs)
                    rows.append((numbers, np.full(len(numbers), level.vertex[border], dtype=np.int64), costs))
        level.summaries = _stack(rows)

    def _summarise_into(self, target: int) -> None:
        """What border routers tell a non-backbone area: all but its own routes, or a default alone."""
        level = self._levels[target]
        rows = []
        for border in self.borders:
            if border not in level.vertex:
                continue
            numbers, costs = self._told(border, target)
            rows.append((numbers, np.full(len(numbers), level.vertex[border], dtype=np.int64), costs))
        level.summaries = _stack(rows)

    def _told(self, border: int, target: int) -> tuple[Ints, Floats]:
        router = self.graph.routers[border]
        area = router.area(target)
        parts: list[tuple[Ints, Floats]] = []
        if not (area.kind != "normal" and area.no_summary):
            routes = self._known[border]
            for other in router.areas:
                if other != target:
                    parts.append(self._area_summary(border, other, routes, note=other == BACKBONE))
            far = np.flatnonzero(routes.kinds == INTER)
            parts.append((far, routes.costs[far]))
        if _tells_default(router, area):
            parts.append((np.array([self.numbers[self.default]]), np.array([float(area.default_cost)])))
        if not parts:
            return np.empty(0, dtype=np.int64), np.empty(0)
        numbers = np.concatenate([numbers for numbers, _ in parts])
        costs = self._drained(border, np.concatenate([costs for _, costs in parts]))
        if area.kind != "normal":  # no type-4 summaries into stub areas and NSSAs
            prefixes = numbers < len(self.numbers)
            numbers, costs = numbers[prefixes], costs[prefixes]
        return numbers, costs

    def _area_summary(self, border: int, area: int, routes: Routes, *, note: bool) -> tuple[Ints, Floats]:
        """A border's intra-area routes of one area as it summarises them; `note`: remember the ranges' null routes."""
        held = np.flatnonzero((routes.kinds == INTRA) & (routes.areas == area))
        costs = routes.costs[held]
        for each in self.graph.routers[border].area(area).ranges:
            inside = np.isin(held, self._inside(each.prefix))
            if not inside.any():
                continue
            cost = self._range_cost(border, each, costs[inside])
            held, costs = held[~inside], costs[~inside]
            if not each.advertise and note and self.graph.routers[border].device.vendor is Vendor.JUNOS:
                self.discards.setdefault(border, {})[self.numbers[each.prefix]] = cost  # `restrict` discards as well
            if each.advertise:
                number = self.numbers[each.prefix]
                held, costs = np.append(held, number), np.append(costs, float(cost))
                if note and _discards(self.graph.routers[border], area):
                    self.discards.setdefault(border, {})[number] = cost
        return held, costs

    def _drained(self, border: int, costs: Floats) -> Floats:
        """FRR's `max-metric router-lsa` makes summaries a last resort too (seen live; IOS: with summary-lsa alone)."""
        router = self.graph.routers[border]
        if router.process.max_metric and router.device.vendor is Vendor.FRR:
            return np.full(len(costs), _LAST_RESORT)
        return costs

    def _range_cost(self, border: int, each: AreaRange, costs: Floats) -> int:
        """The largest component (RFC 2328), the smallest where RFC 1583 is kept to, or what is configured."""
        if each.cost is not None:
            return each.cost
        return int(costs.min() if self.graph.routers[border].process.rfc1583 else costs.max())

    def _inside(self, prefix: Prefix) -> Ints:
        known = self._covered.get(prefix)
        if known is None:
            covered = [number for each, number in self.numbers.items() if prefix.covers(each)]
            known = self._covered[prefix] = np.array(covered, dtype=np.int64)
        return known


def _discards(router: Router, area: int) -> bool:
    """Whether a range has a null route at its border; FRR 8.4.4 keeps none for an NSSA: the next SPF run takes away
    what the announcement brought (seen live)."""
    return router.device.vendor is not Vendor.FRR or router.area(area).kind != "nssa"


def _tells_default(router: Router, area: OspfArea) -> bool:
    """A default summary goes into stub areas and totally stubby NSSAs; FRR (8.4, ospf_abr.c) sends it into any NSSA."""
    if area.silent:
        return False
    if area.kind == "nssa":
        return area.no_summary or router.device.vendor is Vendor.FRR
    return area.kind == "stub"


def _may_originate_externals(router: Router) -> bool:
    process = router.process
    return bool(
        process.redistributions
        or process.default_information
        or any(area.kind == "nssa" for area in process.areas)
    )


def _stack(rows: list[tuple[Ints, Ints, Floats]]) -> Advertised:
    if not rows:
        return advertised([], [], [])
    return advertised(
        np.concatenate([numbers for numbers, _, _ in rows]),
        np.concatenate([vertices for _, vertices, _ in rows]),
        np.concatenate([costs for _, _, costs in rows]),
    )
