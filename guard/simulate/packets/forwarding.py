"""Where packets go: the forwarding graph of one destination over all routers at once, and how each packet ends.

Law: every way that ECMP may take is followed; a flow's fate is the set of their ends. Dispositions are Batfish's. A
destination alone meets a filter only where the filter drops everything to it; flows (following.py) meet every line.
Not modelled: policy-based routing, fragments, TTL.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Hashable, Iterable, Mapping, MutableMapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from guard.model.address import Address, Prefix
from guard.model.facts import Disposition, Fate, PrefixTable
from guard.model.inventory import EXTERNAL, Inventory
from guard.model.rib import NextHop, RibEntry
from guard.model.state import InterfaceId, NetworkState
from guard.simulate.igp.core import IgpCore
from guard.simulate.layer3.acl import Decision, drops_all_to, drops_traffic_to
from guard.simulate.layer3.links import DEFAULT_VRF, Links, PrefixSet, is_no_host
from guard.simulate.packets.answers import Answers
from guard.simulate.packets.column import ARRIVED, NOWHERE, Column, Ends, Move, Step
from guard.simulate.packets.hanging import Hanging
from guard.simulate.packets.one_exit import OneExit
from guard.simulate.packets.tunnels import tunnelled
from guard.simulate.packets.unmoved import Unmoved
from guard.simulate.rib.plain_routes import Classified, Installed, PlainRoutes, Vertex, plain_routes, plain_routes_after
from guard.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from guard.simulate.bgp.advertising import Outlets
    from guard.simulate.packets.destinations import SiteTargets
    from guard.simulate.packets.grouping import Grouping
    from guard.simulate.packets.reachability import Reach


@runtime_checkable
class Resolved(Protocol):
    """A FIB that takes the installed entry from who has it at hand, and gives one object for equal sets of hops."""

    def resolved(self, node: str, vrf: str, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        """Forwarding next hops of `entry`, as `Fib.next_hops` has them."""
        ...


class Forwarder:
    """Forwarding of one network state. Remembers every column it was asked for.

    `before`: a similar state. Columns that turn out to be equal to its own are its own: one object, read once.
    """

    def __init__(self, snapshot: Snapshot, state: NetworkState, before: Forwarder | None = None) -> None:
        self.links: Links = Links(snapshot, state, before.links if before is not None else None)
        self.state = state
        alive = sorted((node, vrf) for node, vrf in state.ribs if self.links.is_alive(node))
        #: Global tables, which columns are made for; others are followed when somebody asks.
        self.sources: tuple[Vertex, ...] = tuple(vertex for vertex in alive if vertex[1] == DEFAULT_VRF)
        #: The outside sends to services and announced prefixes; what our IGP alone carries it is asked for one by one,
        #: unless it counts as a site that exchanges traffic (CONTRACT 2: if it lists prefixes).
        self.inner = tuple(vertex for vertex in self.sources if not self._is_mere_outside(vertex[0]))
        self._services = {a for service in snapshot.inventory.services for a in service.addresses}
        self._crossings: dict[tuple[str, str, Address], tuple[Move, ...]] = {}
        self.before = before if before is not None and before.inventory == snapshot.inventory else None
        self._twin: Forwarder | None = None  # of the very same state, its filters in the same places
        if self.before is not None:
            self.links.share_sites(self.before.links)
            same = self.before.state is state and self.links.has_filters_of(self.before.links)
            self._twin = self.before if same else None
        self.aggregates: dict[tuple[str, Address, Prefix], bool] = {}  # see SiteTargets.aggregate_counts
        self.outgoing: tuple[Outlets, Mapping[Prefix, frozenset[str]]] | None = None  # see assessment
        self.targets: SiteTargets | None = None  # of a base: see destinations
        self.grouping: Grouping | None = None  # of a base: see grouping
        self.reach: Reach | None = None  # see reachability, as for the next
        self.tables: dict[str, PrefixTable[Any]] = {}  # the latest ones
        self._columns: dict[Address, Column] = {}
        self._beside: dict[Address, ChainMap[Vertex, Ends]] = {}  # columns with tables that were asked for
        self._drops: dict[tuple[int, int, Address], Decision | None] = {}
        self._single: dict[Fate, Ends] = {}
        self._shared: dict[tuple[frozenset[Fate], frozenset[str]], Ends] = {}
        self._covers: PrefixSet | None = None
        self._chain: tuple[Address, tuple[Prefix, ...]] | None = None
        self._resolved = state.fib.resolved if isinstance(state.fib, Resolved) else None
        self._moves: dict[tuple[Vertex, int], tuple[tuple[NextHop, ...], tuple[Step, ...]]] = {}
        self._open: dict[Address, bool] = {}
        self._plain: PlainRoutes | None = None
        self._outside: frozenset[str] | None = None
        self._one_exit = OneExit(self)
        self.answers = Answers(self)
        self.hanging = Hanging(self)
        self.bgp: Installed | None = state.bgp if isinstance(state.bgp, Installed) else None
        self.unmoved = Unmoved(self.before, self) if self.before is not None else None
        self._leaving_by: dict[Address, Vertex] = {}
        self._core: IgpCore | None = None
        self._universe: frozenset[Prefix] | None = None

    @property
    def inventory(self) -> Inventory:
        return self.links.snapshot.inventory

    @property
    def plain(self) -> Mapping[Prefix, Hashable]:
        """Classes of prefixes that other protocols than BGP know (see PlainRoutes)."""
        return self.plain_routes.classes

    @property
    def plain_routes(self) -> PlainRoutes:
        """What main RIBs may hold of other protocols than BGP."""
        if self._plain is None:
            if self.before is None:
                self._plain = plain_routes(self.state)
            else:
                known = self.before.plain_routes
                if self.before.state is self.state:
                    self._plain = known._replace(apart=frozenset())
                else:
                    self._plain = plain_routes_after(self.before.state, known, self.state)
        return self._plain

    @property
    def outside(self) -> frozenset[str]:
        """Nodes of external sites."""
        if self._outside is None:
            self._outside = frozenset(filter(self.links.is_outside, self.links.snapshot.devices))
        return self._outside

    @property
    def core(self) -> IgpCore:
        """What the IGP alone carries."""
        if self._core is None:
            bgp, places = self.state.bgp, self.plain_routes.places
            known = bgp.universe if isinstance(bgp, Classified) else frozenset() if not self.state.sessions else None
            universe = known if places is not None else None
            before = self.before.core if self.before is not None else None
            self._core = IgpCore(self.links, self.state, elsewhere=places or {}, universe=universe, before=before)
        return self._core

    @property
    def universe(self) -> frozenset[Prefix]:
        """Every prefix that some main RIB holds or may hold."""
        if self._universe is None:
            bgp = self.state.bgp
            routed = bgp.universe if isinstance(bgp, Classified) else frozenset()
            found = routed.union(self.plain)
            theirs = self.before.universe if self.before is not None else None
            self._universe = theirs if theirs is not None and theirs == found else found
        return self._universe

    @property
    def covers(self) -> PrefixSet:
        """The universe, to be asked by longest match."""
        if self._covers is None:
            same = self.before is not None and self.before.universe is self.universe
            self._covers = self.before.covers if self.before is not None and same else PrefixSet(self.universe)
        return self._covers

    def _is_mere_outside(self, node: str) -> bool:
        site = self.links.site(node)
        return site is not None and site.kind == EXTERNAL and not site.prefixes

    def route(self, vertex: Vertex, destination: Address) -> tuple[Prefix, RibEntry] | None:
        """The main-RIB route that a packet to `destination` takes."""
        rib = self.state.ribs.get(vertex)
        if rib is None:
            return None
        for prefix in self.chain_of(destination):
            entry = rib.get(prefix)
            if entry is not None:
                return prefix, entry
        return None

    def chain_of(self, destination: Address) -> tuple[Prefix, ...]:
        """All prefixes of the network that hold `destination`, longest first: cheaper than a longest match each."""
        if self._chain is None or self._chain[0] != destination:
            self._chain = destination, tuple(self.covers.covering(destination.host))
        return self._chain[1]

    def steps(self, vertex: Vertex, destination: Address) -> tuple[Step, ...]:
        """What the table does with a packet to `destination`, filters apart; one step for each ECMP next hop."""
        node, vrf = vertex
        for owner in self.links.owners.get(destination, ()):
            if owner.node == node and owner.vrf == vrf:
                return (Fate(Disposition.ACCEPTED, node, owner.interface),)
        found = self.route(vertex, destination)
        if found is None:
            return (Fate(Disposition.NO_ROUTE, node),)
        prefix, entry = found
        hops = self._hops(vertex, prefix, entry)
        known = self._moves.get((vertex, id(hops)))
        return known[1] if known is not None else self._along(vertex, hops, prefix, destination)

    def _hops(self, vertex: Vertex, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        if self._resolved is not None:
            return self._resolved(*vertex, prefix, entry)
        return self.state.fib.next_hops(*vertex, prefix)

    def moves(self, vertex: Vertex, prefix: Prefix, entry: RibEntry) -> tuple[Step, ...] | None:
        """The steps of packets that take this route, if each is a move to a gateway, whatever their destination."""
        hops = self._hops(vertex, prefix, entry)
        if (vertex, id(hops)) not in self._moves:
            self._along(vertex, hops, prefix, prefix.first)
        known = self._moves.get((vertex, id(hops)))
        return known[1] if known is not None else None

    def _along(
        self, vertex: Vertex, hops: tuple[NextHop, ...], prefix: Prefix, destination: Address
    ) -> tuple[Step, ...]:
        """One step for each next hop; remembered where they hang on the hops alone: each has a gateway that is up."""
        if not hops:
            return (Fate(Disposition.NO_ROUTE, vertex[0], "", f"the next hop of {prefix} does not resolve"),)
        if len(hops) == 1:
            steps = self._over(vertex, hops[0], prefix, destination)
        else:
            steps = tuple(dict.fromkeys(step for hop in hops for step in self._over(vertex, hop, prefix, destination)))
        gateways = all(hop.interface is not None and hop.address is not None for hop in hops)
        if gateways and all(isinstance(step, Move) for step in steps):
            self._moves[vertex, id(hops)] = (hops, steps)
        return steps

    def _over(self, vertex: Vertex, hop: NextHop, prefix: Prefix, destination: Address) -> tuple[Step, ...]:
        node = vertex[0]
        if hop.discard:
            return (Fate(Disposition.NULL_ROUTED, node, "", str(prefix)),)
        if hop.label is not None and hop.address is not None:
            return tunnelled(self, node, hop.address, hop.label)
        if hop.interface is None:
            if hop.vrf is not None:
                return (Move("", None, (node, hop.vrf), ""),)
            return (Fate(Disposition.NO_ROUTE, node, "", f"the next hop of {prefix} does not resolve"),)
        if hop.address is None:
            return self._onto(InterfaceId(node, hop.interface), destination)
        moves = self._crossing(node, hop.interface, hop.address)
        return moves or (self._unanswered(InterfaceId(node, hop.interface), hop.address, destination),)

    def _crossing(self, node: str, interface: str, gateway: Address) -> tuple[Move, ...]:
        """Moves to the neighbour that bears `gateway` (or is the only one, for a link-local next hop)."""
        key = (node, interface, gateway)
        known = self._crossings.get(key)
        if known is None:
            known = self._crossings[key] = self._find_crossing(InterfaceId(node, interface), gateway)
        return known

    def _find_crossing(self, here: InterfaceId, gateway: Address) -> tuple[Move, ...]:
        near = self.links.near(here)
        owners = [InterfaceId(owner.node, owner.interface) for owner in self.links.owners.get(gateway, ())]
        bearers = [bearer for bearer in owners if bearer in near]
        if not bearers and gateway.is_link_local:
            bearers = sorted(near)
        return tuple(self._move(here, bearer, gateway) for bearer in bearers)

    def _move(self, here: InterfaceId, there: InterfaceId, gateway: Address | None) -> Move:
        return Move(here.interface, gateway, (there.node, self.links.vrf(there)), there.interface)

    def _onto(self, here: InterfaceId, destination: Address) -> tuple[Step, ...]:
        """A packet that is handed to the link itself, without a gateway."""
        moves = self._crossing(here.node, here.interface, destination)
        if moves:
            return moves
        subnet = self.links.subnet_of(here, destination)
        if subnet is None:
            return self._proxied(here, destination)
        if destination in self.links.configured and self._lives_in(destination, subnet):
            return (Fate(Disposition.NEIGHBOR_UNREACHABLE, here.node, here.interface, f"{destination} is down"),)
        if is_no_host(subnet, destination):
            return (Fate(Disposition.EXITS_NETWORK, here.node, here.interface, f"{destination} is no host's address"),)
        return (Fate(Disposition.DELIVERED_TO_SUBNET, here.node, here.interface),)

    def _lives_in(self, address: Address, subnet: Prefix) -> bool:
        """Whether a device has the address configured in this very subnet (not a loopback that happens to fit)."""
        for place in self.links.configured[address]:
            device = self.links.snapshot.devices[place.node]
            for face in device.interfaces:
                if face.name == place.interface:
                    bound = {b.prefix for b in face.addresses if b.address == address}
                    if address in face.virtual_addresses or any(p.overlaps(subnet) for p in bound):
                        return True
        return False

    def _proxied(self, here: InterfaceId, destination: Address) -> tuple[Step, ...]:
        """A static route to an interface: the only neighbour takes it, or those that have a route (proxy ARP)."""
        near = sorted(self.links.near(here))
        if len(near) > 1:
            near = [there for there in near if self.route((there.node, self.links.vrf(there)), destination)]
        if near:
            return tuple(self._move(here, there, None) for there in near)
        return (self._unanswered(here, destination, destination),)

    def _unanswered(self, here: InterfaceId, gateway: Address, destination: Address) -> Fate:
        """Nobody in the snapshot bears the next hop: outside, or not there (Batfish's distinctions)."""
        links = self.links
        if gateway in links.configured:
            return Fate(Disposition.NEIGHBOR_UNREACHABLE, here.node, here.interface, f"{gateway} is down")
        subnet = links.subnet_of(here, gateway)
        if subnet is not None and links.is_full(subnet):
            return Fate(Disposition.NEIGHBOR_UNREACHABLE, here.node, here.interface, f"nobody is {gateway}")
        if destination in links.configured or links.internal.holds(destination):
            return Fate(Disposition.INSUFFICIENT_INFO, here.node, here.interface, f"via {gateway}")
        return Fate(Disposition.EXITS_NETWORK, here.node, here.interface, f"via {gateway}")

    # Filters

    def _dropped(self, kind: int, place: InterfaceId, destination: Address) -> Fate | None:
        """The fate of packets to `destination` at a filter that drops all of them; `kind` 0 entering, 1 leaving."""
        filters = self.links.filters_out if kind else self.links.filters_in
        acl = filters.get((destination.version, place))
        if acl is None:
            return None
        key = (kind, id(acl), destination)
        if key not in self._drops:
            self._drops[key] = drops_traffic_to(acl, destination)
        decision = self._drops[key]
        if decision is None:
            return None
        disposition = Disposition.DENIED_OUT if kind else Disposition.DENIED_IN
        return Fate(disposition, place.node, place.interface, decision.describe(acl))

    def filtered(self, vertex: Vertex, destination: Address) -> tuple[Step, ...]:
        """`steps`, where a filter that drops all packets to the destination ends those that meet it."""
        steps = self.steps(vertex, destination)
        if self.is_open(destination):
            return steps
        return tuple(self._door(vertex[0], step, destination) for step in steps)

    def is_open(self, destination: Address) -> bool:
        """Whether no filter anywhere drops all packets to the destination."""
        known = self._open.get(destination)
        if known is None:
            known = self._open[destination] = self.core.is_unfiltered(destination)
        return known

    def _door(self, node: str, step: Step, destination: Address) -> Step:
        if isinstance(step, Fate):
            if step.disposition is Disposition.ACCEPTED:
                return self._own_door(step, destination)
            leaves = step.interface and self._dropped(1, InterfaceId(node, step.interface), destination)
            return leaves or step
        if not step.out:
            return step
        return (
            self._dropped(1, InterfaceId(node, step.out), destination)
            or self._dropped(0, InterfaceId(step.head[0], step.into), destination)
            or step
        )

    def _own_door(self, fate: Fate, destination: Address) -> Fate:
        for acl in self.links.filters_own.get((destination.version, fate.node), ()):
            decision = drops_all_to(acl, destination)
            if decision is not None:
                return Fate(Disposition.DENIED_IN, fate.node, fate.interface, decision.describe(acl))
        return fate

    # One destination, all sources

    def column(self, destination: Address) -> Column:
        """How packets to `destination` end, from every table of the network."""
        known = self._columns.get(destination)
        if known is None:
            known = self._columns[destination] = self._theirs(destination)
        if self.answers.reading is not None:
            self.answers.reading.columns.append(known)
        return known

    def _theirs(self, destination: Address) -> Column:
        """The column, that of the state before where it is equal to it, or where that is this very state."""
        if self._twin is not None:
            return self._twin.column(destination)
        shared = self.unmoved.column(destination) if self.unmoved is not None else None
        if shared is None:
            return self.column_of(destination, *self._solve(destination))
        leaving_by = self.before.leaving_by(destination) if self.before is not None and shared.circle else None
        if leaving_by is not None:
            self._leaving_by[destination] = leaving_by
        return shared

    @property
    def is_twin(self) -> bool:
        """Whether the state before is this very one, seen by who knows of the same filters in the same places."""
        return self._twin is not None

    def leaving_by(self, destination: Address) -> Vertex | None:
        """The table that the packets of the circle of a column leave it by, or arrive at; None where nobody asked."""
        if self._twin is not None:
            return self._twin.leaving_by(destination)
        return self._leaving_by.get(destination)

    def circle_of(self, destination: Address) -> tuple[frozenset[str], tuple[Vertex, Ends] | None]:
        """Nodes whose packets go to one of them by the IGP alone (nobody if unsure), and how they end from there.

        None where they have arrived there.
        """
        circle = self.core.circle(destination)[1]
        return (circle, None) if circle else self._one_exit.circle_of(destination)

    def column_of(self, destination: Address, ends: dict[Vertex, Ends], circle: frozenset[str]) -> Column:
        """A column of this state; that of the state before where it is equal."""
        column = self.before._columns.get(destination) if self.before is not None else None
        same = column is not None and column.known == ends and column.circle == circle
        return column if column is not None and same else Column(destination, ends, circle)

    def _solve(self, destination: Address) -> tuple[dict[Vertex, Ends], frozenset[str]]:
        owner, circle = self.core.circle(destination)
        ends: dict[Vertex, Ends] = {}
        if circle:
            self._leaving_by[destination] = owner, DEFAULT_VRF
            face = next(o.interface for o in self.links.owners[destination])
            arrived = self.end(Fate(Disposition.ACCEPTED, owner, face))
            ends = dict.fromkeys(self.core.tables(circle), arrived)
        sources = self.inner if circle and destination not in self._services else self.sources
        if not circle:
            circle, leaving_by = self._one_exit.fill(destination, ends)
            if circle:
                self._leaving_by[destination] = leaving_by
        self.settle(sources, destination, ends)
        return ends, circle

    def settle(self, sources: Iterable[Vertex], destination: Address, ends: MutableMapping[Vertex, Ends]) -> None:
        """Walk to find the ends of some tables' packets; `ends` holds what is known, and takes what is found."""
        for source in sources:
            if source not in ends and not self._walk(source, destination, ends):
                self._settle_around(sources, destination, ends)
                return

    def _walk(self, source: Vertex, destination: Address, ends: MutableMapping[Vertex, Ends]) -> bool:
        """Follow all ways from one table to what is known, depth first; False where they come back to themselves."""
        way = [source]
        steps_of = {source: self.filtered(source, destination)}
        while way:
            vertex = way[-1]
            steps = steps_of[vertex]
            ahead = next((s.head for s in steps if isinstance(s, Move) and s.head not in ends), None)
            if ahead is None:
                ends[vertex] = self.joined(vertex, steps, ends)
                way.pop()
            elif ahead in steps_of:
                return False
            else:
                way.append(ahead)
                steps_of[ahead] = self.filtered(ahead, destination)
        return True

    def _settle_around(
        self, sources: Iterable[Vertex], destination: Address, ends: MutableMapping[Vertex, Ends]
    ) -> None:
        """`_settle` where there are loops."""
        graph = self.graph(sources, destination, ends)
        waiting: dict[Vertex, int] = {}
        tails: dict[Vertex, list[Vertex]] = {}
        ready = []
        for vertex, steps in graph.items():
            heads = {step.head for step in steps if isinstance(step, Move) and step.head in graph}
            if not heads:
                ready.append(vertex)
                continue
            waiting[vertex] = len(heads)
            for head in heads:
                tails.setdefault(head, []).append(vertex)
        while ready:
            vertex = ready.pop()
            ends[vertex] = self.joined(vertex, graph[vertex], ends)
            for tail in tails.get(vertex, ()):
                waiting[tail] -= 1
                if waiting[tail] == 0:
                    ready.append(tail)
        left = [vertex for vertex in graph if vertex not in ends]
        if left:
            self._close_loops(graph, left, ends)

    def ends(self, vertex: Vertex, destination: Address) -> Ends:
        """How packets to `destination` end from one table, of any VRF."""
        column = self.column(destination)
        known = column.known.get(vertex)
        if known is not None:
            return known
        if vertex not in self.state.ribs or not self.links.is_alive(vertex[0]):
            return NOWHERE
        beside = self._beside.setdefault(destination, ChainMap({}, cast(dict[Vertex, Ends], column.known)))
        if vertex not in beside:
            self.settle((vertex,), destination, beside)
        if self.answers.reading is not None:
            self.answers.reading.ways.append((destination, frozenset(beside.maps[0]), True))
        return beside[vertex]

    def graph(
        self, sources: Iterable[Vertex], destination: Address, known: Mapping[Vertex, object] = MappingProxyType({})
    ) -> dict[Vertex, tuple[Step, ...]]:
        """The forwarding graph of one destination, as far as `sources` reach without what is `known`."""
        graph: dict[Vertex, tuple[Step, ...]] = {}
        frontier = list(sources)
        for vertex in frontier:
            if vertex in graph or vertex in known:
                continue
            graph[vertex] = steps = self.filtered(vertex, destination)
            for step in steps:
                if isinstance(step, Move) and step.head not in graph and step.head not in known:
                    frontier.append(step.head)
        return graph

    def joined(self, vertex: Vertex, steps: tuple[Step, ...], ends: Mapping[Vertex, Ends]) -> Ends:
        """How packets that take these steps end, by what is known of the tables ahead."""
        if len(steps) == 1:
            return self._after(vertex, steps[0], ends)
        return self.union([self._after(vertex, step, ends) for step in steps])

    def union(self, parts: Sequence[Ends]) -> Ends:
        """The ends of packets that may go any of some ways."""
        if all(part is parts[0] for part in parts):
            return parts[0]
        return self._share(
            frozenset().union(*(part.fates for part in parts)), frozenset().union(*(part.sites for part in parts))
        )

    def _after(self, vertex: Vertex, step: Step, ends: Mapping[Vertex, Ends]) -> Ends:
        if isinstance(step, Fate):
            return self.end(step)
        after = ends.get(step.head, NOWHERE)
        if self.links.is_outside(step.head[0]) and not self.links.is_outside(vertex[0]):
            return self._share(after.fates, frozenset({self.links.label(vertex[0])}))
        return after

    def end(self, fate: Fate) -> Ends:
        """The ends of packets of which all have one fate."""
        known = self._single.get(fate)
        if known is None:
            stays = fate.disposition in ARRIVED or fate.disposition in (
                Disposition.EXITS_NETWORK,
                Disposition.NULL_ROUTED,
            )
            sites = frozenset({self.links.label(fate.node)}) if stays else frozenset()
            known = self._single[fate] = self._share(frozenset({fate}), sites)
        return known

    def _share(self, fates: frozenset[Fate], sites: frozenset[str]) -> Ends:
        """One object for equal ends: most routers' packets to a destination end alike."""
        known = self._shared.get((fates, sites))
        if known is None:
            theirs = self.before._shared.get((fates, sites)) if self.before is not None else None
            known = self._shared[fates, sites] = theirs if theirs is not None else Ends(fates, sites)
        return known

    def _close_loops(
        self, graph: Mapping[Vertex, tuple[Step, ...]], left: list[Vertex], ends: MutableMapping[Vertex, Ends]
    ) -> None:
        """Tables that are left lie on a cycle or lead to one: their packets may loop, or end where a branch leads."""
        looping = {
            v: Fate(Disposition.LOOP, min(cycle)[0], "", " -> ".join(sorted(n for n, _ in cycle)))
            for v, cycle in _cycles(graph, left).items()
        }
        for vertex in left:
            ends[vertex] = Ends(frozenset({looping[vertex]}), frozenset())
        changed = True
        while changed:
            changed = False
            for vertex in left:
                joined = self.joined(vertex, graph[vertex], ends)
                merged = Ends(ends[vertex].fates | joined.fates, ends[vertex].sites | joined.sites)
                if merged != ends[vertex]:
                    ends[vertex], changed = merged, True


def _cycles(graph: Mapping[Vertex, tuple[Step, ...]], left: list[Vertex]) -> dict[Vertex, frozenset[Vertex]]:
    """For each vertex of `left` a cycle that it can run into: each has a successor in `left`, so a walk must close."""
    members = set(left)
    found: dict[Vertex, frozenset[Vertex]] = {}
    for start in left:
        path: list[Vertex] = []
        places: dict[Vertex, int] = {}
        vertex = start
        while vertex not in found and vertex not in places:
            places[vertex] = len(path)
            path.append(vertex)
            heads = (step.head for step in graph[vertex] if isinstance(step, Move))
            vertex = next(head for head in heads if head in members)
        cycle = found.get(vertex) or frozenset(path[places[vertex] :])
        for passed in path:
            found[passed] = cycle
    return found
