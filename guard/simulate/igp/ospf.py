"""OSPF as the main RIB sees it: internal routes, then external ones over them (RFC 2328 16.4, RFC 3101).

Law: intra-area before inter-area before type 1 before type 2, whatever they cost. Not modelled: opaque LSAs, database
overflow, the preference of NSSA over AS-external routes that are equal in all else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import EllipsisType
from typing import NamedTuple

import numpy as np

from guard.model.address import Address, Prefix, prefix_of
from guard.model.device import Vendor
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.igp.numbering import Aligned, aligned
from guard.simulate.igp.ospf_graph import Router
from guard.simulate.igp.ospf_internal import INTER, INTRA, NONE, RESERVED, Internal, Routes
from guard.simulate.igp.spf import INFINITE, WORD, Bools, Floats, Ints, Words, bits
from guard.simulate.rib.main_rib import UNUSABLE

_PROTOCOL = {INTRA: RouteProtocol.OSPF, INTER: RouteProtocol.OSPF_IA}

#: FRR's metric of external routes where nothing sets one (ospfd/ospf_lsa.h, DEFAULT_DEFAULT_METRIC).
_FRR_METRIC = 20

#: Keys of external routes: type 1 by total cost; type 2 above all of them, by metric and then by distance. Both parts
#: stay below 2**27, so a key is exact in a float.
_TYPE2_BASE = float(1 << 52)
_METRIC_STEP = float(1 << 27)


class External(NamedTuple):
    """One external LSA: `area` None for type 5, the number of its NSSA for type 7. `forwarding`: RFC 2328 A.4.5."""

    prefix: Prefix
    origin: int
    metric: int
    type2: bool
    tag: int
    forwarding: Address | None
    area: int | None = None
    propagate: bool = True


class _Table(NamedTuple):
    """External LSAs of one scope, sorted by prefix, as columns; `targets` are what their cost is measured to."""

    prefixes: tuple[Prefix, ...]
    starts: Ints
    targets: Ints
    metrics: Floats
    type2: Ints
    tags: Ints
    origins: Ints
    measured: tuple[tuple[int, Address | None], ...]


class ExternalRoute(NamedTuple):
    """The best external route of one router for one prefix."""

    type2: bool
    cost: int
    mask: tuple[int, ...]
    tag: int


@dataclass(slots=True)
class Ospf:
    """One OSPF version of the whole network with its external LSAs."""

    internal: Internal
    externals: tuple[External, ...] = ()
    _as_wide: _Table | None = None
    _of_area: dict[tuple[int, bool], _Table] = field(default_factory=dict)  # NSSA, as border routers see it
    _originators: frozenset[int] = frozenset()  # of a default route
    _known: dict[int, dict[Prefix, ExternalRoute]] = field(default_factory=dict)
    _lengths: frozenset[int] = frozenset()
    _tables: dict[int, OspfTable] = field(default_factory=dict)
    _more: dict[int, list[NextHop]] = field(default_factory=dict)  # by router: next hops of reserved bits
    _aligned: Aligned | None = None
    _offered: tuple[Prefix, ...] | None = None

    def __post_init__(self) -> None:
        areas: dict[int, list[External]] = defaultdict(list)
        wide: list[External] = []
        for each in self.externals:
            if each.area is None:
                wide.append(each)
            else:
                areas[each.area].append(each)
        for area, those in areas.items():
            wide.extend(self._translated(area, those))
            self._of_area[area, False] = _table(those)
            self._of_area[area, True] = _table(_heard_by_borders(those))
        self._as_wide = _table(wide) if wide else None
        lengths = {prefix.length for prefix in self.internal.numbers}
        lengths |= {each.prefix.length for each in self.externals}
        self._lengths = frozenset(lengths)
        self._originators = frozenset(each.origin for each in self.externals if each.prefix.length == 0)

    @property
    def version(self) -> int:
        return 4 if self.internal.graph.version == 2 else 6

    def lengths(self) -> frozenset[int]:
        return self._lengths

    def originates_default(self, router: int) -> bool:
        return router in self._originators

    def aligned(self, other: Ospf) -> Aligned:
        """The numbers of another state beside this one's; the last answer is remembered."""
        if self._aligned is None or self._aligned.other is not other.internal.numbers:
            self._aligned = aligned(self.internal.numbers, other.internal.numbers)
        return self._aligned

    def table(self, router: int, permits: Callable[[Prefix], bool] | None) -> OspfTable:
        """The routes that this router offers to its main RIB; `permits` is its distribute-list in."""
        known = self._tables.get(router)
        if known is None:
            known = self._tables[router] = OspfTable(self, router, permits)
        return known

    def offered(self) -> tuple[Prefix, ...]:
        """What some router without a distribute-list offers to its main RIB; remembered."""
        if self._offered is None:
            held = np.zeros(len(self.internal.numbers), dtype=np.bool_)
            found: set[Prefix] = set()
            for table in self._tables.values():
                if not table.is_filtered:
                    held |= table.inside()
                    found.update(table.outside())
            found.update(prefix for prefix, number in self.internal.numbers.items() if held[number])
            self._offered = tuple(sorted(found))
        return self._offered

    def _translated(self, area: int, lsas: Iterable[External]) -> Iterator[External]:
        """Type-7 LSAs that the border of an NSSA tells the rest as type 5 (RFC 3101 3.2)."""
        routers = self.internal.graph.routers
        borders = [routers[at] for at in self.internal.borders if area in routers[at].areas]
        always = [router for router in borders if router.area(area).translate == "always"]
        candidates = [router for router in borders if router.area(area).translate == "candidate"]
        translators = always or candidates
        if not translators:
            return
        chosen = max(translators, key=lambda router: router.router_id)
        for lsa in lsas:
            path = self.internal.within(area, chosen.index, lsa.origin)
            if not lsa.propagate or lsa.origin == chosen.index or path is None or not np.isfinite(path[0]):
                continue
            forwarding = None if chosen.area(area).suppress_forwarding_address else lsa.forwarding
            metric = _translated_metric(chosen, lsa)
            yield lsa._replace(origin=chosen.index, area=None, forwarding=forwarding, metric=metric)

    # -------------------------------------------------------------------------------------------- one router

    def external(self, router: int) -> dict[Prefix, ExternalRoute]:
        """The router's best external routes, without those that it originates itself."""
        known = self._known.get(router)
        if known is None:
            known = self._known[router] = self._externals_of(router)
        return known

    def _externals_of(self, index: int) -> dict[Prefix, ExternalRoute]:
        router = self.internal.graph.routers[index]
        found: dict[Prefix, tuple[float, ExternalRoute]] = {}
        if self._as_wide is not None and any(router.area(area).kind == "normal" for area in router.areas):
            _merge(found, self._evaluate(index, self._as_wide, None))
        for area in router.areas:
            table = self._of_area.get((area, router.is_border))
            if table is not None and table.prefixes and router.area(area).kind == "nssa":
                _merge(found, self._evaluate(index, table, area))
        return {prefix: route for prefix, (_, route) in found.items()}

    def _evaluate(self, router: int, table: _Table, area: int | None) -> Iterator[tuple[Prefix, float, ExternalRoute]]:
        costs, masks = self._measure(router, table, area)
        distance = costs[table.targets]
        keys = np.where(
            table.type2 == 1, _TYPE2_BASE + table.metrics * _METRIC_STEP + distance, table.metrics + distance
        )
        keys[table.origins == router] = INFINITE
        least = np.minimum.reduceat(keys, table.starts)
        counts = np.diff(table.starts, append=len(keys))
        attains = (keys == np.repeat(least, counts)) & np.isfinite(keys)
        sets = np.where(attains, masks[:, table.targets], np.uint64(0))
        joined = np.bitwise_or.reduceat(sets, table.starts, axis=1)
        rows = np.flatnonzero(np.isfinite(least))
        if not len(rows):
            return
        first = np.maximum.reduceat(np.where(attains, -np.arange(len(keys)), -len(keys)), table.starts) * -1
        for at in rows.tolist():
            row = int(first[at])
            type2 = bool(table.type2[row])
            cost = int(table.metrics[row]) if type2 else int(least[at])
            mask = tuple(joined[:, at].tolist())
            if any(mask):
                yield table.prefixes[at], float(least[at]), ExternalRoute(type2, cost, mask, int(table.tags[row]))

    def _measure(self, router: int, table: _Table, area: int | None) -> tuple[Floats, Words]:
        """Cost and next hops of what the LSAs are measured to: the origin, or its forwarding address."""
        routes = self.internal.routes(router)
        words = routes.masks.shape[0]
        costs = np.full(len(table.measured), INFINITE)
        masks = np.zeros((words, len(table.measured)), dtype=np.uint64)
        for at, (origin, forwarding) in enumerate(table.measured):
            if forwarding is not None:
                straight = self._straight(router, forwarding, words)
                number = self._forwarding_number(router, forwarding) if straight is None else None
                if straight is not None:
                    costs[at], masks[:, at] = straight
                elif number is not None:
                    costs[at], masks[:, at] = routes.costs[number], routes.masks[:, number]
                continue
            number = self.internal.router_number(origin)
            if area is not None:
                inside = self.internal.within(area, router, origin)
                if inside is not None:
                    costs[at], masks[:, at] = inside
            elif number is not None and routes.kinds[number] != NONE:
                costs[at], masks[:, at] = routes.costs[number], routes.masks[:, number]
        return costs, masks

    def _straight(self, router: int, forwarding: Address, words: int) -> tuple[float, Words] | None:
        """The way to a forwarding address on a subnet of the router's own; to its own address there is none."""
        mask = np.zeros(words, dtype=np.uint64)
        for port in self.internal.graph.ports.get(router, ()):
            if any(each.address == forwarding for each in port.interface.addresses):
                return INFINITE, mask
            if any(each.prefix.contains(forwarding) for each in port.interface.addresses):
                bit = self._reserve(router, NextHop(forwarding, port.id.interface))
                if bit is not None:
                    mask[bit // WORD] = np.uint64(1 << bit % WORD)
                    return float(port.cost), mask
        return None

    def _reserve(self, router: int, hop: NextHop) -> int | None:
        """A bit for a next hop that is no router of the graph; None where all reserved ones are taken."""
        known = self.internal.graph.hops[router]
        if hop in known:
            return known.index(hop)
        more = self._more.setdefault(router, [])
        if hop not in more:
            if len(more) == RESERVED:
                return None
            more.append(hop)
        return len(known) + more.index(hop)

    def hop(self, router: int, bit: int) -> NextHop:
        """The next hop that a bit stands for."""
        known = self.internal.graph.hops[router]
        return known[bit] if bit < len(known) else self._more[router][bit - len(known)]

    def _forwarding_number(self, router: int, address: Address) -> int | None:
        """The internal route that holds a forwarding address (longest match); external ones do not count."""
        routes = self.internal.routes(router)
        for length in sorted(self._lengths, reverse=True):
            number = self.internal.numbers.get(prefix_of(address, length))
            if number is not None and routes.kinds[number] != NONE:
                return number
        return None


def _translated_metric(translator: Router, lsa: External) -> int:
    """The metric goes over (RFC 3101 3.2); FRR 8.4.4 puts its default in its place (seen live)."""
    if translator.device.vendor is not Vendor.FRR:
        return lsa.metric
    return translator.process.default_metric if translator.process.default_metric is not None else _FRR_METRIC


def _heard_by_borders(lsas: Iterable[External]) -> list[External]:
    """Border routers take no type-7 default that is not to be propagated, as theirs is (RFC 3101 2.5 (3))."""
    return [lsa for lsa in lsas if lsa.propagate or lsa.prefix.length > 0]


def _merge(
    found: dict[Prefix, tuple[float, ExternalRoute]], rows: Iterable[tuple[Prefix, float, ExternalRoute]]
) -> None:
    for prefix, key, route in rows:
        held = found.get(prefix)
        if held is None or key < held[0]:
            found[prefix] = (key, route)


def _table(lsas: Iterable[External]) -> _Table:
    rows = sorted(lsas, key=lambda lsa: (lsa.prefix, lsa.origin, lsa.metric, lsa.forwarding or (0, 0)))
    measured: dict[tuple[int, Address | None], int] = {}
    targets: list[int] = []
    starts: list[int] = []
    prefixes: list[Prefix] = []
    for at, lsa in enumerate(rows):
        targets.append(measured.setdefault((lsa.origin, lsa.forwarding), len(measured)))
        if not prefixes or prefixes[-1] != lsa.prefix:
            prefixes.append(lsa.prefix)
            starts.append(at)
    return _Table(
        tuple(prefixes),
        np.array(starts, dtype=np.int64),
        np.array(targets, dtype=np.int64),
        np.array([lsa.metric for lsa in rows], dtype=np.float64),
        np.array([int(lsa.type2) for lsa in rows], dtype=np.int64),
        np.array([lsa.tag for lsa in rows], dtype=np.int64),
        np.array([lsa.origin for lsa in rows], dtype=np.int64),
        tuple(measured),
    )


# ------------------------------------------------------------------------------------------------ main RIB


class OspfTable:
    """What one OSPF process offers to the main RIB of its VRF (main_rib.IgpTable).

    An entry is made when it is asked for; those that are alike are one object, and so are sets of next hops.
    """

    native = RouteProtocol.OSPF
    __slots__ = (
        "_domain",
        "_external",
        "_gateways",
        "_held",
        "_hops",
        "_inside",
        "_numbers",
        "_permits",
        "_router",
        "_shared",
        "process",
    )

    def __init__(self, domain: Ospf, router: int, permits: Callable[[Prefix], bool] | None) -> None:
        self.process = domain.internal.graph.routers[router].process.process
        self._domain = domain
        self._router = router
        self._permits = permits
        self._numbers = domain.internal.numbers
        self._inside: list[RibEntry | EllipsisType | None] = []  # by number; ...: not asked for yet
        self._external: dict[Prefix, RibEntry] | None = None
        self._held: bytes | None = None  # by number: 1 where an internal route with next hops is held
        self._shared: dict[tuple[int, int, int, tuple[int, ...]], RibEntry] = {}
        self._hops: dict[tuple[int, ...], tuple[NextHop, ...]] = {}
        self._gateways: dict[tuple[int, ...], tuple[NextHop, ...]] = {}

    def subnets(self) -> Collection[Prefix]:
        ports = self._domain.internal.graph.ports.get(self._router, ())
        held = {each.prefix for port in ports for each in port.interface.addresses if port.settings.subnets is None}
        return held.union(*(port.settings.subnets or () for port in ports))

    def lengths(self, version: int) -> Collection[int]:
        return self._domain.lengths() if version == self._domain.version else ()

    def prefixes(self) -> Iterator[Prefix]:
        held = self.inside()
        for prefix, number in self._numbers.items():
            if held[number] and (self._permits is None or self._permits(prefix)):
                yield prefix
        yield from self._externals()

    @property
    def is_filtered(self) -> bool:
        """Whether a distribute-list stands between the process and the main RIB."""
        return self._permits is not None

    def inside(self) -> Bools:
        """By number: whether there is an internal route that leads somewhere, or a null route, filters apart."""
        internal = self._domain.internal
        routes = internal.routes(self._router)
        held: Bools = ((routes.kinds != NONE) & routes.masks.any(axis=0))[: len(self._numbers)]
        held[list(internal.discards.get(self._router, ()))] = True
        return held

    def outside(self) -> Collection[Prefix]:
        """Prefixes of external routes."""
        return self._externals().keys()

    def candidates(self) -> Iterator[Collection[Prefix]]:
        """What may be offered here: one collection for all routers of the domain that filter nothing."""
        yield tuple(self.prefixes()) if self.is_filtered else self._domain.offered()

    def count(self) -> int:
        """How many prefixes are offered."""
        return sum(1 for _ in self.prefixes()) if self.is_filtered else int(self.inside().sum()) + len(self.outside())

    def at_most(self) -> int:
        """No more prefixes than this are offered."""
        return len(self._numbers) + len(self._domain.external(self._router))

    def differing(self, other: object) -> list[Prefix] | None:
        """Prefixes of which this table and that of another state may say different things; None: cannot tell."""
        if not isinstance(other, OspfTable) or not self._is_comparable(other):
            return None
        known = self._domain.aligned(other._domain)
        one, two = self._inner_routes(), other._inner_routes()
        apart = (one.kinds[known.here] != two.kinds[known.there]) | (one.costs[known.here] != two.costs[known.there])
        apart |= (one.masks[:, known.here] != two.masks[:, known.there]).any(axis=0)
        found = [known.prefixes[at] for at in np.flatnonzero(apart).tolist()]
        return [*found, *known.alone, *self._externals(), *other._externals()]

    def numbered(self) -> tuple[Mapping[Prefix, int], bytes] | None:
        """Numbers of prefixes, one object for the domain, and by number 1 for what `holds`; None: filtered."""
        if self._held is None:
            self._held = self._mark_held()
        return None if self.is_filtered else (self._numbers, self._held)

    def leading_elsewhere(self, other: object) -> list[Prefix] | None:
        """Prefixes that this table and that of another state may lead another way, whatever it costs."""
        if not isinstance(other, OspfTable) or not self._is_comparable(other):
            return None
        known = self._domain.aligned(other._domain)
        one, two = self._inner_routes(), other._inner_routes()
        apart = one.kinds[known.here] != two.kinds[known.there]
        apart |= (one.masks[:, known.here] != two.masks[:, known.there]).any(axis=0)
        found = [known.prefixes[at] for at in np.flatnonzero(apart).tolist()]
        mine, others = self._externals(), other._externals()
        ways = (prefix for prefix in {**mine, **others} if _way(mine.get(prefix)) != _way(others.get(prefix)))
        return [*found, *known.alone, *ways]

    def _is_comparable(self, other: OspfTable) -> bool:
        """Whether two tables differ in what the domain computed alone."""
        if self._permits is not None or other._permits is not None:
            return False
        mine, others = self._domain.internal, other._domain.internal
        if _settings(self._router_of()) != _settings(other._router_of()):
            return False
        if mine.graph.hops[self._router] != others.graph.hops[other._router]:
            return False
        return self._router not in mine.discards and other._router not in others.discards

    def _inner_routes(self) -> Routes:
        return self._domain.internal.routes(self._router)

    def holds(self, prefix: Prefix) -> bool:
        """Whether `prefix` has an internal route here that leads somewhere and may be installed."""
        if self._held is None:
            self._held = self._mark_held()
        number = self._numbers.get(prefix)
        if number is None or not self._held[number]:
            return False
        return self._permits is None or self._permits(prefix)

    def _mark_held(self) -> bytes:
        process = self._router_of().process
        distances = (process.distance, process.distance_inter or 0)
        routes = self._domain.internal.routes(self._router)
        held = (routes.kinds != NONE) & routes.masks.any(axis=0)
        held[list(self._domain.internal.discards.get(self._router, ()))] = False
        return bytes(len(held)) if max(distances) >= UNUSABLE else held.tobytes()

    def gateways(self, prefix: Prefix) -> tuple[NextHop, ...]:
        """Next hops of what `holds`, where each names a neighbour's address."""
        if not self.holds(prefix):
            return ()
        masks, number = self._domain.internal.routes(self._router).masks, self._numbers[prefix]
        mask = (masks.item(0, number),) if len(masks) == 1 else tuple(masks[:, number].tolist())
        known = self._gateways.get(mask)
        if known is None:
            hops = self._next_hops(mask)
            near = all(hop.address is not None and hop.interface is not None for hop in hops)
            known = self._gateways[mask] = hops if near else ()
        return known

    def entry(self, prefix: Prefix) -> RibEntry | None:
        number = self._numbers.get(prefix)
        if number is None:
            return self._externals().get(prefix)
        if not self._inside:
            self._inside = [...] * len(self._numbers)
        known = self._inside[number]
        if isinstance(known, EllipsisType):
            known = self._inside[number] = self._make(prefix, number)
        return known or self._externals().get(prefix)

    def _make(self, prefix: Prefix, number: int) -> RibEntry | None:
        if self._permits is not None and not self._permits(prefix):
            return None
        internal = self._domain.internal
        null_route = internal.discards.get(self._router, {}).get(number)
        if null_route is not None:
            return _null_route(self._router_of(), null_route)
        routes = internal.routes(self._router)
        kind = routes.kinds.item(number)
        if kind == NONE:
            return None
        masks = routes.masks
        mask = (masks.item(0, number),) if len(masks) == 1 else tuple(masks[:, number].tolist())
        return self._share(kind, int(routes.costs.item(number)), mask, 0) if any(mask) else None

    def _externals(self) -> dict[Prefix, RibEntry]:
        """External routes for what no internal route reaches."""
        if self._external is not None:
            return self._external
        found = self._external = {}
        kinds = self._domain.internal.routes(self._router).kinds
        for prefix, route in self._domain.external(self._router).items():
            at = self._numbers.get(prefix)
            inside = at is not None and kinds[at] != NONE
            mine = prefix.length == 0 and self._originates_default()
            if not inside and not mine and (self._permits is None or self._permits(prefix)):
                found[prefix] = self._share(4 if route.type2 else 3, route.cost, route.mask, route.tag)
        return found

    def _originates_default(self) -> bool:
        """Who originates a default takes none from others (IOS and EOS, as in Batfish's tests; not FRR)."""
        return self._domain.originates_default(self._router) and self._router_of().device.vendor is not Vendor.FRR

    def _router_of(self) -> Router:
        return self._domain.internal.graph.routers[self._router]

    def _share(self, kind: int, cost: int, mask: tuple[int, ...], tag: int) -> RibEntry:
        key = (kind, cost, tag, mask)
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = self._build(kind, cost, mask, tag)
        return known

    def _build(self, kind: int, cost: int, mask: tuple[int, ...], tag: int) -> RibEntry:
        process = self._router_of().process
        protocol = _PROTOCOL.get(kind) or (RouteProtocol.OSPF_E2 if kind == 4 else RouteProtocol.OSPF_E1)
        distance = process.distance
        if kind == INTER and process.distance_inter is not None:
            distance = process.distance_inter
        if kind > INTER and process.distance_external is not None:
            distance = process.distance_external
        return RibEntry(protocol, distance, cost, self._next_hops(mask), tag)

    def _next_hops(self, mask: tuple[int, ...]) -> tuple[NextHop, ...]:
        known = self._hops.get(mask)
        if known is None:
            found = sorted({self._domain.hop(self._router, bit) for bit in bits(mask)}, key=_hop_order)
            known = self._hops[mask] = tuple(found[: max(1, self._router_of().process.maximum_paths)])
        return known


#: Of routes that ospfd sends without a distance (zebra's route_info).
_ZEBRA_DISTANCE = 110


def _null_route(router: Router, cost: int) -> RibEntry:
    """The discard route of a range at its border: IOS calls it intra-area, ospfd inter-area; FRR gives no metric, and
    zebra's distance for OSPF whatever `distance` says (FRR 8.4.4, live)."""
    hops = (NextHop(discard=True),)
    if router.device.vendor is Vendor.FRR:
        protocol = RouteProtocol.OSPF_IA if router.process.version == 2 else RouteProtocol.OSPF
        return RibEntry(protocol, _ZEBRA_DISTANCE, 0, hops)
    return RibEntry(RouteProtocol.OSPF, router.process.distance, cost, hops)


def _settings(router: Router) -> tuple[object, ...]:
    """What a router's configuration makes of what was computed."""
    process = router.process
    distances = (process.distance, process.distance_inter, process.distance_external)
    return process.process, distances, process.maximum_paths, router.device.vendor


def _way(entry: RibEntry | None) -> tuple[RouteProtocol, tuple[NextHop, ...]] | None:
    return None if entry is None else (entry.protocol, entry.next_hops)


def _hop_order(hop: NextHop) -> tuple[tuple[int, int], str]:
    return (hop.address or (0, 0), hop.interface or "")
