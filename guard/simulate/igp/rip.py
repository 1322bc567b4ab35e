"""RIP in its converged state (RFC 2453): every route by the fewest hops, at most 15; routes of a hop count together.

Law: a network's tables depend on its links and on what its routers bring in alone, not on who spoke first; where FRR
takes one of several equally good neighbours, the lowest address is taken. Not modelled: offset and distribute lists,
authentication, RIPv1 beside RIPv2, RIPng.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from guard.model.address import DEFAULT_V4, Prefix, class_of
from guard.model.device import Device, Vendor
from guard.model.igp import RipProcess
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import InterfaceId
from guard.simulate.igp.entries import Entries
from guard.simulate.layer3.gateway import gateway
from guard.simulate.layer3.topology import Topology
from guard.simulate.policy.evaluator import Evaluator
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.redistribution import take

INFINITY = 16  # RFC 2453 3.6
_ZEBRA_DISTANCE = 120

Router = tuple[str, str]  # node and VRF


class RipExternal(NamedTuple):
    """A route that a router brings in from another protocol; `metric` as it is sent."""

    router: Router
    prefix: Prefix
    metric: int
    tag: int


class _Way(NamedTuple):
    """From a router that speaks over `port` to one that hears: the hop that this one sends packets back by."""

    speaker: Router
    port: str
    hearer: Router
    hop: NextHop
    link: Prefix | None


class _Route(NamedTuple):
    """The metric of the update that a route was heard in, by whom, and its tag."""

    metric: int
    hops: tuple[NextHop, ...]
    tag: int


@dataclass(frozen=True, slots=True)
class RipGraph:
    """Who hears whom, and the subnets that each router announces as its own."""

    processes: Mapping[Router, RipProcess]
    devices: Mapping[Router, Device]
    ways: Mapping[Router, tuple[_Way, ...]]
    own: Mapping[Router, tuple[Prefix, ...]]


def build(devices: Mapping[str, Device], topology: Topology) -> RipGraph | None:
    """The graph of all RIP processes; None where there is none."""
    processes = {(name, process.vrf): process for name, device in sorted(devices.items()) for process in device.rip}
    if not processes:
        return None
    ports = {port: router for router, process in processes.items() for port in _ports(router, process, topology)}
    ways: dict[Router, list[_Way]] = defaultdict(list)
    speaking = {port: router for port, router in ports.items() if not _is_passive(processes[router], port)}
    told = (*_heard_by_all(speaking, topology), *_told_alone(processes, speaking, topology))
    for port, router, others in sorted(told):
        for other in others:
            hearer = ports.get(other)
            back = gateway(other, port, topology, 4)
            if hearer is None or back is None:
                continue
            link = next((each.prefix for each in topology.configured[port].addresses), None)
            ways[router].append(_Way(router, port.interface, hearer, NextHop(back, other.interface), link))
    own: dict[Router, list[Prefix]] = defaultdict(list)
    for port, router in ports.items():
        own[router] += [each.prefix for each in topology.configured[port].addresses if each.address.version == 4]
    return RipGraph(
        processes,
        {router: devices[router[0]] for router in processes},
        {router: tuple(each) for router, each in ways.items()},
        {router: tuple(sorted(set(each))) for router, each in own.items()},
    )


def _ports(router: Router, process: RipProcess, topology: Topology) -> Iterator[InterfaceId]:
    for name in process.interfaces:
        found = topology.find(router[0], name)
        if found is not None and topology.interfaces[found].up and topology.configured[found].vrf == router[1]:
            yield found


def _heard_by_all(
    speaking: Mapping[InterfaceId, Router], topology: Topology
) -> Iterator[tuple[InterfaceId, Router, tuple[InterfaceId, ...]]]:
    for port, router in speaking.items():
        yield port, router, tuple(topology.neighbours(port))


def _told_alone(
    processes: Mapping[Router, RipProcess], speaking: Mapping[InterfaceId, Router], topology: Topology
) -> Iterator[tuple[InterfaceId, Router, tuple[InterfaceId, ...]]]:
    """`neighbor`: whose address it is, over an interface silent to all: passive, or without RIP (FRR 8.4.4)."""
    for router, process in processes.items():
        if not process.neighbors:
            continue
        for port, state in sorted(topology.interfaces.items()):
            if port.node != router[0] or not state.up or port in speaking or topology.configured[port].vrf != router[1]:
                continue
            near = topology.neighbours(port)
            owned = {each: {held.address for held in topology.configured[each].addresses} for each in near}
            yield port, router, tuple(each for each in near if not owned[each].isdisjoint(process.neighbors))


def _is_passive(process: RipProcess, port: InterfaceId) -> bool:
    return port.interface.lower() in {name.lower() for name in process.passive}


def externals(
    graph: RipGraph, ribs: Mapping[Router, MainRib], evaluator: Callable[[str], Evaluator]
) -> tuple[RipExternal, ...]:
    """What all routers redistribute into RIP, and the defaults that they originate; sorted."""
    found: list[RipExternal] = []
    for router, process in graph.processes.items():
        if process.default_information:
            found.append(RipExternal(router, DEFAULT_V4, 1, 0))
        for redistribution in process.redistributions:
            for taken in take(graph.devices[router], ribs[router], redistribution, evaluator, 4):
                metric = taken.metric if taken.metric is not None else _seed(graph, router, redistribution.protocol)
                found.append(RipExternal(router, taken.prefix, max(metric, 1), taken.tag))
    return tuple(sorted(set(found)))


def _seed(graph: RipGraph, router: Router, protocol: str) -> int:
    """The metric where nothing sets one: IOS takes what is not connected or static for unreachable."""
    process = graph.processes[router]
    unset = process.default_metric == RipProcess.__dataclass_fields__["default_metric"].default
    if graph.devices[router].vendor is Vendor.IOS and unset and protocol not in ("connected", "static"):
        return INFINITY
    return process.default_metric


@dataclass(slots=True)
class Rip:
    """All RIP tables of one network."""

    graph: RipGraph
    injected: tuple[RipExternal, ...]
    tables: dict[Router, dict[Prefix, _Route]] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = _converged(self.graph, self.injected)

    def table(self, router: Router) -> RipTable | None:
        """What RIP offers to one main RIB; None where it does not run there."""
        process = self.graph.processes.get(router)
        if process is None:
            return None
        # FRR counts the link that a route was heard over, and IOS shows the metric as it was sent
        more = 1 if self.graph.devices[router].vendor is Vendor.FRR else 0
        device, own = self.graph.devices[router], self.graph.own.get(router, ())
        return RipTable(device, process, self.tables.get(router, {}), own, more)


def _converged(graph: RipGraph, injected: tuple[RipExternal, ...]) -> dict[Router, dict[Prefix, _Route]]:
    """Level by level: who sends a route with a metric, then those that hear it first."""
    sending: list[dict[tuple[Router, Prefix], int]] = [{} for _ in range(INFINITY + 1)]  # by metric: tag
    brought: set[tuple[Router, Prefix]] = set()
    for router, prefixes in graph.own.items():
        for prefix in prefixes:
            sending[1][router, prefix] = 0
            brought.add((router, prefix))
    for external in injected:
        key = (external.router, external.prefix)
        if key not in brought and external.metric < INFINITY:
            sending[external.metric][key] = external.tag
            brought.add(key)
    tables: dict[Router, dict[Prefix, _Route]] = defaultdict(dict)
    for metric in range(1, INFINITY):
        heard: dict[tuple[Router, Prefix], dict[NextHop, int]] = defaultdict(dict)
        for (router, prefix), tag in sorted(sending[metric].items()):
            learned = tables[router].get(prefix)
            for way in graph.ways.get(router, ()):
                if learned is not None and learned.hops[0].interface == way.port:
                    continue  # split horizon (RFC 2453 3.4.3)
                key = (way.hearer, _sent(graph.processes[router], prefix, way))
                if key not in brought and key[1] not in tables[way.hearer]:
                    heard[key].setdefault(way.hop, tag)
        for (router, prefix), hops in sorted(heard.items()):
            ordered = sorted(hops, key=lambda hop: (hop.address or (0, 0), hop.interface or ""))
            kept = tuple(ordered[: graph.processes[router].max_paths])
            tables[router][prefix] = _Route(metric, kept, hops[kept[0]])
            sending[metric + 1][router, prefix] = hops[kept[0]]
    return tables


def _sent(process: RipProcess, prefix: Prefix, way: _Way) -> Prefix:
    """The prefix as it goes over a link: with auto-summary the whole class over a link of another one."""
    if not process.auto_summary or way.link is None or prefix.length == 0 or class_of(prefix) == class_of(way.link):
        return prefix
    return class_of(prefix) if class_of(prefix).length < prefix.length else prefix


def _distance(device: Device, process: RipProcess, prefix: Prefix, route: _Route) -> int:
    """FRR looks the source of the update up by its longest prefix (rip_distance_apply).

    What the ACL there does not permit has zebra's distance, whatever the process's own is.
    """
    source = route.hops[0].address
    found = [each for each in process.distances if source is not None and each[0].contains(source)]
    if not found:
        return process.distance
    _, distance, acl = max(found, key=lambda each: each[0].length)
    return distance if not acl or Evaluator(device).acl_permits(4, acl, prefix) else _ZEBRA_DISTANCE


class RipTable(Entries):
    """Implements main_rib.IgpTable and Running."""

    process = ""
    native = RouteProtocol.RIP

    def __init__(
        self, device: Device, process: RipProcess, routes: Mapping[Prefix, _Route], own: tuple[Prefix, ...], more: int
    ) -> None:
        entries = {}
        for prefix, route in sorted(routes.items()):
            distance = _distance(device, process, prefix, route)
            entries[prefix] = RibEntry(RouteProtocol.RIP, distance, route.metric + more, route.hops, route.tag)
        super().__init__(entries, own)
