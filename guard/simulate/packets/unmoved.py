"""Which columns of forwarding another state shares with the one before it, told without following a packet.

Law: a column is said to be shared only if all that it was read from is the same: sites, filters, who bears the address,
what everybody holds for each prefix that holds it (and for what these routes are resolved over), and where IGPs lead
there. Of a circle, whose packets reach one exit of it over the IGP whatever way that takes (OneExit), the way is not
asked; its exit must do what it did. Where that is not sure nothing is said, and the packets are followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from guard.model.address import Address, Prefix
from guard.model.rib import NextHop, Rib, RouteProtocol
from guard.model.state import InterfaceId
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.plain_routes import Held, Installed, Vertex

if TYPE_CHECKING:
    from guard.simulate.packets.forwarding import Column, Forwarder

#: Tables that are asked one by one for one prefix at most, where they cannot tell at once what they lead elsewhere.
_ASKED = 64


class Unmoved:
    """Two states of forwarding with one inventory; asked for one destination after another."""

    def __init__(self, old: Forwarder, new: Forwarder) -> None:
        self._old = old
        self._new = new
        self._alike: dict[Prefix, frozenset[Address] | None] = {}
        self._chains: dict[Address, tuple[Prefix, ...] | None] = {}
        self._covers: dict[frozenset[Address], frozenset[Prefix] | None] = {}
        self._reached: dict[tuple[frozenset[Address], frozenset[str]], bool] = {}
        self._frame: bool | None = None
        self._ways: _Ways | None = None
        self._touched: frozenset[InterfaceId] | None = None
        self._led: dict[tuple[Prefix, frozenset[str]], bool] = {}

    def column(self, destination: Address) -> Column | None:
        """The column of the state before, if it surely is this one's as well."""
        known = self._old.known_column(destination)
        chain = self._chain(destination) if known is not None and self._has_same_frame() else None
        if known is None or chain is None:
            return None
        over: frozenset[Address] = frozenset()
        for prefix in chain:
            gateways = self._gateways(prefix)
            if gateways is None or self._is_led_elsewhere(prefix, known.circle):
                return None
            over |= gateways
        if not self._are_reached_alike(over, known.circle):
            return None
        return known if not known.circle or self._is_led_alike(destination, known) else None

    def _is_led_alike(self, destination: Address, known: Column) -> bool:
        """Whether the circle is what it was, and its exit too."""
        circle, end = self._new.circle_of(destination)
        return circle == known.circle and (end is None or known.known.get(end[0]) == end[1])

    # What all columns hang on

    def _has_same_frame(self) -> bool:
        if self._frame is None:
            self._frame = _frame(self._old) == _frame(self._new) and all(map(_tells, (self._old, self._new)))
        return self._frame

    @property
    def touched(self) -> frozenset[InterfaceId]:
        """Interfaces that are not what they were, or that bear another address, and those next to them."""
        if self._touched is None:
            before, after = self._old.state.interfaces, self._new.state.interfaces
            found = {face for face in before.keys() | after.keys() if before.get(face) != after.get(face)}
            owners, others = self._old.links.owners, self._new.links.owners
            for address in owners.keys() | others.keys():
                if owners.get(address) != others.get(address):
                    bearers = (*owners.get(address, ()), *others.get(address, ()))
                    found.update(InterfaceId(bearer.node, bearer.interface) for bearer in bearers)
            near = (far for side in (self._old, self._new) for face in found for far in side.links.neighbours(face))
            self._touched = frozenset(found).union(near)
        return self._touched

    # What everybody holds

    def _are_reached_alike(self, gateways: frozenset[Address], circle: frozenset[str]) -> bool:
        """Whether what routes are resolved over is the same for everybody, and IGPs lead there as they did."""
        key = (gateways, circle)
        if key not in self._reached:
            if gateways not in self._covers:
                self._covers[gateways] = self._covered(gateways)
            read = self._covers[gateways]
            self._reached[key] = read is not None and not any(self._is_led_elsewhere(each, circle) for each in read)
        return self._reached[key]

    def _covered(self, gateways: frozenset[Address]) -> frozenset[Prefix] | None:
        """The prefixes that decide about addresses, and about what their routes are resolved over in turn.

        None where somebody holds another route for one of them, or another one bears an address on the way.
        """
        found: set[Prefix] = set()
        seen = set(gateways)
        waiting = list(gateways)
        while waiting:
            chain = self._chain(waiting.pop())
            if chain is None:
                return None
            for prefix in (each for each in chain if each not in found):
                further = self._gateways(prefix)
                if further is None:
                    return None
                waiting += further - seen
                seen |= further
            found.update(chain)
        return frozenset(found)

    def _chain(self, address: Address) -> tuple[Prefix, ...] | None:
        """All prefixes that hold an address; None if they or who bears it are not what they were."""
        if address not in self._chains:
            chain = self._new.chain_of(address)
            same = self._old.links.owners.get(address) == self._new.links.owners.get(address)
            self._chains[address] = chain if same and chain == self._old.chain_of(address) else None
        return self._chains[address]

    def _gateways(self, prefix: Prefix) -> frozenset[Address] | None:
        """Addresses that routes for a prefix are resolved over; None where they are not the same for everybody."""
        if prefix not in self._alike:
            self._alike[prefix] = self._find_gateways(prefix)
        return self._alike[prefix]

    def _find_gateways(self, prefix: Prefix) -> frozenset[Address] | None:
        one, other = self._old.plain_routes, self._new.plain_routes
        places, held = (other.places or {}).get(prefix, ()), _held(self._new, prefix)
        if (prefix in one.learned) != (prefix in other.learned) or (one.places or {}).get(prefix, ()) != places:
            return None
        if held is not _held(self._old, prefix):
            return None
        for (node, _), entry in places:
            if any(hop.interface and InterfaceId(node, hop.interface) in self.touched for hop in entry.next_hops):
                return None
        ways = {entry.next_hops for _, entry in places} | (_ways(held) if held is not None else set())
        hops = {hop for each in ways for hop in each}
        if any(hop.vrf is not None or hop.label is not None for hop in hops):
            return None  # resolved in a table of another VRF, or by a tunnel: nobody looks at these here
        return frozenset(hop.address for hop in hops if hop.interface is None and hop.address is not None)

    # Where IGPs lead

    def _is_led_elsewhere(self, prefix: Prefix, circle: frozenset[str]) -> bool:
        """Whether the IGPs of some table that is not of the circle may lead another way for a prefix."""
        if self._ways is None:
            self._ways = _Ways(self._old.state.ribs, self._new.state.ribs)
        key = (prefix, circle)
        if key not in self._led:
            self._led[key] = self._ways.is_led_elsewhere(prefix, circle)
        return self._led[key]


