"""Addresses that a link-state IGP alone carries: everybody connected in the area reaches them, without looking at each.

Law: within an area all routers compute shortest paths on the same database (RFC 2328 16.1), so packets to an address of
a member arrive, whoever sends them, as long as no other protocol, filter or exception has a say. Where one may have,
nothing is said and each router is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping

from guard.model.address import Address, Prefix
from guard.model.rib import RouteProtocol
from guard.model.state import IgpAdjacency, InterfaceId, NetworkState
from guard.simulate.acl import drops_traffic_to
from guard.simulate.links import DEFAULT_VRF, Links

#: Routes inside an area: whoever is connected knows them. External and inter-area ones hang on more than that.
IGP = frozenset({RouteProtocol.OSPF, RouteProtocol.ISIS_L1, RouteProtocol.ISIS_L2})

_LINK_STATE = frozenset({"ospf", "ospf3", "isis"})
#: neighbour, our interface, its interface
Wire = tuple[str, InterfaceId, InterfaceId]
NOBODY: frozenset[str] = frozenset()


class IgpCore:
    """`areas`: area -> router -> its adjacencies. `elsewhere`: per prefix the tables that hold it themselves."""

    def __init__(
        self,
        links: Links,
        state: NetworkState,
        *,
        elsewhere: Mapping[Prefix, Hashable],
        universe: frozenset[Prefix] | None,
    ) -> None:
        self._links = links
        self._state = state
        self._elsewhere = elsewhere
        self._universe = universe  # of BGP; None: not known, so nothing is said
        self.areas = adjacencies(state.adjacencies)
        self.components: dict[tuple[str, str], frozenset[str]] = {}
        for area, wires in self.areas.items():
            self.components.update(spread_out(area, wires))
        self._excepted = _exceptions(links)
        every = [*links.filters_in.values(), *links.filters_out.values()]
        every += [acl for own in links.filters_own.values() for acl in own]
        self._filters = list({(a.version, a.default_permit, tuple(x.text for x in a.lines)): a for a in every}.values())
        self._known: dict[Address, tuple[str, frozenset[str]]] = {}
        self._tables: dict[frozenset[str], frozenset[tuple[str, str]]] = {}

    def circle(self, address: Address) -> tuple[str, frozenset[str]]:
        """(owner, routers whose packets to the address arrive by the IGP, itself among them; nobody if unsure)."""
        if address not in self._known:
            self._known[address] = self._find(address)
        return self._known[address]

    def tables(self, circle: frozenset[str]) -> frozenset[tuple[str, str]]:
        """The global tables of some routers; remembered, as few circles are asked for."""
        if circle not in self._tables:
            self._tables[circle] = frozenset((node, DEFAULT_VRF) for node in circle)
        return self._tables[circle]

    def is_unfiltered(self, address: Address) -> bool:
        """Whether no filter of the network drops everything to an address, wherever it stands."""
        filters = (acl for acl in self._filters if acl.version in (0, address.version))
        return all(drops_traffic_to(acl, address) is None for acl in filters)

    def network(self, prefix: Prefix) -> tuple[str, frozenset[str]]:
        """The same for a subnet that one router of an area is on: who sends packets for it there, by the IGP."""
        places = self._elsewhere.get(prefix, ())
        if self._universe is None or prefix in self._universe or not isinstance(places, tuple):
            return "", NOBODY
        nodes = {vertex[0] for vertex, _ in places}
        for node in sorted(nodes):
            found = NOBODY
            for area, wires in self.areas.items():
                if node in wires and self._is_known(wires[node][0][0], prefix):
                    found |= self.components[area, node]
            if found:
                return (node, found) if found & nodes == {node} and not found & self._excepted else ("", NOBODY)
        return "", NOBODY

    def _find(self, address: Address) -> tuple[str, frozenset[str]]:
        owners = self._links.owners.get(address, ())
        if len(owners) != 1 or owners[0].vrf != DEFAULT_VRF:
            return "", NOBODY
        node, host = owners[0].node, address.host
        if self._universe is None or host in self._universe or not self._only_at(node, host):
            return node, NOBODY
        found = NOBODY
        for area, wires in self.areas.items():
            if node in wires and self._is_known(wires[node][0][0], host):
                found |= self.components[area, node]
        if not found or found & self._excepted or not self.is_unfiltered(address):
            return node, NOBODY
        return node, found

    def _only_at(self, node: str, host: Prefix) -> bool:
        """Whether nobody else has a connected or static route for exactly this address."""
        places = self._elsewhere.get(host, ())
        return isinstance(places, tuple) and all(vertex[0] == node for vertex, _ in places)

    def _is_known(self, neighbour: str, host: Prefix) -> bool:
        rib = self._state.ribs.get((neighbour, DEFAULT_VRF))
        entry = rib.get(host) if rib is not None else None
        return entry is not None and entry.protocol in IGP


def _exceptions(links: Links) -> frozenset[str]:
    """Routers that may not install what they know, or not carry what they should."""
    return frozenset(
        device.name
        for device in links.snapshot.devices.values()
        if any(process.distribute_list_in for process in device.ospf)
        or any(process.overload for process in device.isis)
        or not device.ip_forwarding
    )


def adjacencies(found: tuple[IgpAdjacency, ...]) -> dict[str, dict[str, list[Wire]]]:
    """Link-state area -> router -> (neighbour, our interface, its interface), where both ends agree on it.

    Not EIGRP's: who its routers are connected with does not tell what they tell each other.
    """
    both = {(each.tail, each.head) for each in found}
    areas: dict[str, dict[str, list[Wire]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        if (each.head, each.tail) in both and each.protocol in _LINK_STATE:
            areas[f"{each.protocol} {each.area}"][each.tail.node].append((each.head.node, each.tail, each.head))
    return {area: dict(nodes) for area, nodes in areas.items()}


def spread_out(
    area: str,
    wires: Mapping[str, list[Wire]],
    nodes: frozenset[str] = NOBODY,
    faces: frozenset[InterfaceId] = frozenset(),
) -> dict[tuple[str, str], frozenset[str]]:
    """Who is connected with whom in one area, without some nodes and interfaces."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for start in wires:
        if start in nodes or (area, start) in found:
            continue
        seen = {start}
        frontier = [start]
        for node in frontier:
            for far, here, there in wires.get(node, ()):
                if far not in seen and far not in nodes and here not in faces and there not in faces:
                    seen.add(far)
                    frontier.append(far)
        component = frozenset(seen)
        for node in component:
            found[area, node] = component
    return found
