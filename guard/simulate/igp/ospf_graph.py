"""OSPF as configured, turned into routers, areas, adjacencies and advertised prefixes (RFC 2328, RFC 5340).

A broadcast network stands as a mesh of its routers: each pays its own interface cost, which gives the distances that
the network's own vertex would. Not modelled: demand circuits, TTL security.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.device import Device, Interface, Vendor
from guard.model.igp import OspfArea, OspfInterface, OspfProcess, keys_agree
from guard.model.rib import NextHop
from guard.model.state import IgpAdjacency, InterfaceId, StateNote
from guard.simulate.igp.link_cost import HIGHEST_COST, ospf_cost
from guard.simulate.igp.mtu import ETHERNET_MTU, Mtu, ip_mtu
from guard.simulate.igp.ospf_like import Like, Pair
from guard.simulate.layer3.gateway import gateway
from guard.simulate.layer3.topology import Topology

BACKBONE = 0
#: Hello intervals of RFC 2328 C.3 as Cisco sets them by network type; dead is four times as long.
_HELLO = {"non-broadcast": 30, "point-to-multipoint": 30}
_NEEDS_DESIGNATED = ("broadcast", "non-broadcast")


@dataclass(frozen=True, slots=True)
class Router:
    """One OSPF process of one VRF of one device: a vertex. `areas`: those with an active interface."""

    index: int
    node: str
    device: Device
    process: OspfProcess
    router_id: int
    areas: tuple[int, ...]

    @property
    def is_border(self) -> bool:
        """An area border router in Cisco's sense (RFC 3509): it has a backbone interface too."""
        return len(self.areas) > 1 and BACKBONE in self.areas

    def area(self, number: int) -> OspfArea:
        for area in self.process.areas:
            if area.number == number:
                return area
        return OspfArea(number)


class Port(NamedTuple):
    """An up interface that OSPF runs on."""

    router: int
    id: InterfaceId
    interface: Interface
    settings: OspfInterface
    area: int
    network_type: str
    cost: int


class Way(NamedTuple):
    """A way out of a router over an adjacency: `bit` numbers the next hops of the tail router."""

    tail: int
    head: int
    area: int
    cost: int
    bit: int


class Stub(NamedTuple):
    """A prefix that a router advertises inside an area."""

    router: int
    area: int
    prefix: Prefix
    cost: int


class Zebra(NamedTuple):
    """What FRR's zebra makes of a host route: `own` leads to our own address by `bit`, which is no way to anybody.

    Else the route's destination is the very next hop that `bit` stands for: it is no way to there, and no way at all
    once another one leads there (zebra_nhg.c, nexthop_active: no route of OSPF resolves over another).
    """

    prefix: Prefix
    bit: int
    own: bool


@dataclass(frozen=True, slots=True)
class OspfGraph:
    """Everything that SPF needs. `hops[r][bit]` is the next hop that a bit of router r stands for."""

    version: int
    routers: tuple[Router, ...]
    ways: tuple[Way, ...]
    stubs: tuple[Stub, ...]
    hops: tuple[tuple[NextHop, ...], ...]
    adjacencies: tuple[IgpAdjacency, ...]
    ports: Mapping[int, tuple[Port, ...]]  # by router
    speaking: Mapping[tuple[str, str], frozenset[str]]  # (node, vrf) -> interfaces with OSPF on them, not passive
    notes: tuple[StateNote, ...] = ()
    by_table: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    zebra: Mapping[int, tuple[Zebra, ...]] = field(default_factory=dict)  # by router


