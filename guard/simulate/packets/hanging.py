"""What the packets to one address hang on, in one state: which prefixes decide about them, and who was asked.

Law: all prefixes that hold the address, and those that hold what their routes are resolved over in turn. Where routes
lead into a table of another VRF or into a tunnel nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Address, Prefix
from guard.model.rib import NextHop
from guard.model.state import InterfaceId
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.rib.plain_routes import Held, Vertex

if TYPE_CHECKING:
    from guard.simulate.packets.forwarding import Forwarder


class Beneath:
    """Prefixes that decide where some gateways are, and all the gateways on the way; one object for equal questions."""

    __slots__ = ("addresses", "prefixes")

    def __init__(self, prefixes: frozenset[Prefix], addresses: frozenset[Address]) -> None:
        self.prefixes = prefixes
        self.addresses = addresses


class Hangs(NamedTuple):
    """`chain`: the prefixes that hold the address, longest first."""

    chain: tuple[Prefix, ...]
    beneath: Beneath


class Hanging:
    """Asked for one address after another; what is found is remembered, for all states that are compared with this."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._known: dict[Address, Hangs | None] = {}
        self._gateways: dict[Prefix, frozenset[Address] | None] = {}
        self._beneath: dict[frozenset[Address], Beneath | None] = {}
        self._asked: dict[Address, tuple[frozenset[str], frozenset[Vertex]]] = {}
        self._by_interface: dict[InterfaceId, list[Prefix]] | None = None

    def of(self, address: Address) -> Hangs | None:
        if address not in self._known:
            self._known[address] = self._find(address)
        return self._known[address]

    def asked(self, address: Address, leaving_by: Vertex) -> tuple[frozenset[str], frozenset[Vertex]]:
        """Nodes whose wires, and tables whose ways, told who of an IGP sends packets to one of them (IgpCore.circle).

        Of more than were asked, where it is cheaper to say. `leaving_by`: the table of that one.
        """
        known = self._asked.get(address)
        if known is None:
            places: Mapping[Prefix, tuple[tuple[Vertex, object], ...]] = self._forwarder.plain_routes.places or {}
            chain = self._forwarder.chain_of(address)
            nodes = {leaving_by[0], *(vertex[0] for prefix in chain for vertex, _ in places.get(prefix, ()))}
            wires = (area[node] for node in nodes for area in self._forwarder.core.areas.values() if node in area)
            tables = {(wire[0][0], DEFAULT_VRF) for wire in wires}
            known = self._asked[address] = frozenset(nodes), frozenset({leaving_by, *tables})
        return known

    def over(self, interface: InterfaceId) -> list[Prefix]:
        """Prefixes that somebody holds a connected or static route for which leads to an interface of his."""
        if self._by_interface is None:
            self._by_interface = {}
            for prefix, entries in (self._forwarder.plain_routes.places or {}).items():
                for (node, _), entry in entries:
                    for hop in entry.next_hops:
                        if hop.interface:
                            self._by_interface.setdefault(InterfaceId(node, hop.interface), []).append(prefix)
        return self._by_interface.get(interface, [])

    def _find(self, address: Address) -> Hangs | None:
        chain = self._forwarder.chain_of(address)
        found: frozenset[Address] = frozenset()
        for prefix in chain:
            gateways = self._gateways_of(prefix)
            if gateways is None:
                return None
            found |= gateways
        if found not in self._beneath:
            self._beneath[found] = self._find_beneath(found)
        beneath = self._beneath[found]
        return Hangs(chain, beneath) if beneath is not None else None

    def _find_beneath(self, gateways: frozenset[Address]) -> Beneath | None:
        found: set[Prefix] = set()
        seen = set(gateways)
        waiting = list(gateways)
        while waiting:
            chain = self._forwarder.chain_of(waiting.pop())
            for prefix in (each for each in chain if each not in found):
                further = self._gateways_of(prefix)
                if further is None:
                    return None
                waiting += further - seen
                seen |= further
            found.update(chain)
        return Beneath(frozenset(found), frozenset(seen))

    def _gateways_of(self, prefix: Prefix) -> frozenset[Address] | None:
        """Addresses that routes for a prefix lead to or over; None where these are another VRF's, or a tunnel's."""
        if prefix not in self._gateways:
            self._gateways[prefix] = self._find_gateways(prefix)
        return self._gateways[prefix]

    def _find_gateways(self, prefix: Prefix) -> frozenset[Address] | None:
        held = held_of(self._forwarder, prefix)
        ways = {entry.next_hops for _, entry in (self._forwarder.plain_routes.places or {}).get(prefix, ())}
        hops = {hop for each in ways | _ways(held) for hop in each}
        if any(hop.vrf is not None or hop.label is not None for hop in hops):
            return None
        return frozenset(hop.address for hop in hops if hop.address is not None)


def held_of(forwarder: Forwarder, prefix: Prefix) -> Held | None:
    """What BGP offers to everybody for a prefix; None where it does not know it."""
    bgp = forwarder.bgp
    return bgp.installed(prefix) if bgp is not None and bgp.class_of(prefix) is not None else None


def _ways(held: Held | None) -> set[tuple[NextHop, ...]]:
    if held is None:
        return set()
    return {entry.next_hops for entry in held.own.values()} | {entry.next_hops for _, entry in held.alike}
