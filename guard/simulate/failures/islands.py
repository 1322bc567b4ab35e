"""What devices that a failure leaves alone together surely do not reach of each other.

Law: failures take away, they add nothing. What a router holds then came from its own interfaces and static routes, from
an IGP, or from those whom sessions of BGP join it to, directly or not. IGPs tell no prefix that they told nobody
before, where nothing but connected subnets is put into them; BGP none that nobody of these gives to it. Packets to an
address that none of that holds are dropped where they come from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Address, Prefix
from guard.model.bgp import Redistribution
from guard.model.device import Device
from guard.simulate.failures.graph import Ground
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.destinations import SiteTargets


class Islands:
    """`nodes`: by site. Prepared once for a state in which nothing has failed yet."""

    def __init__(self, ground: Ground, targets: SiteTargets, nodes: Mapping[str, tuple[str, ...]]) -> None:
        self._ground = ground
        self._targets = targets
        self._nodes = nodes
        self._peers: dict[str, set[str | None]] = defaultdict(set)  # None: somebody whose configuration nobody has
        for session in ground.state.sessions:
            self._peers[session.node].add(session.remote_node)
            if session.remote_node is not None:
                self._peers[session.remote_node].add(session.node)
        self._given: dict[str, frozenset[Prefix]] = {}
        self._parted: dict[tuple[str, str, frozenset[str]], bool] = {}

    def are_parted(self, one: str, other: str, left: frozenset[str]) -> bool:
        """Whether two sites surely exchange nothing, where these nodes alone have a way to each other."""
        return self._is_unreached(one, other, left) or self._is_unreached(other, one, left)

    def _is_unreached(self, start: str, to: str, left: frozenset[str]) -> bool:
        key = (start, to, left)
        if key not in self._parted:
            self._parted[key] = self._are_lost(start, to, left)
        return self._parted[key]

    def _are_lost(self, start: str, to: str, left: frozenset[str]) -> bool:
        """Whether all packets from one site to another are surely dropped where they come from."""
        devices = self._ground.links.snapshot.devices
        if self._ground.leaks or not all(_tells_connected_alone(devices[node]) for node in left):
            return False
        tellers = self._tellers(left.intersection(self._nodes[start]), left)
        wanted = self._targets.sites.get(to, ())
        return tellers is not None and not any(self._may_have(n, each.address) for each in wanted for n in tellers)

    def _tellers(self, sources: frozenset[str], left: frozenset[str]) -> frozenset[str] | None:
        """Whose routes these nodes may hear of by BGP, themselves among them; None where somebody unknown tells."""
        frontier = list(sources)
        seen = set(frontier)
        for node in frontier:
            if None in self._peers[node]:
                return None
            near = {peer for peer in self._peers[node] if peer in left} - seen
            seen |= near
            frontier += near
        return frozenset(seen)

    def _may_have(self, node: str, address: Address) -> bool:
        """Whether a router itself may have, or make, a route for an address that is not heard by BGP."""
        forwarder = self._ground.forwarder
        plain = forwarder.plain_routes
        for prefix in forwarder.chain_of(address):
            if plain.places is None or prefix in plain.learned or prefix in self._born(node):
                return True
            if any(vertex[0] == node for vertex, _ in plain.places.get(prefix, ())):
                return True
        return any(prefix.contains(address) for prefix in _made(self._ground.links.snapshot.devices[node]))

    def _born(self, node: str) -> frozenset[Prefix]:
        if node not in self._given:
            self._given[node] = self._ground.state.bgp.originated(node, DEFAULT_VRF)
        return self._given[node]


def _made(device: Device) -> Iterator[Prefix]:
    """Prefixes that a device may come to hold, or tell by BGP, though it does not now."""
    yield from (static.prefix for static in device.static_routes)
    yield from (aggregate.prefix for aggregate in device.aggregates)
    for process in device.bgp:
        yield from (each.prefix for family in process.families for each in family.aggregates)
        if any(family.default_originate for peer in process.neighbors for family in peer.families):
            yield from (DEFAULT_V4, DEFAULT_V6)


def _tells_connected_alone(device: Device) -> bool:
    """Whether nothing that may be there only after a failure enters an IGP: connected subnets at most."""
    if any(each.default_information for each in device.ospf) or any(each.default_information for each in device.isis):
        return False
    return not any(each.default_information for each in device.rip) and all(
        each.protocol == "connected" for each in _redistributions(device)
    )


def _redistributions(device: Device) -> Iterator[Redistribution]:
    for ospf in device.ospf:
        yield from ospf.redistributions
    for rip in device.rip:
        yield from rip.redistributions
    for eigrp in device.eigrp:
        yield from eigrp.redistributions
    for isis in device.isis:
        yield from (each for _, each in isis.redistributions)