class _Ways:
    """Where the IGPs of two states lead, table by table."""

    def __init__(self, old: Mapping[Vertex, Rib], new: Mapping[Vertex, Rib]) -> None:
        self._old = old
        self._new = new
        self._turned: dict[Prefix, list[Vertex]] = {}
        self._untold: list[Vertex] = []  # tables that have to be asked prefix by prefix
        self._untold_beside: dict[frozenset[str], list[Vertex]] = {}
        for vertex, rib in new.items():
            other = old[vertex]
            turned = None
            if isinstance(rib, MainRib) and isinstance(other, MainRib):
                turned = rib.learned_elsewhere(other)
            if turned is None:
                self._untold.append(vertex)
            for prefix in turned or ():
                self._turned.setdefault(prefix, []).append(vertex)

    def is_led_elsewhere(self, prefix: Prefix, circle: frozenset[str]) -> bool:
        if not all(_is_of(vertex, circle) for vertex in self._turned.get(prefix, ())):
            return True
        if circle not in self._untold_beside:
            self._untold_beside[circle] = [vertex for vertex in self._untold if not _is_of(vertex, circle)]
        left = self._untold_beside[circle]
        return len(left) > _ASKED or any(
            _way(self._old[vertex], prefix) != _way(self._new[vertex], prefix) for vertex in left
        )


def _is_of(vertex: Vertex, circle: frozenset[str]) -> bool:
    return vertex[1] == DEFAULT_VRF and vertex[0] in circle


def _way(rib: Rib, prefix: Prefix) -> tuple[RouteProtocol, int, tuple[NextHop, ...]] | None:
    """Where a table leads beside BGP; of one of another make, by whatever it holds."""
    entry = rib.underlay(prefix) if isinstance(rib, MainRib) else rib.get(prefix)
    return None if entry is None else (entry.protocol, entry.admin_distance, entry.next_hops)


def _frame(forwarder: Forwarder) -> tuple[object, ...]:
    """What every column looks at, the routes and the interfaces apart."""
    links = forwarder.links
    return (
        forwarder.state.ribs.keys(), forwarder.sources, forwarder.inner, forwarder.outside, links.configured,
        links.filters_in, links.filters_out, links.filters_own, links.no_transit_forwarding, links.down,
    )  # fmt: skip


def _tells(forwarder: Forwarder) -> bool:
    """Whether tables can say what they hold without deciding each prefix at each router."""
    is_plain = forwarder.plain_routes.places is not None
    return is_plain and (isinstance(forwarder.state.bgp, Installed) or not forwarder.state.sessions)


def _held(forwarder: Forwarder, prefix: Prefix) -> Held | None:
    bgp = forwarder.state.bgp
    return bgp.installed(prefix) if isinstance(bgp, Installed) and bgp.class_of(prefix) is not None else None


def _ways(held: Held) -> set[tuple[NextHop, ...]]:
    return {entry.next_hops for entry in held.own.values()} | {entry.next_hops for _, entry in held.alike}