def build(
    devices: Mapping[str, Device], topology: Topology, version: int, like: OspfGraph | None = None
) -> OspfGraph:
    """The graph of all processes of one OSPF version (2 carries IPv4, 3 IPv6).

    `like`: one over the very same topology, to take over what is the same.
    """
    known = Like(like)
    routers: list[Router] = []
    ports: list[Port] = []
    for name, device in sorted(devices.items()):
        for process in device.ospf:
            if process.version == version:
                found = known.ports(len(routers), device, process)
                if found is None:
                    found = tuple(_ports(len(routers), device, process, topology))
                areas = tuple(sorted({port.area for port in found}))
                identity = process.router_id or _router_id(device, process.vrf, topology)
                routers.append(Router(len(routers), name, device, process, identity, areas))
                ports.extend(found)
    routers = [_joined(router, routers) for router in routers]
    links = _adjacent(ports, routers, topology, version, known.adjacent(routers))
    ways, hops, zebra = _ways(links, ports, routers, topology, version)
    transit = {port.id for port, _ in links if port.network_type in _NEEDS_DESIGNATED}
    by_router = _by_router(ports)
    return OspfGraph(
        version=version,
        routers=tuple(routers),
        ways=ways,
        stubs=tuple(_all_stubs(by_router, routers, version, transit, known.stubs())),
        hops=hops,
        adjacencies=_rows(links, version),
        ports=by_router,
        speaking=_speaking(ports, routers),
        notes=(*_clashes(routers, _meeting(ports, topology)), *_unknown_mtu(links, routers)),
        by_table=_by_table(routers),
        zebra=zebra,
    )


def _all_stubs(
    ports: Mapping[int, tuple[Port, ...]],
    routers: Iterable[Router],
    version: int,
    transit: set[InterfaceId],
    known: Mapping[int, list[Stub]],
) -> Iterator[Stub]:
    """What all routers advertise, in their order."""
    for router in routers:
        if router.index in known:
            yield from known[router.index]
            continue
        for port in ports.get(router.index, ()):
            yield from _stubs(port, router, version, port.id in transit)


def _joined(router: Router, routers: list[Router]) -> Router:
    """A router with a virtual link that its other end configures too has the backbone among its areas."""
    for area in router.process.areas:
        if area.virtual_links and area.number in router.areas and any(
            other.router_id in area.virtual_links
            and router.router_id in other.area(area.number).virtual_links
            and area.number in other.areas
            for other in routers
        ):
            return replace(router, areas=tuple(sorted({*router.areas, BACKBONE})))
    return router


