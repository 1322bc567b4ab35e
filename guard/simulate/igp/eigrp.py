"""EIGRP in its converged state (RFC 7868): DUAL's successors, by each router's composite of its neighbours' vectors.

Law: composites grow with every link, so the settled state is found by taking the nearest router next; it depends on
the links and on what routers bring in alone. What a router has by itself (its subnets, summaries, redistributed routes)
goes before what it hears; internal routes go before external ones. A route that the main RIB has from elsewhere is not
passed on. Where routers round composites differently, the finest scale gives the order.
Not modelled: authentication, offset lists, hop limits, the order in which equal ways were heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from guard.model.address import Prefix, class_of
from guard.model.device import Vendor
from guard.model.eigrp import EigrpSummary
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.vector import Vector
from guard.simulate.igp.eigrp_filter import Filters
from guard.simulate.igp.eigrp_graph import EigrpGraph, Port, Router, Way
from guard.simulate.igp.eigrp_metric import composite, installed
from guard.simulate.igp.entries import Entries
from guard.simulate.policy.evaluator import Evaluator
from guard.simulate.rib.main_rib import UNUSABLE

#: A metric that the main RIB cannot hold: the route is unreachable (RFC 7868).
INFINITY = 0xFFFFFFFF
CONNECTED, SUMMARY, STATIC, REDISTRIBUTED, HEARD = "connected", "summary", "static", "redistributed", ""


class Route(NamedTuple):
    """A route as a router advertises it. `kind`: how it has it; `origin`: who brought it in from elsewhere."""

    external: bool
    vector: Vector
    tag: int = 0
    kind: str = HEARD
    origin: object = None


class EigrpExternal(NamedTuple):
    """A route that a router brings in from another protocol, with the vector that it is sent with."""

    router: Router
    prefix: Prefix
    vector: Vector
    tag: int
    kind: str


class Injected(NamedTuple):
    """What EIGRP takes from the main RIBs. `beaten`: routes that a router has from elsewhere and does not pass on."""

    externals: tuple[EigrpExternal, ...] = ()
    beaten: frozenset[tuple[Router, Prefix]] = frozenset()


class _Offer(NamedTuple):
    """A route as one neighbour offers it: its cost here, and the vector that the neighbour has it with.

    `nearer`: the neighbour was settled first, so its own way is not over this router.
    """

    external: bool
    cost: int
    hop: NextHop
    route: Route
    reported: Vector
    nearer: bool


@dataclass(slots=True)
class Eigrp:
    """All EIGRP tables of one network."""

    graph: EigrpGraph
    injected: Injected
    evaluators: Callable[[str], Evaluator]
    tables: dict[Router, dict[Prefix, RibEntry]] = field(init=False)
    vectors: dict[tuple[Router, Prefix], Vector] = field(init=False)
    _filters: Filters = field(init=False)
    _summaries: dict[Port, tuple[EigrpSummary, ...]] = field(init=False)
    _held: dict[Router, dict[Prefix, Route]] = field(init=False)
    _finest: frozenset[tuple[int, int]] = field(init=False)
    _ways: dict[Router, tuple[tuple[Way, bool], ...]] = field(init=False)  # and whether a filter or summary is on it
    _costs: dict[Router, dict[Vector, int]] = field(init=False)  # shared by routers that reckon alike

    def __post_init__(self) -> None:
        self.tables = {router: {} for router in self.graph.processes}
        self.vectors = {}
        self._filters = Filters(self.graph, self.evaluators)
        self._summaries = {port: each for port in self._ports() if (each := tuple(self._summaries_of(port)))}
        self._held = {port.router: {} for port in self._summaries}
        self._finest = _mixed(self.graph)
        self._ways = {router: tuple(self._guarded(ways)) for router, ways in self.graph.ways.items()}
        alike: dict[tuple[object, ...], dict[Vector, int]] = defaultdict(dict)
        self._costs = {
            router: alike[process.wide, process.weights, self.graph.devices[router].vendor]
            for router, process in self.graph.processes.items()
        }
        for (prefix, *others), origins in self._classes():
            self._settle(prefix, origins)
            self._repeat(prefix, others)

    def offered(self, node: str, vrf: str) -> Iterator[EigrpTable]:
        """What the processes of a VRF offer to its main RIB, the lowest AS first."""
        for router in self.graph.by_table.get((node, vrf), ()):
            yield EigrpTable(router.process, self.tables[router], frozenset(self.graph.own[router]))

    def _guarded(self, ways: tuple[Way, ...]) -> Iterator[tuple[Way, bool]]:
        for way in ways:
            filters = self.graph.processes[way.speaker].filters or self.graph.processes[way.hearer].filters
            yield way, bool(filters) or way.out in self._summaries

    def _ports(self) -> Iterator[Port]:
        return (port for ports in self.graph.ports.values() for port in ports)

    # ---------------------------------------------------------------------------------------------- what is born

    def _classes(self) -> Iterator[tuple[list[Prefix], dict[Router, Route]]]:
        """Prefixes that nothing tells apart, together: born alike, beaten at the same routers, and met by no filter."""
        guarded = any(on for ways in self._ways.values() for _, on in ways)
        leaking = any(process.stub_leak for process in self.graph.processes.values())
        if guarded or leaking:
            yield from (([prefix], origins) for prefix, origins in self._born())
            return
        beaten: dict[Prefix, set[Router]] = defaultdict(set)
        for router, prefix in self.injected.beaten:
            beaten[prefix].add(router)
        found: dict[Hashable, tuple[list[Prefix], dict[Router, Route]]] = {}
        for prefix, origins in self._born():
            key = (prefix.version, frozenset(origins.items()), frozenset(beaten.get(prefix, ())))
            found.setdefault(key, ([], origins))[0].append(prefix)
        yield from found.values()

    def _repeat(self, prefix: Prefix, others: Collection[Prefix]) -> None:
        """The same routes for prefixes that behave alike."""
        for router, table in self.tables.items() if others else ():
            entry, vector = table.get(prefix), self.vectors.get((router, prefix))
            for other in others:
                if entry is not None:
                    table[other] = entry
                if vector is not None:
                    self.vectors[router, other] = vector

    def _born(self) -> Iterator[tuple[Prefix, dict[Router, Route]]]:
        """Each prefix with who has it by himself, the longest first: a summary hangs on what is more specific."""
        found: dict[Prefix, dict[Router, Route]] = defaultdict(dict)
        for external in self.injected.externals:
            name = self.graph.name(external.router)
            found[external.prefix][external.router] = Route(True, external.vector, external.tag, external.kind, name)
        for router, own in self.graph.own.items():
            for prefix, vector in own.items():
                found[prefix][router] = Route(False, vector, kind=CONNECTED)
        for summaries in self._summaries.values():
            for each in summaries:
                found.setdefault(each.prefix, {})
        for prefix in sorted(found, key=lambda each: (-each.length, each)):
            yield prefix, found[prefix]

    def _summaries_of(self, port: Port) -> Iterator[EigrpSummary]:
        yield from port.settings.summaries
        process = self.graph.processes[port.router]
        if process.auto_summary and port.subnets:
            there = class_of(port.subnets[0])
            for whole in sorted({class_of(each) for each in self.graph.own[port.router]} - {there}):
                yield EigrpSummary(whole, process.source)

    def _summarise(self, prefix: Prefix, origins: dict[Router, Route]) -> None:
        """Add the summary of routers that hold a more specific route; it has the vector of the nearest one."""
        for port, summaries in self._summaries.items():
            wanted = next((each for each in summaries if each.prefix == prefix), None)
            before = origins.get(port.router)
            if wanted is None or (before is not None and before.kind == CONNECTED):
                continue
            router, held = port.router, self._held[port.router]
            inside = [route.vector for each, route in held.items() if each != prefix and prefix.covers(each)]
            if not inside:
                continue
            nearest = min(inside, key=lambda vector: (self._cost(router, vector), vector))
            origins[router] = Route(False, nearest, kind=SUMMARY)
            metric = installed(self.graph.processes[router], self._cost(router, nearest))
            entry = RibEntry(RouteProtocol.EIGRP, wanted.distance, metric, (NextHop(discard=True),))
            known = self.tables[router].get(prefix)
            if known is None or entry.admin_distance < known.admin_distance:
                self.tables[router][prefix] = entry

    # ---------------------------------------------------------------------------------------------- one prefix

    def _settle(self, prefix: Prefix, origins: dict[Router, Route]) -> None:
        self._summarise(prefix, origins)
        settled, offers = self._spread(prefix, origins)
        for router in settled.keys() & self._held.keys():
            self._held[router][prefix] = settled[router]
        for router, heard in offers.items():
            local = origins.get(router)
            if local is None or local.kind not in (CONNECTED, SUMMARY):
                self._install(router, prefix, heard)

    def _spread(
        self, prefix: Prefix, origins: Mapping[Router, Route]
    ) -> tuple[dict[Router, Route], dict[Router, list[_Offer]]]:
        """The route that each router has, and all that it is offered."""
        settled: dict[Router, Route] = {}
        offers: dict[Router, list[_Offer]] = defaultdict(list)
        best = {router: (route.external, 0, NextHop(), route) for router, route in origins.items()}
        heap = [
            (route.external, self._order(router, route, self._cost(router, route.vector)), router)
            for router, route in origins.items()
        ]
        heapify(heap)
        while heap:
            *_, router = heappop(heap)
            if router in settled:
                continue
            route = settled[router] = best[router][-1]
            for way, guarded in self._ways.get(router, ()) if self._is_passed_on(router, prefix, route) else ():
                hearer = way.hearer
                nearer = hearer not in settled
                if (guarded or route.kind == SUMMARY) and not self._is_sent(way, prefix, route):
                    continue
                offer = self._offer(way, route, nearer=nearer)
                if offer is None or (guarded and not self._filters.accepts(way, prefix, offer.route)):
                    continue
                offers[hearer].append(offer)
                rank = (offer.external, offer.cost, offer.hop, offer.route)
                known = best.get(hearer)
                if nearer and (known is None or (known[-1].kind == HEARD and _less(rank, known))):
                    best[hearer] = rank
                    heappush(heap, (offer.external, self._order(hearer, offer.route, offer.cost), hearer))
        return settled, offers

    def _offer(self, way: Way, route: Route, *, nearer: bool) -> _Offer | None:
        """The route as it is heard over one way; None where it comes back to who brought it in."""
        if route.external and route.origin == self.graph.name(way.hearer):
            return None  # a router ignores external routes that carry its own id as their origin's (RFC 7868)
        vector = route.vector.over(way.into.vector)
        heard = Route(route.external, vector, route.tag, HEARD, route.origin)
        return _Offer(route.external, self._cost(way.hearer, vector), way.hop, heard, route.vector, nearer)

    def _is_sent(self, way: Way, prefix: Prefix, route: Route) -> bool:
        return self._is_unsummarised(way.out, prefix, route) and self._filters.sends(way, prefix, route)

    def _is_unsummarised(self, port: Port, prefix: Prefix, route: Route) -> bool:
        """A summary goes out where it is configured; there, it alone, and what its leak map permits."""
        summaries = self._summaries.get(port, ())
        if route.kind == SUMMARY:
            return any(each.prefix == prefix for each in summaries)
        return all(
            each.prefix == prefix
            or not each.prefix.covers(prefix)
            or (each.leak_policy != "" and self._filters.leaks(port.router, each.leak_policy, prefix, route))
            for each in summaries
        )

    def _is_passed_on(self, router: Router, prefix: Prefix, route: Route) -> bool:
        process = self.graph.processes[router]
        if route.kind == HEARD and (router, prefix) in self.injected.beaten:
            return False
        if process.stub is None:
            return True
        leaked = process.stub_leak != "" and self._filters.leaks(router, process.stub_leak, prefix, route)
        return route.kind in process.stub or (route.kind == HEARD and leaked)

    def _install(self, router: Router, prefix: Prefix, offers: list[_Offer]) -> None:
        """Successors, and with a variance feasible ones whose own way is surely not over this router (RFC 7868)."""
        process = self.graph.processes[router]
        external, nearest = min((each.external, each.cost) for each in offers)
        same = sorted(
            (each for each in offers if each.external is external), key=lambda each: (each.cost, _at(each.hop))
        )
        used = [
            each
            for each in same
            if (each.cost == nearest and each.nearer)
            or (each.cost <= process.variance * nearest and self._cost(router, each.reported) < nearest)
        ][: process.maximum_paths]
        metric = installed(process, nearest)
        self.vectors[router, prefix] = used[0].route.vector
        if metric < INFINITY:
            self.tables[router][prefix] = RibEntry(
                RouteProtocol.EIGRP_EX if external else RouteProtocol.EIGRP,
                process.distance_external if external else process.distance,
                metric,
                tuple(sorted({each.hop for each in used}, key=_at)),
                used[0].route.tag,
            )

    # ---------------------------------------------------------------------------------------------- numbers

    def _cost(self, router: Router, vector: Vector) -> int:
        known = self._costs[router].get(vector)
        if known is None:
            known = composite(self.graph.processes[router], self.graph.devices[router].vendor, vector)
            self._costs[router][vector] = known
        return known

    def _order(self, router: Router, route: Route, cost: int) -> int:
        """By which routers are settled: the router's own composite, the finest where a domain's routers differ."""
        process = self.graph.processes[router]
        if self._finest and (process.asn, process.version) in self._finest:
            return composite(replace(process, wide=True), Vendor.IOS, route.vector)
        return cost


def _less(one: tuple[bool, int, NextHop, Route], two: tuple[bool, int, NextHop, Route]) -> bool:
    return (one[0], one[1], _at(one[2])) < (two[0], two[1], _at(two[2]))


def _at(hop: NextHop) -> tuple[tuple[int, int], str]:
    return hop.address or (0, 0), hop.interface or ""


def _mixed(graph: EigrpGraph) -> frozenset[tuple[int, int]]:
    """AS and IP version of domains whose routers do not all make the same composite of a vector."""
    schemes: dict[tuple[int, int], set[tuple[bool, bool]]] = defaultdict(set)
    for router, process in graph.processes.items():
        rounds_late = graph.devices[router].vendor is Vendor.NXOS
        schemes[process.asn, process.version].add((process.wide, rounds_late))
    return frozenset(domain for domain, found in schemes.items() if len(found) > 1)


class EigrpTable(Entries):
    """Implements main_rib.IgpTable, Running, Differing and Holding."""

    native = RouteProtocol.EIGRP

    def __init__(self, process: str, entries: Mapping[Prefix, RibEntry], subnets: frozenset[Prefix]) -> None:
        super().__init__(entries, subnets)
        self.process = process

    def holds(self, prefix: Prefix) -> bool:
        """Whether there is an internal route that leads somewhere and may be installed."""
        entry = self._entries.get(prefix)
        if entry is None or entry.protocol is not RouteProtocol.EIGRP or entry.admin_distance >= UNUSABLE:
            return False
        return not any(hop.discard for hop in entry.next_hops)
