"""Who hears whom in EIGRP, over which link, and the subnets that each router advertises as its own.

Law: neighbours are of one AS, one address family and the same K-values, on a subnet that both have; a passive interface
is advertised and neither speaks nor hears (RFC 7868). Not modelled: authentication, unicast neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from guard.model.address import Prefix
from guard.model.device import Device
from guard.model.eigrp import EigrpInterface, EigrpProcess
from guard.model.rib import NextHop
from guard.model.state import IgpAdjacency, InterfaceId
from guard.model.vector import Vector
from guard.simulate.igp.eigrp_metric import link
from guard.simulate.layer3.gateway import gateway
from guard.simulate.layer3.topology import Topology

_IPV6 = 6


class Router(NamedTuple):
    """One process: `process` as redistributions call it."""

    node: str
    vrf: str
    version: int
    process: str


class Port(NamedTuple):
    """An interface that a process runs on. `subnets`: what is advertised of it."""

    router: Router
    id: InterfaceId
    settings: EigrpInterface
    vector: Vector
    subnets: tuple[Prefix, ...]


class Way(NamedTuple):
    """From a router that speaks to one that hears: the hop that this one sends packets back by, and its link."""

    speaker: Router
    hearer: Router
    hop: NextHop
    out: Port
    into: Port


@dataclass(frozen=True, slots=True)
class EigrpGraph:
    """`own`: what a router advertises of itself, with the vector of its interface; `by_table`: processes in order."""

    processes: Mapping[Router, EigrpProcess]
    devices: Mapping[Router, Device]
    topology: Topology
    ports: Mapping[Router, tuple[Port, ...]]
    ways: Mapping[Router, tuple[Way, ...]]
    own: Mapping[Router, Mapping[Prefix, Vector]]
    by_table: Mapping[tuple[str, str], tuple[Router, ...]]
    adjacencies: tuple[IgpAdjacency, ...]

    def name(self, router: Router) -> object:
        """What a router's external routes are told apart by: its id where one is configured."""
        configured = self.processes[router].router_id
        return configured if configured is not None else router


def build(devices: Mapping[str, Device], topology: Topology) -> EigrpGraph | None:
    """The graph of all processes; None where there is none."""
    processes = {
        Router(name, process.vrf, process.version, process.process): process
        for name, device in sorted(devices.items())
        for process in device.eigrp
    }
    if not processes:
        return None
    of = {router: devices[router.node] for router in processes}
    ports = {router: tuple(_ports(router, each, of[router], topology)) for router, each in sorted(processes.items())}
    ways = tuple(_ways(ports, processes, topology))
    tables: dict[tuple[str, str], list[Router]] = defaultdict(list)
    for router in sorted(processes, key=lambda each: (each.node, each.vrf, each.version, processes[each].asn, each)):
        tables[router.node, router.vrf].append(router)
    return EigrpGraph(
        processes,
        of,
        topology,
        ports,
        _by_speaker(ways),
        {router: _own(held) for router, held in ports.items()},
        {table: tuple(each) for table, each in tables.items()},
        tuple(_rows(ways, processes)),
    )


def _ports(router: Router, process: EigrpProcess, device: Device, topology: Topology) -> Iterator[Port]:
    for settings in process.interfaces:
        found = topology.find(router.node, settings.interface)
        if found is None or not topology.interfaces[found].up or topology.configured[found].vrf != router.vrf:
            continue
        interface = topology.configured[found]
        held = {
            each.prefix
            for each in interface.addresses
            if each.address.version == process.version and not each.address.is_link_local
        }
        subnets = held if settings.subnets is None else held & settings.subnets
        vector = link(device.vendor, interface, process, settings, topology.links(router.node, interface))
        yield Port(router, found, settings, vector, tuple(sorted(subnets)))


def _own(ports: tuple[Port, ...]) -> dict[Prefix, Vector]:
    found: dict[Prefix, Vector] = {}
    for port in ports:
        for prefix in port.subnets:
            known = found.get(prefix)
            found[prefix] = port.vector if known is None or port.vector.delay < known.delay else known
    return found


def _ways(
    ports: Mapping[Router, tuple[Port, ...]], processes: Mapping[Router, EigrpProcess], topology: Topology
) -> Iterator[Way]:
    at: dict[InterfaceId, list[Port]] = defaultdict(list)
    for held in ports.values():
        for port in held:
            if not port.settings.passive and topology.configured[port.id].kind != "loopback":
                at[port.id].append(port)
    for here in sorted(at):
        for there in topology.neighbours(here):
            for out in at[here]:
                into = next((each for each in at.get(there, ()) if _agree(out, each, processes)), None)
                hop = _hop(out, into, topology) if into is not None else None
                if into is not None and hop is not None:
                    yield Way(out.router, into.router, hop, out, into)


def _agree(one: Port, two: Port, processes: Mapping[Router, EigrpProcess]) -> bool:
    mine, its = processes[one.router], processes[two.router]
    return mine.version == its.version and mine.asn == its.asn and mine.weights == its.weights


def _hop(out: Port, into: Port, topology: Topology) -> NextHop | None:
    """The speaker as the hearer's next hop; None where they have no subnet in common ("not on common subnet")."""
    address = gateway(into.id, out.id, topology, out.router.version)
    if out.router.version == _IPV6:
        return NextHop(address, into.id.interface)
    here = topology.configured[into.id]
    shared = any(address is not None and each.prefix.contains(address) for each in here.addresses)
    return NextHop(address, into.id.interface) if shared or here.unnumbered else None


def _by_speaker(ways: tuple[Way, ...]) -> dict[Router, tuple[Way, ...]]:
    found: dict[Router, list[Way]] = defaultdict(list)
    for way in ways:
        found[way.speaker].append(way)
    return {router: tuple(each) for router, each in found.items()}


def _rows(ways: tuple[Way, ...], processes: Mapping[Router, EigrpProcess]) -> Iterator[IgpAdjacency]:
    for way in ways:
        name = "eigrp6" if way.speaker.version == _IPV6 else "eigrp"
        yield IgpAdjacency(name, way.out.id, way.into.id, str(processes[way.speaker].asn))
