"""Which routes of a main RIB another protocol takes, and what its policy makes of them. Shared by the IGPs.

Law: only what is installed is redistributed; BGP into an IGP takes what the vendor takes (IOS: not iBGP).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from guard.model.address import Prefix, class_of
from guard.model.bgp import BgpAttributes, Redistribution
from guard.model.device import Device, Vendor
from guard.model.rib import RibEntry, RouteProtocol
from guard.model.vendor_defaults import UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS
from guard.simulate.policy.evaluator import Evaluator, RouteView, first_as
from guard.simulate.rib.main_rib import MainRib

_OSPF = frozenset(
    {RouteProtocol.OSPF, RouteProtocol.OSPF_IA, RouteProtocol.OSPF_E1, RouteProtocol.OSPF_E2}
)
_ISIS = frozenset(
    {RouteProtocol.ISIS_L1, RouteProtocol.ISIS_L2, RouteProtocol.ISIS_EL1, RouteProtocol.ISIS_EL2}
)
_IGP = {
    "ospf": _OSPF,
    "ospf3": _OSPF,
    "isis": _ISIS,
    "rip": frozenset({RouteProtocol.RIP}),
    "eigrp": frozenset({RouteProtocol.EIGRP, RouteProtocol.EIGRP_EX}),
}

#: What policies and `match` of a redistribution call the kinds of IGP routes.
_ROUTE_TYPES = {
    RouteProtocol.OSPF: ("internal", "intra-area"),
    RouteProtocol.OSPF_IA: ("internal", "inter-area"),
    RouteProtocol.OSPF_E1: ("external", "type-1"),
    RouteProtocol.OSPF_E2: ("external", "type-2"),
    RouteProtocol.ISIS_L1: ("level-1",),
    RouteProtocol.ISIS_L2: ("level-2",),
    RouteProtocol.EIGRP: ("internal",),
    RouteProtocol.EIGRP_EX: ("external",),
}
_EXTERNAL_WORDS = {"external-1": "type-1", "external-2": "type-2", "nssa-external": "external"}


#: How far a second metric lies from the first, to tell adding from setting.
_PROBE = 1 << 16

#: The policy evaluator of a node.
Evaluators = Callable[[str], Evaluator]


class Taken(NamedTuple):
    """A redistributed route after policy. `metric` None where neither policy nor configuration set one.

    `added`: what the policy adds to whatever metric the protocol starts from (`set metric +5`), where it does that.
    """

    prefix: Prefix
    entry: RibEntry
    view: RouteView
    metric: int | None
    tag: int
    from_ebgp: bool = False
    added: int = 0


def take(
    device: Device, rib: MainRib, redistribution: Redistribution, evaluators: Evaluators, version: int
) -> Iterator[Taken]:
    """The routes of one `redistribute` line in the order of their source; default routes are the caller's matter."""
    for prefix, entry, attributes, external in _source(device, rib, redistribution):
        if prefix.version != version or not (redistribution.subnets or _is_classful(prefix)):
            continue
        own = evaluators(rib.node).own_routes
        if own.is_silent(rib.vrf, prefix, entry.protocol):
            continue
        view = _view(prefix, entry, attributes, redistribution)
        carried = own.communities_of(rib.vrf, prefix, entry.protocol)
        if carried:
            view = view._replace(attributes=view.attributes._replace(communities=carried))
        if device.vendor is Vendor.NXOS:
            view = view._replace(route_type=_NXOS_TYPES.get(entry.protocol, view.route_type))
        changed = _through(device, evaluators(rib.node), redistribution.policy, view)
        if changed is None:
            continue
        taken = changed
        metric, added = redistribution.metric, 0
        if taken.attributes.med != view.attributes.med:
            added = _added(evaluators(rib.node), redistribution.policy, view, taken)
            metric = metric if added else taken.attributes.med
        tag = taken.attributes.tag if taken.attributes.tag != view.attributes.tag else redistribution.tag
        yield Taken(prefix, entry, taken, metric, _tag(device, tag, view, attributes), external, added)


def _through(device: Device, evaluator: Evaluator, name: str, view: RouteView) -> RouteView | None:
    """The route after the redistribution's policy; None where that rejects it.

    NX-OS takes iBGP's routes where the route-map says `match route-type internal`: of no type, they would not pass.
    """
    if not name:
        return view
    undefined = _undefined_permits(device)
    if device.vendor is Vendor.NXOS and view.protocol == "bgp" and view.route_type == "internal":
        untyped = view._replace(route_type="")
        if evaluator.evaluate((name,), untyped, undefined=undefined) is not None:
            return None
    return evaluator.evaluate((name,), view, undefined=undefined)


#: What `match route-type` of NX-OS calls the kinds of BGP's routes.
_NXOS_TYPES = {RouteProtocol.IBGP: "internal", RouteProtocol.BGP: "external"}


