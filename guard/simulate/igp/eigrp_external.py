"""What EIGRP takes from the main RIBs: redistributed routes with the metric they start from, and which are beaten.

Seeds, in this order: the route-map's, the line's, `default-metric`; EIGRP's own routes keep their vector, and on IOS
connected and static routes have that of their interface. All else is not advertised (IOS EIGRP command reference,
`default-metric`); NX-OS has a default metric by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.model.address import Prefix
from guard.model.bgp import Redistribution
from guard.model.eigrp import EigrpInterface
from guard.model.rib import RibEntry, RouteProtocol
from guard.model.state import InterfaceId
from guard.model.vector import Vector
from guard.simulate.igp.eigrp import CONNECTED, REDISTRIBUTED, STATIC, Eigrp, EigrpExternal, Injected
from guard.simulate.igp.eigrp_graph import EigrpGraph, Router
from guard.simulate.igp.eigrp_metric import NULL, link
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.redistribution import Evaluators, Taken, take

Ribs = Mapping[tuple[str, str], MainRib]


def injected(current: Eigrp, ribs: Ribs, evaluators: Evaluators) -> Injected:
    """What all routers bring in, and do not pass on, given the tables that EIGRP has so far."""
    found: dict[tuple[Router, Prefix], EigrpExternal] = {}
    for external in _externals(current, ribs, evaluators):
        key = (external.router, external.prefix)
        found[key] = min(found.get(key, external), external, key=lambda each: (each.vector.delay, each))
    return Injected(tuple(found[key] for key in sorted(found)), frozenset(_beaten(current, ribs)))


def ebgp_in_eigrp(graph: EigrpGraph, ribs: Ribs, evaluators: Evaluators) -> dict[str, frozenset[Prefix]]:
    """node -> eBGP routes that it brings into EIGRP."""
    found: dict[str, frozenset[Prefix]] = {}
    for router, process in graph.processes.items():
        rib = ribs.get((router.node, router.vrf))
        for redistribution in process.redistributions if rib is not None else ():
            if redistribution.protocol == "bgp" and rib is not None:
                taken = take(graph.devices[router], rib, redistribution, evaluators, router.version)
                prefixes = frozenset(each.prefix for each in taken if each.from_ebgp)
                found[router.node] = found.get(router.node, frozenset()) | prefixes
    return {node: prefixes for node, prefixes in found.items() if prefixes}


def _beaten(current: Eigrp, ribs: Ribs) -> Iterator[tuple[Router, Prefix]]:
    for router, table in current.tables.items():
        rib = ribs.get((router.node, router.vrf))
        for prefix, entry in table.items() if rib is not None else ():
            if rib is not None and rib.get(prefix) is not entry:
                yield router, prefix


def _externals(current: Eigrp, ribs: Ribs, evaluators: Evaluators) -> Iterator[EigrpExternal]:
    graph = current.graph
    for router, process in graph.processes.items():
        rib = ribs.get((router.node, router.vrf))
        if rib is None:
            continue
        for redistribution in process.redistributions:
            if redistribution.protocol == "eigrp" and redistribution.process == router.process:
                continue
            for taken in take(graph.devices[router], rib, redistribution, evaluators, router.version):
                vector = _seed(current, router, redistribution, taken)
                if vector is not None and taken.prefix not in graph.own[router]:
                    kind = _KINDS.get(taken.entry.protocol, REDISTRIBUTED)
                    yield EigrpExternal(router, taken.prefix, vector, taken.tag, kind)


_KINDS = {RouteProtocol.CONNECTED: CONNECTED, RouteProtocol.STATIC: STATIC}


def _seed(current: Eigrp, router: Router, redistribution: Redistribution, taken: Taken) -> Vector | None:
    configured = taken.view.vector or redistribution.vector or current.graph.processes[router].default_metric
    if redistribution.protocol == "eigrp":
        source = router._replace(process=redistribution.process)
        kept = current.vectors.get((source, taken.prefix)) or current.graph.own.get(source, {}).get(taken.prefix)
        return taken.view.vector or redistribution.vector or kept
    if configured is not None or redistribution.protocol not in ("connected", "static"):
        return configured
    return _of_interface(current.graph, router, taken.entry)


def _of_interface(graph: EigrpGraph, router: Router, entry: RibEntry) -> Vector | None:
    """The vector of the interface that a connected or static route points out of."""
    hop = entry.next_hops[0]
    if hop.discard:
        return NULL
    found = graph.topology.find(router.node, hop.interface) if hop.interface else None
    if found is None and hop.address is not None:
        inside = (
            here for here, each in sorted(graph.topology.configured.items())
            if here.node == router.node and each.vrf == router.vrf and graph.topology.interfaces[here].up
            and any(held.prefix.contains(hop.address) for held in each.addresses)
        )  # fmt: skip
        found = next(inside, None)
    return _vector(graph, router, found) if found is not None else None


def _vector(graph: EigrpGraph, router: Router, found: InterfaceId) -> Vector:
    interface, process = graph.topology.configured[found], graph.processes[router]
    settings = next(
        (port.settings for port in graph.ports[router] if port.id == found),
        EigrpInterface(interface.name, interface.source),
    )
    links = graph.topology.links(router.node, interface)
    return link(graph.devices[router].vendor, interface, process, settings, links)
