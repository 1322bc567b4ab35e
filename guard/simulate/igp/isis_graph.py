"""IS-IS as configured, turned into routers, levels, adjacencies and prefixes (ISO 10589, RFC 1195, RFC 5308).

Each address family has a graph of its own, of the interfaces that speak it: what multi-topology gives, and single
topology too where it is deployed as it must be. Not modelled: mesh groups, hello padding, partition repair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from guard.model.address import Prefix
from guard.model.device import Device, Interface, Vendor
from guard.model.igp import IsisInterface, IsisProcess, keys_agree
from guard.model.rib import NextHop
from guard.model.state import IgpAdjacency, InterfaceId
from guard.simulate.layer3.gateway import gateway
from guard.simulate.layer3.topology import Topology

#: The level-2 subdomain; level-1 areas are named by their area address.
BACKBONE = ""
#: Of the narrow metric style.
HIGHEST_NARROW = 63


@dataclass(frozen=True, slots=True)
class IsisRouter:
    """One IS-IS process: a vertex of level 2, of its level-1 area, or of both."""

    index: int
    node: str
    device: Device
    process: IsisProcess
    area: str

    @property
    def levels(self) -> frozenset[int]:
        return levels_of(self.process.level)


class IsisPort(NamedTuple):
    router: int
    id: InterfaceId
    interface: Interface
    settings: IsisInterface
    levels: frozenset[int]


class IsisWay(NamedTuple):
    """A way out over an adjacency of one level; `bit` numbers the next hops of the tail router."""

    tail: int
    head: int
    level: int
    cost: int
    bit: int


class IsisStub(NamedTuple):
    router: int
    level: int
    prefix: Prefix
    cost: int


@dataclass(frozen=True, slots=True)
class IsisGraph:
    """Everything that SPF of one address family needs."""

    family: int
    routers: tuple[IsisRouter, ...]
    ways: tuple[IsisWay, ...]
    stubs: tuple[IsisStub, ...]
    hops: tuple[tuple[NextHop, ...], ...]
    adjacencies: tuple[IgpAdjacency, ...]
    by_table: Mapping[tuple[str, str], tuple[int, ...]]

    def part(self, router: int, level: int) -> str:
        """The subdomain of a level that a router is in."""
        return BACKBONE if level == 2 else self.routers[router].area


def levels_of(text: str) -> frozenset[int]:
    """`level-1`, `level-2`, `level-1-2` as numbers."""
    return {"level-1": frozenset({1}), "level-2": frozenset({2})}.get(text, frozenset({1, 2}))


def area_of(net: str) -> str:
    """The area address of a NET: all but system id (6 octets) and selector."""
    digits = net.replace(".", "").lower()
    return digits[:-14] or digits


def build(devices: Mapping[str, Device], topology: Topology, family: int) -> IsisGraph:
    """The graph of all IS-IS processes for one address family."""
    routers: list[IsisRouter] = []
    ports: list[IsisPort] = []
    for name, device in sorted(devices.items()):
        for process in device.isis:
            router = IsisRouter(len(routers), name, device, process, area_of(process.net))
            routers.append(router)
            if family == 4 or not _reads_no_ipv6(router):
                ports.extend(_ports(router, topology, family))
    links = tuple(_adjacent(ports, routers, topology))
    hops: list[list[NextHop]] = [[] for _ in routers]
    ways = []
    for port, peer, level in links:
        cost = as_told(routers[port.router].process, port.settings.metric[level - 1], family, of_link=True)
        ways.append(IsisWay(port.router, peer.router, level, cost, len(hops[port.router])))
        hops[port.router].append(NextHop(gateway(port.id, peer.id, topology, family), port.id.interface))
    return IsisGraph(
        family,
        tuple(routers),
        tuple(ways),
        tuple(stub for port in ports for stub in _stubs(port, routers[port.router], family)),
        tuple(tuple(each) for each in hops),
        tuple(dict.fromkeys(IgpAdjacency("isis", one.id, two.id, f"level-{level}") for one, two, level in links)),
        _by_table(routers),
    )


def _reads_no_ipv6(router: IsisRouter) -> bool:
    """isisd reads IPv6 prefixes of wide style alone (8.4.4, seen live with all routers narrow: no route at all)."""
    return router.device.vendor is Vendor.FRR and not router.process.wide_metrics


def _by_table(routers: Iterable[IsisRouter]) -> dict[tuple[str, str], tuple[int, ...]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for router in routers:
        found[router.node, router.process.vrf].append(router.index)
    return {table: tuple(indices) for table, indices in found.items()}


def _ports(router: IsisRouter, topology: Topology, family: int) -> Iterator[IsisPort]:
    for settings in router.process.interfaces:
        key = topology.find(router.node, settings.interface)
        if key is None or family not in settings.versions or not topology.interfaces[key].up:
            continue
        interface = topology.configured[key]
        if interface.vrf == router.process.vrf:
            own = levels_of(settings.level) if settings.level else router.levels
            yield IsisPort(router.index, key, interface, settings, own & router.levels)


def _adjacent(
    ports: list[IsisPort], routers: list[IsisRouter], topology: Topology
) -> Iterator[tuple[IsisPort, IsisPort, int]]:
    active = {port.id: port for port in ports if not port.settings.passive and port.interface.kind != "loopback"}
    for key, port in sorted(active.items()):
        for other in topology.neighbours(key):
            peer = active.get(other)
            if peer is None or not _compatible(port, peer):
                continue
            same_area = routers[port.router].area == routers[peer.router].area
            for level in sorted(port.levels & peer.levels):
                if level == 2 or same_area:
                    yield port, peer, level


def _compatible(one: IsisPort, two: IsisPort) -> bool:
    """What hellos compare; both ends must see the link as the same kind of network."""
    return (
        keys_agree(one.settings.authentication, two.settings.authentication)
        and one.settings.point_to_point == two.settings.point_to_point
    )


def as_told(process: IsisProcess, metric: int, family: int, *, of_link: bool) -> int:
    """A metric as LSPs carry it: the narrow style has 6 bits for it (ISO 10589 7.2.2; isisd 8.4.4 caps it, seen live).

    IPv6 prefixes always have 32 bits (RFC 5308 2), and so have links of a topology of their own (RFC 5120 7.1).
    """
    narrow = not process.wide_metrics and (family == 4 or (of_link and not process.multi_topology))
    return min(metric, HIGHEST_NARROW) if narrow else metric


def _stubs(port: IsisPort, router: IsisRouter, family: int) -> Iterator[IsisStub]:
    """IOS advertises passive interfaces at metric 0, the others at the interface's metric.

    FRR (8.4.4, seen live) tells a circuit's subnet to all levels of the router, whatever the circuit's type.
    """
    free = port.settings.passive and router.device.vendor is Vendor.IOS
    levels = router.levels if router.device.vendor is Vendor.FRR else port.levels
    for each in port.interface.addresses:
        if each.address.version != family or (family == 6 and each.address.is_link_local):
            continue
        for level in sorted(levels):
            metric = as_told(router.process, port.settings.metric[level - 1], family, of_link=False)
            yield IsisStub(port.router, level, each.prefix, 0 if free else metric)
