"""Destinations to which a whole area sends packets by few routers of its own: everybody's end without everybody's walk.

Law: what is said here is what `Forwarder.graph` and its walk would find, table by table; where that is not sure nothing
is said, and the tables are walked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Address, Prefix
from guard.model.facts import Disposition, Fate
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import InterfaceId
from guard.simulate.igp.core import NOBODY
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.column import Ends, Move, Step
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.plain_routes import Held, Installed, Vertex, is_plain

if TYPE_CHECKING:
    from guard.simulate.packets.forwarding import Forwarder


class _Trunk(NamedTuple):
    """Nodes whose tables hold an iBGP route for a prefix; and which other tables, the exits, ways of which lead to."""

    nodes: frozenset[str]
    groups: tuple[tuple[tuple[Vertex, ...], tuple[Vertex, ...]], ...]


class OneExit:
    """Asked for one destination after another of one state."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._bare: tuple[Vertex, ...] | None = None
        self._gateways: dict[int, list[int]] = {}
        self._trunks: dict[Prefix, _Trunk | None] = {}
        self._known: dict[tuple[Vertex, tuple[NextHop, ...]], tuple[Step, ...]] = {}
        self._heads: dict[tuple[NextHop, ...], dict[Vertex, tuple[Vertex, ...]]] = {}  # by the next hops of a route
        self._by_gateways: dict[tuple[Vertex, int], tuple[tuple[NextHop, ...], tuple[Vertex, ...]]] = {}
        self._shared: dict[int, tuple[Held, tuple[tuple[frozenset[Vertex], RibEntry], ...]]] = {}
        self._exit: Vertex = ("", DEFAULT_VRF)  # of the circle that was found last

    def fill(self, destination: Address, ends: dict[Vertex, Ends]) -> tuple[frozenset[str], Vertex]:
        """Put into `ends` what is sure about packets to `destination`; the circle (see `circle_of`) and its exit."""
        circle, found = NOBODY, False
        asked = self._asked(destination)
        if asked is None:
            return circle, self._exit
        chain, at, apart, bgp = asked
        circle = self._by_one(chain[at], bgp, apart, destination, ends)
        if circle:
            ends.update(dict.fromkeys(self._forwarder.core.tables(circle), ends[self._exit]))
        else:
            found = self._by_some(chain[at], bgp, apart, destination, ends)
        if circle or found:
            places = self._forwarder.plain_routes.places or {}
            holding = {vertex for p in chain[at:] for vertex, _ in places.get(p, ())}
            self._from_bare(chain[at:], bgp, apart, holding, ends)
        return circle, self._exit

    def circle_of(self, destination: Address) -> tuple[frozenset[str], tuple[Vertex, Ends] | None]:
        """Nodes that all send packets to one of them, the exit, by the IGP; and how they end from that one's table."""
        asked = self._asked(destination)
        if asked is None:
            return NOBODY, None
        chain, at, apart, bgp = asked
        ends: dict[Vertex, Ends] = {}
        circle = self._by_one(chain[at], bgp, apart, destination, ends)
        return (circle, (self._exit, ends[self._exit])) if circle else (NOBODY, None)

    def _asked(self, destination: Address) -> tuple[tuple[Prefix, ...], int, frozenset[str], Installed] | None:
        """Prefixes that hold the destination, which of them others hear of, nodes with routes of their own; and BGP."""
        forwarder = self._forwarder
        plain, bgp, chain = forwarder.plain_routes, forwarder.state.bgp, forwarder.chain_of(destination)
        if plain.places is None or not isinstance(bgp, Installed) or not forwarder.is_open(destination):
            return None
        # What only its own routers hold, by cable or by hand, is nothing to others: they go by what covers it.
        at = next((i for i, p in enumerate(chain) if p in plain.learned or bgp.class_of(p) is not None), None)
        if at is None:
            return None
        bearers = {bearer.node for bearer in forwarder.links.owners.get(destination, ())}
        apart = bearers.union(vertex[0] for p in chain[:at] for vertex, _ in plain.places.get(p, ()))
        return chain, at, frozenset(apart), bgp

    # One router of the area

    def _by_one(
        self, prefix: Prefix, bgp: Installed, apart: Set[str], destination: Address, ends: dict[Vertex, Ends]
    ) -> frozenset[str]:
        """All of an area who send packets for the prefix to one router; `apart`: nodes with routes of their own."""
        forwarder = self._forwarder
        owner, circle = self._exit_of(prefix, bgp)
        if not circle or not apart.isdisjoint(circle - {owner}) or not circle.isdisjoint(forwarder.outside):
            return NOBODY
        self._exit = (owner, DEFAULT_VRF)
        forwarder.settle((self._exit,), destination, ends)
        return circle if _is_plain_end(ends[self._exit]) else NOBODY

    def _exit_of(self, prefix: Prefix, bgp: Installed) -> tuple[str, frozenset[str]]:
        """(router, who hands packets by the route for the prefix on towards it; nobody if unsure).

        Either the IGP alone knows the prefix, a subnet of that router; or all hold the same BGP route over it: each
        hands them on towards the next hop, by the IGP, to one that does likewise.
        """
        forwarder = self._forwarder
        plain = forwarder.plain_routes
        if prefix in plain.learned:
            return forwarder.core.network(prefix)
        held = bgp.installed(prefix)
        inner = [entry for entry in held.own.values() if entry.protocol is RouteProtocol.IBGP]
        gateways = {e.next_hops for e in (*inner, *(e for _, e in held.alike if e.protocol is RouteProtocol.IBGP))}
        hops = next(iter(gateways), ())
        if len(gateways) != 1 or len(hops) != 1 or hops[0].address is None or hops[0].interface or hops[0].vrf:
            return "", frozenset()
        owner, circle = forwarder.core.circle(hops[0].address)
        own = {vertex for vertex, _ in (plain.places or {}).get(prefix, ())}
        others = forwarder.core.tables(circle) - {(owner, DEFAULT_VRF)}
        if not own.isdisjoint(others) or not _all_by_ibgp(others, held):
            return "", frozenset()
        return owner, circle

    # Some routers, to which others go by the BGP route that they hold

    def _by_some(
        self, prefix: Prefix, bgp: Installed, apart: Set[str], destination: Address, ends: dict[Vertex, Ends]
    ) -> bool:
        """Whether the ways of those who hold an iBGP route for the prefix lead to a few tables that hold another."""
        if prefix in self._forwarder.plain_routes.learned:
            return False
        if prefix not in self._trunks:
            self._trunks[prefix] = self._find_trunk(prefix, bgp)
        trunk = self._trunks[prefix]
        if trunk is None or not apart.isdisjoint(trunk.nodes):
            return False
        exits = {exit for led, _ in trunk.groups for exit in led}
        self._forwarder.settle(sorted(exits), destination, ends)
        if not all(_is_plain_end(ends[exit]) for exit in exits):
            return False
        for led, tables in trunk.groups:
            ends.update(dict.fromkeys(tables, self._forwarder.union([ends[exit] for exit in led])))
        return True

    def _find_trunk(self, prefix: Prefix, bgp: Installed) -> _Trunk | None:
        """None where packets may go round, or where hardly anybody holds an iBGP route."""
        forwarder, held = self._forwarder, bgp.installed(prefix)
        own = {vertex for vertex, _ in (forwarder.plain_routes.places or {}).get(prefix, ())}
        heads: dict[Vertex, tuple[Vertex, ...]] = {}
        for tables, entry in (*held.alike, *((frozenset({table}), entry) for table, entry in held.own.items())):
            if entry.protocol is RouteProtocol.IBGP:
                known = self._heads_of(prefix, entry)
                for table in (each for each in tables - own if each[1] == DEFAULT_VRF):
                    ahead = known.get(table)
                    if ahead is None:
                        ahead = known[table] = self._ahead(table, prefix, entry)
                    if ahead:
                        heads[table] = ahead
        led = _leading(heads)
        if not led:
            return None
        groups: dict[frozenset[Vertex], list[Vertex]] = {}
        for table, exits in led.items():
            groups.setdefault(exits, []).append(table)
        found = tuple((tuple(sorted(exits)), tuple(tables)) for exits, tables in groups.items())
        return _Trunk(frozenset(node for node, _ in heads), found)

    def _heads_of(self, prefix: Prefix, entry: RibEntry) -> dict[Vertex, tuple[Vertex, ...]]:
        """What `_ahead` found for routes with these next hops, which no prefix that holds none of them has a say in."""
        if any(hop.address is None or prefix.contains(hop.address) for hop in entry.next_hops):
            return {}
        return self._heads.setdefault(entry.next_hops, {})

    def _ahead(self, table: Vertex, prefix: Prefix, entry: RibEntry) -> tuple[Vertex, ...]:
        """The tables that a route leads to at once, all of them ours; none where it has other ends, too."""
        gateways = self._gateways_of(table, prefix, entry)
        known = self._by_gateways.get((table, id(gateways))) if gateways else None
        if known is not None:
            return known[1]
        forwarder = self._forwarder
        steps = forwarder.moves(table, prefix, entry) if forwarder.links.is_alive(table[0]) else None
        ahead = tuple(step.head for step in steps or () if not isinstance(step, Fate))
        if not forwarder.outside.isdisjoint((table[0], *(node for node, _ in ahead))):
            ahead = ()
        if gateways:
            self._by_gateways[table, id(gateways)] = gateways, ahead
        return ahead

    def _gateways_of(self, table: Vertex, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        """What an IGP says of an entry's one next hop (one object for all that it says so of); none where not sure."""
        rib, address = self._forwarder.state.ribs[table], entry.next_hops[0].address if entry.next_hops else None
        if address is None or entry.next_hops != (NextHop(address),) or prefix.contains(address):
            return ()
        return rib.straight(address.host) if type(rib) is MainRib else ()

    # Routers without an IGP: neighbours outside, and hosts, that hold what one session told them

    def _from_bare(
        self,
        chain: Sequence[Prefix],
        bgp: Installed,
        nodes: Collection[str],
        tables: Collection[Vertex],
        ends: dict[Vertex, Ends],
    ) -> None:
        """The ends of packets from tables that run no IGP; `nodes` and `tables` have routes of another kind."""
        if any(map(self._may_hold_gateway, chain)):
            return
        offered = [found for p in chain if (found := bgp.installed(p)).own or found.alike]
        held = [(each.own, self._shared_by_bare(each)) for each in offered]
        forwarder = self._forwarder
        for vertex in self._bare_tables():
            if vertex in ends or vertex[0] in nodes or vertex in tables:
                continue
            entry = None
            for own, alike in held:
                entry = own.get(vertex) or next((each for tables, each in alike if vertex in tables), None)
                if entry is not None:
                    break
            if entry is None:
                ends[vertex] = forwarder.end(Fate(Disposition.NO_ROUTE, vertex[0]))
                continue
            steps = self._steps(vertex, chain[0], entry)
            heads = [step.head for step in steps if not isinstance(step, Fate)]
            if not heads or any(head not in ends for head in heads):
                continue
            if len(heads) > 1 or heads[0][0] in forwarder.outside:
                ends[vertex] = forwarder.joined(vertex, steps, ends)
            else:
                ends[vertex] = ends[heads[0]]

    def _shared_by_bare(self, held: Held) -> tuple[tuple[frozenset[Vertex], RibEntry], ...]:
        """Of the entries that tables share those that tables without an IGP are among: hardly ever any."""
        known = self._shared.get(id(held))
        if known is None or known[0] is not held:
            bare = frozenset(self._bare_tables())
            among = not bare.isdisjoint(frozenset[Vertex]().union(*(tables for tables, _ in held.alike)))
            known = self._shared[id(held)] = held, held.alike if among else ()
        return known[1]

    def _bare_tables(self) -> tuple[Vertex, ...]:
        if self._bare is None:
            ribs = self._forwarder.state.ribs
            bare = []
            for vertex in self._forwarder.sources:
                rib = ribs[vertex]
                if is_plain(rib) and not any(map(len, rib.learned())):
                    bare.append(vertex)
            self._bare = tuple(bare)
        return self._bare

    def _may_hold_gateway(self, prefix: Prefix) -> bool:
        """Whether a route for the prefix might have to resolve itself: a neighbour's address lies in it, and no subnet
        that is longer must."""
        if not self._gateways:
            found: dict[int, set[int]] = {4: set(), 6: set()}
            for session in self._forwarder.state.sessions:
                if session.remote_address is not None:
                    found[session.remote_address.version].add(session.remote_address.value)
            self._gateways = {version: sorted(values) for version, values in found.items()}
        if prefix.length < self._forwarder.links.internal.shortest(prefix.version):
            return False
        values = self._gateways[prefix.version]
        at = bisect_left(values, prefix.value)
        return at < len(values) and values[at] <= prefix.last.value

    def _steps(self, vertex: Vertex, prefix: Prefix, entry: RibEntry) -> tuple[Step, ...]:
        """Moves over subnets of the table's own, which hang on the next hops alone; none where it is not so."""
        key = (vertex, entry.next_hops)
        known = self._known.get(key)
        if known is None:
            steps = self._forwarder.moves(vertex, prefix, entry) or ()
            near = all(not isinstance(step, Fate) and self._is_next(vertex[0], step) for step in steps)
            known = self._known[key] = steps if near else ()
        return known

    def _is_next(self, node: str, step: Move) -> bool:
        if step.gateway is None:
            return False
        return self._forwarder.links.subnet_of(InterfaceId(node, step.out), step.gateway) is not None


def _is_plain_end(ends: Ends) -> bool:
    """Whether packets end somewhere: what goes round, others have to be followed into."""
    return bool(ends.fates) and all(fate.disposition is not Disposition.LOOP for fate in ends.fates)


def _leading(heads: Mapping[Vertex, tuple[Vertex, ...]]) -> dict[Vertex, frozenset[Vertex]]:
    """For each table of `heads` the tables that are none of them and that ways from it lead to; empty if one closes."""
    led: dict[Vertex, frozenset[Vertex]] = {}
    shared: dict[frozenset[Vertex], frozenset[Vertex]] = {}
    for start in heads:
        way = [] if start in led else [start]
        passed = set(way)
        while way:
            ahead = next((head for head in heads[way[-1]] if head in heads and head not in led), None)
            if ahead is None:
                last = way.pop()
                exits = frozenset[Vertex]().union(*(led.get(head, (head,)) for head in heads[last]))
                led[last] = shared.setdefault(exits, exits)
            elif ahead in passed:
                return {}
            else:
                way.append(ahead)
                passed.add(ahead)
    return led


def _all_by_ibgp(tables: frozenset[Vertex], held: Held) -> bool:
    """Whether each of these tables is offered an iBGP route."""
    left = set(tables)
    for members, entry in held.alike:
        if entry.protocol is RouteProtocol.IBGP:
            left -= members
    return all(vertex in held.own and held.own[vertex].protocol is RouteProtocol.IBGP for vertex in left)