def _by_table(routers: Iterable[Router]) -> dict[tuple[str, str], tuple[int, ...]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for router in routers:
        found[router.node, router.process.vrf].append(router.index)
    return {table: tuple(indices) for table, indices in found.items()}


def _by_router(ports: Iterable[Port]) -> dict[int, tuple[Port, ...]]:
    found: dict[int, list[Port]] = defaultdict(list)
    for port in ports:
        found[port.router].append(port)
    return {router: tuple(those) for router, those in found.items()}


def _speaking(ports: Iterable[Port], routers: list[Router]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for port in ports:
        if not port.settings.passive:
            found[port.id.node, routers[port.router].process.vrf].add(port.id.interface)
    return {table: frozenset(names) for table, names in found.items()}


def _router_id(device: Device, vrf: str, topology: Topology) -> int:
    """Highest loopback address, else highest address of the VRF's up interfaces (all vendors here)."""
    loopbacks, others = [0], [0]
    for interface in device.interfaces:
        if interface.vrf == vrf and topology.is_up(device.name, interface.name):
            values = [each.address.value for each in interface.addresses if each.address.version == 4]
            (loopbacks if interface.kind == "loopback" else others).extend(values)
    return max(loopbacks) or max(others)


def _ports(router: int, device: Device, process: OspfProcess, topology: Topology) -> Iterable[Port]:
    for settings in process.interfaces:
        key = topology.find(device.name, settings.interface)
        if key is None or settings.area is None or not topology.interfaces[key].up:
            continue
        interface = topology.configured[key]
        if interface.vrf != process.vrf or not _speaks(interface, process.version):
            continue
        cost = settings.cost
        if cost is None:
            links = topology.links(device.name, interface)
            cost = ospf_cost(device.vendor, interface, process.reference_bandwidth, process.version, links)
        kind = settings.network_type
        if interface.kind == "loopback" and kind != "point-to-point":
            kind = "loopback"
        yield Port(router, key, interface, settings, settings.area, kind, cost)


def _speaks(interface: Interface, version: int) -> bool:
    if version == 2:
        return bool(interface.unnumbered) or any(each.address.version == 4 for each in interface.addresses)
    return True


# ------------------------------------------------------------------------------------------------ adjacencies


def _meeting(ports: Iterable[Port], topology: Topology) -> Iterator[tuple[Port, Port]]:
    """Pairs of active ports that hear each other, both directions."""
    active = {port.id: port for port in ports if not port.settings.passive and port.network_type != "loopback"}
    for key, port in sorted(active.items()):
        for other in topology.neighbours(key):
            peer = active.get(other)
            if peer is not None:
                yield port, peer


def _adjacent(
    ports: list[Port], routers: list[Router], topology: Topology, version: int, sure: frozenset[Pair]
) -> tuple[tuple[Port, Port], ...]:
    """Pairs of ports (both directions) that become adjacent; what is `sure` needs no look."""
    meeting = _meeting(ports, topology)
    found = [pair for pair in meeting if (pair[0].id, pair[1].id) in sure or _compatible(*pair, routers, version)]
    silent = {port.id for port in ports if port.settings.priority == 0}
    return tuple(pair for pair in found if not (pair[0].id in silent and _undesignated(pair[0], found, silent)))


def _undesignated(port: Port, pairs: list[tuple[Port, Port]], silent: set[InterfaceId]) -> bool:
    """Whether nobody on the network of `port` may become designated router (RFC 2328 9.4)."""
    if port.network_type not in _NEEDS_DESIGNATED:
        return False
    return all(peer.id in silent for own, peer in pairs if own.id == port.id)


def _compatible(one: Port, two: Port, routers: list[Router], version: int) -> bool:
    """What hello and database exchange compare (RFC 2328 10.5, 10.6)."""
    first, second = routers[one.router], routers[two.router]
    return (
        one.area == two.area
        and _same_kind_of_network(one, two)
        and _timers(one) == _timers(two)
        and keys_agree(one.settings.authentication, two.settings.authentication)
        and first.area(one.area).kind == second.area(two.area).kind
        and first.router_id != second.router_id
        and _mtu_accepted(one, two, routers)
        and (version == 3 or _subnets_agree(one, two))
        and (version == 3 or _hello_arrives(one, two, routers))
    )


def _same_kind_of_network(one: Port, two: Port) -> bool:
    meshes = ("point-to-point", "point-to-multipoint")
    return one.network_type == two.network_type or (one.network_type in meshes and two.network_type in meshes)


def _timers(port: Port) -> tuple[int, int]:
    hello = port.settings.hello or _HELLO.get(port.network_type, 10)
    return hello, port.settings.dead or 4 * hello


def _mtu(port: Port, routers: list[Router]) -> Mtu | None:
    process = routers[port.router]
    return ip_mtu(process.device, port.interface, 4 if process.process.version == 2 else 6)


def _mtu_accepted(one: Port, two: Port, routers: list[Router]) -> bool:
    """A router refuses database descriptions larger than it can receive: the smaller side must ignore it.

    RFC 2328 10.6, RFC 5340 4.2.2; FRR's ospfd 8.4.4 does so, seen live. What is not known is taken to fit, and
    `_unknown_mtu` says so.
    """
    first, second = _mtu(one, routers), _mtu(two, routers)
    if first is None or second is None or first.size == second.size:
        return True
    port, small = (one, first) if first.size < second.size else (two, second)
    return port.settings.mtu_ignore or not small.exact


def _unknown_mtu(links: Iterable[tuple[Port, Port]], routers: list[Router]) -> Iterator[StateNote]:
    """Neighbours by grace: one end's MTU is not that of plain Ethernet, and the other's is not known."""
    for one, two in links:
        first, second = _mtu(one, routers), _mtu(two, routers)
        known = next((each.size for each in (first, second) if each is not None and each.exact), ETHERNET_MTU)
        sure = first is not None and second is not None and first.exact and second.exact
        if one.id > two.id or sure or known == ETHERNET_MTU:
            continue
        if not (one.settings.mtu_ignore and two.settings.mtu_ignore):
            yield StateNote(
                "ospf-mtu",
                f"{one.id} and {two.id}: only one end's MTU is known ({known}); OSPF needs both to be the same",
                subjects=(str(one.id), str(two.id)),
                sources=(one.interface.source, two.interface.source),
            )


def _subnets_agree(one: Port, two: Port) -> bool:
    """Masks are compared on all but point-to-point links (RFC 2328 10.5).

    FRR takes a point-to-multipoint interface with a host's mask for unnumbered (ospf_packet.c, ospf_hello).
    """
    if one.network_type == "point-to-point":
        return True
    if one.network_type == "point-to-multipoint" and _is_unnumbered(one) and _is_unnumbered(two):
        return True
    subnets = {each.prefix for each in one.interface.addresses if each.address.version == 4}
    return any(each.prefix in subnets for each in two.interface.addresses)


def _is_unnumbered(port: Port) -> bool:
    """Whether all of a port's addresses are hosts: unnumbered to zebra (connected.c, connected_announce)."""
    held = [each.prefix for each in port.interface.addresses if each.address.version == 4]
    return port.interface.kind != "loopback" and bool(held) and all(each.is_host for each in held)


#: Vendors whose processes name the neighbours of networks that do not carry multicast.
_NAMES_NEIGHBOURS = frozenset({Vendor.IOS, Vendor.FRR})


def _hello_arrives(one: Port, two: Port, routers: list[Router]) -> bool:
    """On a non-broadcast network one of two neighbours has to name the other (RFC 2328 9.5.1; FRR 8.4.4, seen live)."""
    if one.network_type != "non-broadcast":
        return True
    ends = ((routers[one.router], two), (routers[two.router], one))
    if any(router.device.vendor not in _NAMES_NEIGHBOURS for router, _ in ends):
        return True
    return any(
        not {each.address for each in far.interface.addresses}.isdisjoint(router.process.neighbors)
        for router, far in ends
    )


def _rows(links: Iterable[tuple[Port, Port]], version: int) -> tuple[IgpAdjacency, ...]:
    name = "ospf" if version == 2 else "ospf3"
    return tuple(IgpAdjacency(name, one.id, two.id, str(one.area)) for one, two in links)


def _clashes(routers: list[Router], pairs: Iterable[tuple[Port, Port]]) -> tuple[StateNote, ...]:
    """Two routers of one area with one identity: the area's database is wrong (RFC 2328 2.1)."""
    same: dict[int, list[Router]] = defaultdict(list)
    for router in routers:
        if router.areas and router.router_id:
            same[router.router_id].append(router)
    suspects = [those for those in same.values() if len({router.node for router in those}) > 1]
    if not suspects:
        return ()
    part = _parts(pairs)
    seen: dict[tuple[int, int], list[Router]] = defaultdict(list)
    for router in (router for those in suspects for router in those):
        seen[part.get(router.index, router.index), router.router_id].append(router)
    return tuple(
        StateNote(
            "duplicate-router-id",
            f"OSPF router id {Address(4, identity)} is used by {', '.join(router.node for router in same)}",
            subjects=tuple(router.node for router in same),
            sources=tuple(router.process.source for router in same),
        )
        for (_, identity), same in sorted(seen.items())
        if len({router.node for router in same}) > 1
    )


def _parts(pairs: Iterable[tuple[Port, Port]]) -> dict[int, int]:
    """Routers joined by links of one area each -> a number of their part of the network."""
    near: dict[int, set[int]] = defaultdict(set)
    for one, two in pairs:
        if one.area == two.area:
            near[one.router].add(two.router)
            near[two.router].add(one.router)
    part: dict[int, int] = {}
    for start in sorted(near):
        waiting = [start] if start not in part else []
        while waiting:
            at = waiting.pop()
            if at not in part:
                part[at] = start
                waiting.extend(near[at])
    return part


# ------------------------------------------------------------------------------------------------ ways and stubs


def _ways(
    links: Iterable[tuple[Port, Port]], ports: Iterable[Port], routers: list[Router], topology: Topology, version: int
) -> tuple[tuple[Way, ...], tuple[tuple[NextHop, ...], ...], dict[int, tuple[Zebra, ...]]]:
    hops: list[list[NextHop]] = [[] for _ in routers]
    zebra: dict[int, list[Zebra]] = defaultdict(list)
    family = 4 if version == 2 else 6
    ways = []
    for port, peer in links:
        router = routers[port.router]
        cost = HIGHEST_COST if router.process.max_metric else port.cost
        bit = len(hops[port.router])
        ways.append(Way(port.router, peer.router, port.area, cost, bit))
        hop = NextHop(gateway(port.id, peer.id, topology, family), port.id.interface)
        hops[port.router].append(hop)
        if hop.address is not None and port.network_type == "point-to-multipoint" and _has_hosts(port, router, version):
            zebra[port.router].append(Zebra(hop.address.host, bit, own=False))
    for port in ports:
        if _has_hosts(port, routers[port.router], version):
            for each in port.interface.addresses:
                if each.address.version == 4 and not each.prefix.is_host:
                    zebra[port.router].append(Zebra(each.address.host, len(hops[port.router]), own=True))
                    hops[port.router].append(NextHop(None, port.id.interface))
    told = {router: tuple(those) for router, those in zebra.items()}
    return tuple(ways), tuple(tuple(each) for each in hops), told


def _has_hosts(port: Port, router: Router, version: int) -> bool:
    """Whether ospfd tells zebra of hosts inside a subnet that zebra has as connected (FRR 8.4.4, seen live)."""
    if version == 3 or router.device.vendor is not Vendor.FRR or _is_unnumbered(port):
        return False
    return port.network_type in ("loopback", "point-to-multipoint")


def _is_unnumbered_frr(port: Port, router: Router) -> bool:
    return router.device.vendor is Vendor.FRR and router.process.version == 2 and _is_unnumbered(port)


def _stubs(port: Port, router: Router, version: int, transit: bool) -> Iterable[Stub]:
    """Loopbacks and point-to-multipoint interfaces are host routes (RFC 2328 12.4.1.2, 12.4.1.4).

    A stub router (RFC 6987) is a last resort for the `transit` networks it is on as well, not for its own stubs.
    """
    family = 4 if version == 2 else 6
    suppressed = port.settings.prefix_suppression and not port.settings.passive and port.network_type != "loopback"
    if suppressed:
        return
    last_resort = router.process.max_metric_stub or (router.process.max_metric and transit)
    cost = HIGHEST_COST if last_resort else port.cost
    for each in port.interface.addresses:
        if each.address.version != family or (family == 6 and each.address.is_link_local):
            continue
        if port.settings.subnets is not None and each.prefix not in port.settings.subnets:
            continue
        if port.network_type == "loopback":
            yield Stub(port.router, port.area, each.address.host, cost)
        elif port.network_type == "point-to-point" and each.prefix.is_host and _is_unnumbered_frr(port, router):
            continue  # ospf_lsa.c, lsa_link_ptop_set: no stub link for unnumbered interfaces
        elif port.network_type == "point-to-multipoint":
            yield Stub(port.router, port.area, each.address.host, 0)
        else:
            yield Stub(port.router, port.area, each.prefix, cost)