def _added(evaluator: Evaluator, policy: str, view: RouteView, taken: RouteView) -> int:
    """What the policy adds to a metric: the same policy on another metric gives as much more, or it sets one."""
    base = view.attributes.med or 0
    other = view._replace(attributes=view.attributes._replace(med=base + _PROBE))
    probed = evaluator.evaluate((policy,), other)
    reached = taken.attributes.med or 0
    if probed is None or probed.attributes.med is None or probed.attributes.med - reached != _PROBE:
        return 0
    return reached - base


def _tag(device: Device, tag: int | None, view: RouteView, attributes: BgpAttributes | None) -> int:
    """A route's own tag goes on; IOS and NX-OS tag routes of BGP with the neighbouring AS (RFC 1403).

    NX-OS takes its own AS where a path is empty (recorded: a route of iBGP in OSPF).
    """
    if tag is not None:
        return tag
    if attributes is not None and device.vendor in _LIKE_IOS:
        own = device.bgp[0].asn if device.vendor is Vendor.NXOS and device.bgp else 0
        return first_as(attributes.as_path) or own
    return view.attributes.tag


def _undefined_permits(device: Device) -> bool:
    return UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS.get(device.vendor, False)


_LIKE_IOS = frozenset({Vendor.IOS, Vendor.NXOS})
Row = tuple[Prefix, RibEntry, BgpAttributes | None, bool]


def _source(device: Device, rib: MainRib, redistribution: Redistribution) -> Iterator[Row]:
    kind = redistribution.protocol
    if kind == "connected":
        yield from _plain(sorted(rib.own.items()), RouteProtocol.CONNECTED)
    elif kind == "static":
        installed = ((prefix, entry) for prefix, entry in sorted(rib.static.items()) if rib.get(prefix) is entry)
        yield from _plain(installed, RouteProtocol.STATIC)
    elif kind == "aggregate":
        yield from _plain(sorted(rib.static.items()), RouteProtocol.AGGREGATE)
    elif kind == "bgp":
        yield from _of_bgp(device, rib)
    elif kind in _IGP:
        yield from _of_igp(device, rib, redistribution, _IGP[kind])


def _plain(routes: Iterable[tuple[Prefix, RibEntry]], protocol: RouteProtocol) -> Iterator[Row]:
    return ((prefix, entry, None, False) for prefix, entry in routes if entry.protocol is protocol)


def _of_bgp(device: Device, rib: MainRib) -> Iterator[Row]:
    if rib.overlay is None:
        return
    for prefix, entry, attributes, external in rib.overlay.redistributable(rib.node, rib.vrf):
        if rib.get(prefix) != entry:
            continue
        if entry.protocol is RouteProtocol.IBGP and device.vendor is Vendor.IOS:
            continue  # needs `bgp redistribute-internal`
        yield prefix, entry, attributes, external


def takes_links(device: Device) -> bool:
    """Whether connected subnets that an IGP runs on are redistributed with its routes (IOS, but for IS-IS).

    Recorded: `redistribute eigrp` of IOS-XE 16.4 into EIGRP and into BGP; NX-OS wants `redistribute direct`.
    """
    return device.vendor is Vendor.IOS


def _of_igp(
    device: Device, rib: MainRib, redistribution: Redistribution, protocols: frozenset[RouteProtocol]
) -> Iterator[Row]:
    wanted = {_EXTERNAL_WORDS.get(word, word) for word in redistribution.route_types}
    for table in rib.igps:
        if redistribution.process and table.process != redistribution.process:
            continue
        for prefix in sorted(set(table.prefixes())):
            entry = table.entry(prefix)
            if entry is None or entry.protocol not in protocols or rib.get(prefix) is not entry:
                continue
            if not wanted or wanted.intersection(_ROUTE_TYPES.get(entry.protocol, ())):
                yield prefix, entry, None, False
    if takes_links(device) and (not wanted or "internal" in wanted):
        for prefix, entry in sorted(dict(rib.run_on(protocols, redistribution.process)).items()):
            yield prefix, entry, None, False


def _view(
    prefix: Prefix, entry: RibEntry, attributes: BgpAttributes | None, redistribution: Redistribution
) -> RouteView:
    hop = entry.next_hops[0] if entry.next_hops else None
    if attributes is None:
        attributes = BgpAttributes(med=entry.metric, tag=entry.tag, next_hop=hop.address if hop else None)
    types = _ROUTE_TYPES.get(entry.protocol, ("",))
    return RouteView(
        prefix,
        attributes,
        protocol=redistribution.protocol,
        route_type=types[-1],
        process=redistribution.process,
        interface=(hop.interface or "") if hop else "",
    )


def _is_classful(prefix: Prefix) -> bool:
    """Whether the prefix is a whole class A, B or C network (IOS redistributes no others without `subnets`)."""
    if prefix.version == 6:
        return True
    return prefix == class_of(prefix)
