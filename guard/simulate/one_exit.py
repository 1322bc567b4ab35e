"""Destinations to which a whole area sends packets by one router of its own: everybody's end without everybody's walk.

Law: what is said here is what `Forwarder.graph` and its walk would find, table by table; where that is not sure nothing
is said, and the tables are walked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from guard.model.address import Address, Prefix
from guard.model.facts import Disposition, Fate
from guard.model.rib import RibEntry, RouteProtocol
from guard.model.state import InterfaceId
from guard.simulate.links import DEFAULT_VRF
from guard.simulate.plain_routes import Held, Installed, Plain, Vertex

if TYPE_CHECKING:
    from guard.simulate.forwarding import Ends, Forwarder, Move, Step


class OneExit:
    """Asked for one destination after another of one state."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._bare: tuple[Vertex, ...] | None = None
        self._gateways: dict[int, list[int]] = {}
        self._known: dict[tuple[Vertex, int], tuple[RibEntry, tuple[Step, ...]]] = {}

    def fill(self, destination: Address, ends: dict[Vertex, Ends]) -> None:
        """Put into `ends` what is sure about packets to `destination`."""
        forwarder = self._forwarder
        plain, bgp, chain = forwarder.plain_routes, forwarder.state.bgp, forwarder.chain_of(destination)
        if plain.places is None or not isinstance(bgp, Installed) or not forwarder.is_open(destination):
            return
        # What only its own routers hold, by cable or by hand, is nothing to others: they go by what covers it.
        at = next((i for i, p in enumerate(chain) if p in plain.learned or bgp.class_of(p) is not None), None)
        if at is None:
            return
        owner, circle = self._exit_of(chain[at], bgp)
        bearers = {bearer.node for bearer in forwarder.links.owners.get(destination, ())}
        apart = bearers.union(vertex[0] for p in chain[:at] for vertex, _ in plain.places.get(p, ()))
        if not circle or not apart.isdisjoint(circle - {owner}) or not circle.isdisjoint(forwarder.outside):
            return
        exit = (owner, DEFAULT_VRF)
        forwarder.settle((exit,), destination, ends)
        if not ends[exit].fates or any(fate.disposition is Disposition.LOOP for fate in ends[exit].fates):
            return
        ends.update(dict.fromkeys(forwarder.core.tables(circle), ends[exit]))
        holding = {vertex for p in chain[at:] for vertex, _ in plain.places.get(p, ())}
        self._from_bare(chain[at:], bgp, apart, holding, ends)

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
        held = [found for p in chain if (found := bgp.installed(p)).own or found.alike]
        forwarder = self._forwarder
        for vertex in self._bare_tables():
            if vertex in ends or vertex[0] in nodes or vertex in tables:
                continue
            entry = next((entry for each in held if (entry := each.get(vertex)) is not None), None)
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

    def _bare_tables(self) -> tuple[Vertex, ...]:
        if self._bare is None:
            ribs = self._forwarder.state.ribs
            bare = []
            for vertex in self._forwarder.sources:
                rib = ribs[vertex]
                if isinstance(rib, Plain) and not any(map(len, rib.learned())):
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
        """Moves over subnets of the table's own, which hang on the entry alone; none where it is not so."""
        known = self._known.get((vertex, id(entry)))
        if known is None:
            steps = self._forwarder.moves(vertex, prefix, entry) or ()
            near = all(not isinstance(step, Fate) and self._is_next(vertex[0], step) for step in steps)
            known = self._known[vertex, id(entry)] = entry, steps if near else ()
        return known[1]

    def _is_next(self, node: str, step: Move) -> bool:
        if step.gateway is None:
            return False
        return self._forwarder.links.subnet_of(InterfaceId(node, step.out), step.gateway) is not None


def _all_by_ibgp(tables: frozenset[Vertex], held: Held) -> bool:
    """Whether each of these tables is offered an iBGP route."""
    left = set(tables)
    for members, entry in held.alike:
        if entry.protocol is RouteProtocol.IBGP:
            left -= members
    return all(vertex in held.own and held.own[vertex].protocol is RouteProtocol.IBGP for vertex in left)
