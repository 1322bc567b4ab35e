"""Addresses that an IGP alone carries: everybody connected in the area reaches them, without looking at each router.

Law: within an area all routers compute shortest paths on the same database (RFC 2328 16.1), so packets to an address of
a member arrive, whoever sends them, as long as no other protocol, filter or exception has a say. So they do in an AS of
EIGRP whose routers tell each other everything (each step is to a lower metric). Where something else may have a say,
nothing is said and each router is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.device import Device
from guard.model.eigrp import EigrpProcess
from guard.model.rib import RouteProtocol
from guard.model.state import IgpAdjacency, InterfaceId, NetworkState
from guard.simulate.layer3.acl import drops_traffic_to
from guard.simulate.layer3.links import DEFAULT_VRF, Links


class Kind(NamedTuple):
    """The IP version that an area's protocol carries (0: both), and its routes inside: whoever is connected knows them.

    External and inter-area ones hang on more than that.
    """

    version: int
    inside: frozenset[RouteProtocol]


_KINDS = {
    "ospf": Kind(4, frozenset({RouteProtocol.OSPF})),
    "ospf3": Kind(6, frozenset({RouteProtocol.OSPF})),
    "isis": Kind(0, frozenset({RouteProtocol.ISIS_L1, RouteProtocol.ISIS_L2})),
    "eigrp": Kind(4, frozenset({RouteProtocol.EIGRP})),
    "eigrp6": Kind(6, frozenset({RouteProtocol.EIGRP})),
}
_DISTANCE_VECTOR = frozenset({"eigrp", "eigrp6"})
#: neighbour, our interface, its interface
Wire = tuple[str, InterfaceId, InterfaceId]
NOBODY: frozenset[str] = frozenset()


class IgpCore:
    """`areas`: area -> router -> its adjacencies. `elsewhere`: per prefix the tables that hold it themselves.

    `shape`: which routers of which areas are connected with each other. `before`: of a similar state.
    """

    def __init__(
        self,
        links: Links,
        state: NetworkState,
        *,
        elsewhere: Mapping[Prefix, Hashable],
        universe: frozenset[Prefix] | None,
        before: IgpCore | None = None,
    ) -> None:
        self._links = links
        self._state = state
        self._elsewhere = elsewhere
        self._universe = universe  # of BGP; None: not known, so nothing is said
        self._told = _telling(state, links)
        self.areas: dict[str, dict[str, list[Wire]]]
        self.components: dict[tuple[str, str], frozenset[str]]
        self.shape: frozenset[tuple[str, frozenset[str]]]
        if before is not None and self._told == before._told:
            self.areas, self.components, self.shape = before.areas, before.components, before.shape
        else:
            self.areas = adjacencies(self._told)
            self.components = {}
            for area, wires in self.areas.items():
                self.components.update(spread_out(area, wires))
            self.shape = frozenset({(a, id(c)): (a, c) for (a, _), c in self.components.items()}.values())
        self.excepted = _exceptions(links)
        every = [*links.filters_in.values(), *links.filters_out.values()]
        every += [acl for own in links.filters_own.values() for acl in own]
        self._filters = list({(a.version, a.default_permit, tuple(x.text for x in a.lines)): a for a in every}.values())
        self._known: dict[Address, tuple[str, frozenset[str]]] = {}
        self._tables: dict[frozenset[str], frozenset[tuple[str, str]]] = {}

    def rewired(self, before: IgpCore) -> frozenset[str]:
        """Routers that another neighbour speaks for in some area than before (see `circle`)."""
        if self.areas is before.areas:
            return frozenset()
        found: set[str] = set()
        for area in self.areas.keys() | before.areas.keys():
            mine, its = self.areas.get(area, {}), before.areas.get(area, {})
            either = mine.keys() | its.keys()
            found.update(n for n in either if n not in mine or n not in its or mine[n][0][0] != its[n][0][0])
        return frozenset(found)

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
                if node in wires and self._is_known(area, wires[node][0][0], prefix):
                    found = _joined(found, self.components[area, node])
            if found:
                alone = found & nodes == {node} and found.isdisjoint(self.excepted)
                return (node, found) if alone else ("", NOBODY)
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
            if node in wires and self._is_known(area, wires[node][0][0], host):
                found = _joined(found, self.components[area, node])
        if not found or not found.isdisjoint(self.excepted) or not self.is_unfiltered(address):
            return node, NOBODY
        return node, found

    def _only_at(self, node: str, host: Prefix) -> bool:
        """Whether nobody else has a connected or static route for exactly this address."""
        places = self._elsewhere.get(host, ())
        return isinstance(places, tuple) and all(vertex[0] == node for vertex, _ in places)

    def _is_known(self, area: str, neighbour: str, host: Prefix) -> bool:
        """Whether a router of an area has the prefix by the area's own protocol."""
        kind = _KINDS[area.partition(" ")[0]]
        rib = self._state.ribs.get((neighbour, DEFAULT_VRF)) if kind.version in (0, host.version) else None
        entry = rib.get(host) if rib is not None else None
        return entry is not None and entry.protocol in kind.inside


def _joined(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Both; the very object where one is all, as circles are compared and looked up by the thousand."""
    return one | other if one and other else one or other


def _exceptions(links: Links) -> frozenset[str]:
    """Routers that may not install what they know, or not carry what they should."""
    return frozenset(
        device.name
        for device in links.snapshot.devices.values()
        if any(process.distribute_list_in for process in device.ospf)
        or any(process.overload for process in device.isis)
        or not device.ip_forwarding
    )


def _telling(state: NetworkState, links: Links) -> tuple[IgpAdjacency, ...]:
    """The adjacencies but those of an AS of EIGRP in which some router may keep something to itself."""
    mute = {
        (each.protocol, each.area)
        for each in state.adjacencies
        if each.protocol in _DISTANCE_VECTOR and not _tells_all(links.snapshot.devices.get(each.tail.node))
    }
    return tuple(each for each in state.adjacencies if (each.protocol, each.area) not in mute)


def _tells_all(device: Device | None) -> bool:
    """Whether EIGRP is the only IGP of a router, in the global table, and without filters, stubs and summaries."""
    if device is None or device.ospf or device.isis or device.rip:
        return False
    versions = [process.version for process in device.eigrp]
    return len(set(versions)) == len(versions) and all(_is_plain(process) for process in device.eigrp)


def _is_plain(process: EigrpProcess) -> bool:
    kept = process.filters or process.stub is not None or process.auto_summary
    kept = kept or any(each.summaries for each in process.interfaces)
    return not kept and process.vrf == DEFAULT_VRF and process.distance < _USUAL_IBGP


#: Distance of iBGP: an IGP behind it may yield to routes of BGP (Cisco, Arista, FRR: 200).
_USUAL_IBGP = 200


def adjacencies(found: tuple[IgpAdjacency, ...]) -> dict[str, dict[str, list[Wire]]]:
    """area -> router -> (neighbour, our interface, its interface), where both ends agree on it."""
    both = {(each.tail, each.head) for each in found}
    areas: dict[str, dict[str, list[Wire]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        if (each.head, each.tail) in both:
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
