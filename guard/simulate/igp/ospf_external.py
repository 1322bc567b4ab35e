"""External LSAs: what autonomous-system border routers bring in from their main RIBs, and default routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import Vendor
from guard.model.igp import AreaRange
from guard.model.rib import RibEntry, RouteProtocol
from guard.simulate.igp.ospf import External
from guard.simulate.igp.ospf_graph import OspfGraph, Router
from guard.simulate.policy.evaluator import RouteView
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.redistribution import Evaluators, Taken, take

#: Metric of a redistributed route without one. IOS: 20, BGP 1 (command reference, `redistribute`); FRR: 20 for all
#: (ospfd/ospf_lsa.c, metric_value); EOS: 1 (as Batfish reads it, not seen on a device).
_DEFAULT_METRIC = 20
_LOW_METRIC = 1
#: `default-information originate` without a metric: IOS and EOS 1; FRR 10, with `always` 1 (ospf_lsa.h).
_ORIGINATE_METRIC = 1
_FRR_ORIGINATE_METRIC = 10
_OWN = frozenset({RouteProtocol.OSPF, RouteProtocol.OSPF_IA, RouteProtocol.OSPF_E1, RouteProtocol.OSPF_E2})
_SHARED_MEDIA = ("broadcast", "non-broadcast")


def externals(
    graph: OspfGraph, ribs: Mapping[tuple[str, str], MainRib], evaluators: Evaluators
) -> tuple[External, ...]:
    """All external LSAs of one OSPF version, sorted."""
    found: list[External] = []
    for router in graph.routers:
        rib = ribs.get((router.node, router.process.vrf))
        if rib is None or not router.areas:
            continue
        lsas = _summarised(router, tuple(_redistributed(graph, router, rib, evaluators)))
        found.extend(_scoped(graph, router, lsas))
        found.extend(_defaults(graph, router, rib, evaluators))
    return tuple(sorted(found, key=lambda lsa: (lsa.prefix, lsa.origin, lsa.area is not None, lsa.area or 0)))


def ebgp_in_igp(
    graph: OspfGraph, ribs: Mapping[tuple[str, str], MainRib], evaluators: Evaluators
) -> dict[str, frozenset[Prefix]]:
    """node -> eBGP routes that it brings into OSPF."""
    found: dict[str, frozenset[Prefix]] = {}
    for router in graph.routers:
        rib = ribs.get((router.node, router.process.vrf))
        for redistribution in router.process.redistributions if rib is not None and router.areas else ():
            if redistribution.protocol == "bgp" and rib is not None:
                taken = take(evaluators(router.node).device, rib, redistribution, evaluators, _family(graph))
                prefixes = frozenset(each.prefix for each in taken if each.from_ebgp)
                found[router.node] = found.get(router.node, frozenset()) | prefixes
    return {node: prefixes for node, prefixes in found.items() if prefixes}


def _family(graph: OspfGraph) -> int:
    return 4 if graph.version == 2 else 6


def _redistributed(graph: OspfGraph, router: Router, rib: MainRib, evaluators: Evaluators) -> Iterator[External]:
    process = router.process
    for redistribution in process.redistributions:
        if redistribution.protocol.startswith("ospf") and redistribution.process == process.process:
            continue
        configured = f"type-{redistribution.metric_type or 2}"
        inside = _own_subnets(graph, router) if redistribution.protocol == "connected" else frozenset()
        # ospfd 8.4 leaves out what lies inside such a subnet as well (ospf_distribute_check_connected; seen live).
        within = graph.version == 2 and router.device.vendor is Vendor.FRR
        for taken in take(evaluators(router.node).device, rib, redistribution, evaluators, _family(graph)):
            if taken.prefix.length == 0 and router.device.vendor is not Vendor.EOS:
                continue  # a default route needs default-information
            if taken.prefix in inside or (within and any(each.covers(taken.prefix) for each in inside)):
                continue  # an interface that OSPF runs on is no external route
            kind = taken.view.metric_type or configured
            yield External(
                taken.prefix,
                router.index,
                max(0, _metric(router, redistribution.protocol, taken) + taken.added),
                kind not in ("type-1", "external-1"),
                taken.tag,
                _forwarding(graph, router, taken.entry),
            )


def _own_subnets(graph: OspfGraph, router: Router) -> frozenset[Prefix]:
    """Subnets of the interfaces that this process runs on."""
    ports = graph.ports.get(router.index, ())
    return frozenset(each.prefix for port in ports for each in port.interface.addresses)


def _metric(router: Router, protocol: str, taken: Taken) -> int:
    if taken.metric is not None:
        return taken.metric
    if router.process.default_metric is not None:
        return router.process.default_metric
    if router.device.vendor is Vendor.FRR:
        return _DEFAULT_METRIC
    if protocol.startswith("ospf"):
        return taken.entry.metric
    low = protocol == "bgp" or router.device.vendor is Vendor.EOS
    return _LOW_METRIC if low else _DEFAULT_METRIC


def _forwarding(graph: OspfGraph, router: Router, entry: RibEntry) -> Address | None:
    """The next hop itself where it lies on a network that OSPF runs on (RFC 2328 A.4.5); IOS: shared media alone.

    Of several ospfd takes the first that zebra tells, and zebra has them in order, those without an address in front
    (ospf_zebra_read_route, nexthop_group_add_sorted; seen live).
    """
    hops = entry.next_hops
    if graph.version == 3 or not hops or (len(hops) > 1 and router.device.vendor is not Vendor.FRR):
        return None
    if any(hop.address is None for hop in hops):
        return None
    address = min(hop.address for hop in hops if hop.address is not None)
    for port in graph.ports.get(router.index, ()):
        if router.device.vendor is not Vendor.FRR and (
            port.settings.passive or port.network_type not in _SHARED_MEDIA
        ):
            continue
        if any(each.prefix.contains(address) and not each.prefix.is_host for each in port.interface.addresses):
            return address
    return None


def _summarised(router: Router, lsas: tuple[External, ...]) -> tuple[External, ...]:
    """`summary-address`: one LSA for all that it covers, or none of them.

    It has the lowest of their metrics; FRR (8.4.4, seen live) gives it the process's default one, whatever they have.
    """
    ranges = router.process.summary_addresses
    if not ranges:
        return lsas
    kept: list[External] = []
    covered: dict[AreaRange, list[External]] = {}
    for lsa in lsas:
        over = next((each for each in ranges if each.prefix.covers(lsa.prefix)), None)
        if over is None:
            kept.append(lsa)
        else:
            covered.setdefault(over, []).append(lsa)
    for each, inside in covered.items():
        if each.advertise:
            first = min(inside, key=lambda lsa: (lsa.type2, lsa.metric))
            if router.device.vendor is Vendor.FRR:
                own = router.process.default_metric
                first = first._replace(type2=True, metric=_DEFAULT_METRIC if own is None else own)
            metric = each.cost if each.cost is not None else first.metric
            kept.append(first._replace(prefix=each.prefix, metric=metric, forwarding=None))
    return tuple(kept)


def _scoped(graph: OspfGraph, router: Router, lsas: tuple[External, ...]) -> Iterator[External]:
    """Type 5 where the router has a normal area, type 7 in each of its NSSAs."""
    if any(router.area(area).kind == "normal" for area in router.areas):
        yield from lsas
    for number in router.areas:
        area = router.area(number)
        if area.kind == "nssa" and not area.no_redistribution:
            inside = _nssa_address(graph, router, number)
            for lsa in lsas:
                forwarding = lsa.forwarding or inside
                yield lsa._replace(area=number, forwarding=forwarding, propagate=not router.is_border)


def _nssa_address(graph: OspfGraph, router: Router, area: int) -> Address | None:
    """What a type-7 LSA that may be translated forwards to: a loopback of the area, else another of its addresses."""
    family = _family(graph)
    ports = [port for port in graph.ports.get(router.index, ()) if port.area == area]
    for port in sorted(ports, key=lambda port: (port.network_type != "loopback", port.id)):
        for each in port.interface.addresses:
            if each.address.version == family and not each.address.is_link_local:
                return each.address
    return None


def _defaults(graph: OspfGraph, router: Router, rib: MainRib, evaluators: Evaluators) -> Iterator[External]:
    default = DEFAULT_V4 if graph.version == 2 else DEFAULT_V6
    wanted = router.process.default_information
    if wanted is not None and (wanted.always or _has_foreign(rib, default)):
        lsa = _default_lsa(graph, router, rib, default, evaluators)
        if lsa is not None:
            yield from _scoped(graph, router, (lsa,))
    for number in router.areas:
        area = router.area(number)
        wants = area.kind == "nssa" and area.nssa_default and not area.no_summary
        if wants and (router.is_border or _has_foreign(rib, default)):
            yield External(default, router.index, area.default_cost, True, 0, None, number, propagate=False)


def _has_foreign(rib: MainRib, prefix: Prefix) -> bool:
    """Whether the main RIB holds the prefix from elsewhere than OSPF."""
    held = rib.get(prefix)
    return held is not None and held.protocol not in _OWN


def _default_lsa(
    graph: OspfGraph, router: Router, rib: MainRib, default: Prefix, evaluators: Evaluators
) -> External | None:
    wanted = router.process.default_information
    if wanted is None:
        return None
    metric, type2 = wanted.metric, wanted.metric_type != 1
    if wanted.policy:
        view = RouteView(default, BgpAttributes(), protocol="static")
        taken = evaluators(router.node).evaluate((wanted.policy,), view)
        if taken is None:
            return None
        metric = taken.attributes.med if taken.attributes.med is not None else metric
        type2 = taken.metric_type != "type-1" if taken.metric_type else type2
    if metric is None:
        frr = router.device.vendor is Vendor.FRR and not wanted.always
        metric = _FRR_ORIGINATE_METRIC if frr else _ORIGINATE_METRIC
    held = rib.get(default)
    if wanted.always or held is None:
        return External(default, router.index, metric, type2, 0, None)
    return External(default, router.index, metric, type2, held.tag, _forwarding(graph, router, held))
