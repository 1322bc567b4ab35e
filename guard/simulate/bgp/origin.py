"""What is born in BGP: network statements, redistribution, aggregates, originated defaults.

Law: a network statement needs its exact route in the main RIB (unless the vendor or a line says otherwise); what IGPs
and connected interfaces gave is read from the underlay, never from BGP's own routes.
Not modelled: auto-summary, network backdoor's effect on distance, IS-IS levels of a redistribution.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from guard.model import vendor_defaults as defaults
from guard.model.address import Address, Prefix
from guard.model.bgp import (
    CONFED_SEQUENCE,
    CONFED_SET,
    IGP,
    INCOMPLETE,
    SEQUENCE,
    SET,
    AsPath,
    BgpAggregate,
    BgpAttributes,
    BgpFamily,
    Redistribution,
    Segment,
)
from guard.model.device import Vendor
from guard.model.rib import RibEntry, RouteProtocol
from guard.simulate.bgp.graph import Speaker
from guard.simulate.bgp.path import LOCAL, Path
from guard.simulate.bgp.transform import as_leaving, leaving
from guard.simulate.policy.evaluator import RouteView
from guard.simulate.rib.underlay import Underlay

#: Weight of what a router originates (Cisco, FRR); EOS shows 0 and prefers it by other means.
LOCAL_WEIGHT = 32768
_KEEPS_DEFAULT = frozenset({Vendor.IOS, Vendor.NXOS})
_WEIGHTLESS = frozenset({Vendor.EOS, Vendor.JUNOS})
#: Who is the next hop himself of what he brings into BGP (NX-OS 9.2, `show bgp detail`: 0.0.0.0 for a static route);
#: others send the gateway of the route.
_HOP_ITSELF = frozenset({Vendor.EOS, Vendor.NXOS})

_PROTOCOLS: dict[str, frozenset[RouteProtocol]] = {
    "connected": frozenset({RouteProtocol.CONNECTED}),
    "local": frozenset({RouteProtocol.LOCAL}),
    "static": frozenset({RouteProtocol.STATIC}),
    "ospf": frozenset({RouteProtocol.OSPF, RouteProtocol.OSPF_IA, RouteProtocol.OSPF_E1, RouteProtocol.OSPF_E2}),
    "isis": frozenset({RouteProtocol.ISIS_L1, RouteProtocol.ISIS_L2, RouteProtocol.ISIS_EL1, RouteProtocol.ISIS_EL2}),
    "eigrp": frozenset({RouteProtocol.EIGRP, RouteProtocol.EIGRP_EX}),
    "rip": frozenset({RouteProtocol.RIP}),
    "kernel": frozenset({RouteProtocol.KERNEL}),
    "aggregate": frozenset({RouteProtocol.AGGREGATE}),
}

_WORD = {protocol: word for word, protocols in _PROTOCOLS.items() for protocol in protocols}

#: Routes whose metric Junos sends as MED; static and direct routes have none.
_WITH_METRIC = _PROTOCOLS["ospf"] | _PROTOCOLS["isis"] | _PROTOCOLS["rip"]

#: What `match route-type` and `redistribute ospf match …` call the kinds of OSPF routes.
OSPF_TYPES: dict[RouteProtocol, tuple[str, ...]] = {
    RouteProtocol.OSPF: ("internal", "intra-area"),
    RouteProtocol.OSPF_IA: ("internal", "inter-area"),
    RouteProtocol.OSPF_E1: ("external", "external-1", "type-1", "external 1"),
    RouteProtocol.OSPF_E2: ("external", "external-2", "type-2", "external 2"),
}


def weight(vendor: Vendor) -> int:
    return 0 if vendor in _WEIGHTLESS else LOCAL_WEIGHT


def originated(speaker: Speaker, version: int, underlay: Underlay) -> Iterator[tuple[Prefix, Path]]:
    """What the process puts into its table by itself, aggregates and defaults apart; a prefix may come twice."""
    family = speaker.families.get(version)
    if family is None:
        return
    yield from _networks(speaker, family, underlay)
    for redistribution in family.redistributions:
        yield from _redistributed(speaker, family, redistribution, underlay)


def is_fixed(speaker: Speaker, version: int, fixed: Collection[Prefix]) -> bool:
    """Whether what is born here hangs on connected and static routes (`fixed`) alone, and on no IGP."""
    family = speaker.families.get(version)
    if family is None:
        return True
    if not (speaker.device.ospf or speaker.device.isis or speaker.device.rip or speaker.device.eigrp):
        return True
    if any(each.protocol not in ("connected", "local", "static") for each in family.redistributions):
        return False
    return all(network.prefix in fixed for network in family.networks)


def _networks(speaker: Speaker, family: BgpFamily, underlay: Underlay) -> Iterator[tuple[Prefix, Path]]:
    for network in family.networks:
        if network.backdoor:
            continue
        entry = underlay.entry(speaker.node, speaker.vrf, network.prefix)
        if entry is None and family.network_import_check:
            continue
        # bgpd writes neither the gateway nor the metric of the route into a network statement's path (seen live, 8.4).
        told = None if speaker.device.vendor is Vendor.FRR else entry
        attributes = _local_attributes(speaker, told, IGP)
        protocol = _WORD.get(entry.protocol, "static") if entry is not None else "static"
        yield from _admitted(speaker, network.prefix, attributes, entry, protocol, network.policy)


def _redistributed(
    speaker: Speaker, family: BgpFamily, what: Redistribution, underlay: Underlay
) -> Iterator[tuple[Prefix, Path]]:
    protocols = _PROTOCOLS.get(what.protocol, frozenset())
    if what.protocol == "ospf":
        protocols = _ospf_kinds(speaker.device.vendor, what.route_types)
    if not protocols:
        return
    for prefix, entry in underlay.of_protocol(speaker.node, speaker.vrf, protocols, what.process):
        if prefix.version != family.version or not _may_redistribute(speaker, family, prefix):
            continue
        own = speaker.evaluator.own_routes
        if own.is_silent(speaker.vrf, prefix, entry.protocol):
            continue
        attributes = _local_attributes(speaker, entry, redistributed_origin(speaker.device.vendor, what.protocol))
        carried = own.communities_of(speaker.vrf, prefix, entry.protocol)
        if carried:
            attributes = attributes._replace(communities=carried)
        if what.metric is not None:
            attributes = attributes._replace(med=what.metric)
        if speaker.device.vendor is Vendor.JUNOS and not _exported(speaker, family, prefix, attributes, entry):
            continue
        yield from _admitted(speaker, prefix, attributes, entry, what.protocol, what.policy)


def _exported(speaker: Speaker, family: BgpFamily, prefix: Prefix, attributes: BgpAttributes, entry: RibEntry) -> bool:
    """Whether some export policy of the process lets out a route of another protocol, the active one of its prefix."""
    if entry.admin_distance > family.distance_external:
        return False
    if speaker.vrf != "default" and (family.export_targets or family.export_policy):
        return True  # the VPN takes all routes of a VRF, as far as its own policy lets them
    kinds = OSPF_TYPES.get(entry.protocol, ("",))
    view = RouteView(
        prefix,
        attributes,
        protocol=_WORD.get(entry.protocol, ""),
        route_type=kinds[-1],
        own_as=speaker.process.asn,
        interface=_way_out(entry),
        local=True,
    )
    chains = {
        (each.export_policies, neighbor.address)
        for neighbor in speaker.process.neighbors
        for each in neighbor.families
        if each.export_policies and each.version == family.version
    }
    return any(
        speaker.evaluator.evaluate(chain, view._replace(peer=peer)) is not None
        for chain, peer in sorted(chains, key=str)
    )


def _way_out(entry: RibEntry) -> str:
    return next((hop.interface for hop in entry.next_hops if hop.interface), "")


def redistributed_origin(vendor: Vendor, protocol: str) -> int:
    """Incomplete; EOS gives connected routes IGP (lab-validation, eos_undefined_route_map), Junos all routes."""
    igp = vendor is Vendor.JUNOS or (vendor is Vendor.EOS and protocol == "connected")
    return IGP if igp else INCOMPLETE


def _ospf_kinds(vendor: Vendor, types: tuple[str, ...]) -> frozenset[RouteProtocol]:
    """IOS takes internal routes alone unless `match` says more (command reference, redistribute)."""
    wanted = types or (("internal",) if vendor is Vendor.IOS else ())
    return frozenset(kind for kind, names in OSPF_TYPES.items() if not wanted or set(names) & set(wanted))


def _may_redistribute(speaker: Speaker, family: BgpFamily, prefix: Prefix) -> bool:
    """IOS and NX-OS keep a default route out of BGP unless `default-information originate` stands in the family."""
    return bool(prefix.length) or family.default_information or speaker.device.vendor not in _KEEPS_DEFAULT


def _local_attributes(speaker: Speaker, entry: RibEntry | None, origin: int) -> BgpAttributes:
    vendor = speaker.device.vendor
    next_hop = None if entry is None or vendor in _HOP_ITSELF else _gateway(entry)
    med: int | None = entry.metric if entry is not None else 0
    if vendor is Vendor.JUNOS and (entry is None or entry.protocol not in _WITH_METRIC):
        med = None
    elif entry is not None and entry.protocol in (RouteProtocol.CONNECTED, RouteProtocol.STATIC):
        med = 0
    return BgpAttributes(
        origin=origin,
        next_hop=next_hop,
        med=med,
        weight=weight(vendor),
        tag=entry.tag if entry is not None else 0,
        local_preference=speaker.process.default_local_preference,
    )


def _gateway(entry: RibEntry) -> Address | None:
    return next((hop.address for hop in entry.next_hops if hop.address is not None and not hop.discard), None)


def _admitted(
    speaker: Speaker, prefix: Prefix, attributes: BgpAttributes, entry: RibEntry | None, protocol: str, policy: str
) -> Iterator[tuple[Prefix, Path]]:
    """The path, if the statement's route-map lets it pass."""
    if policy:
        kinds = OSPF_TYPES.get(entry.protocol, ("",)) if entry is not None else ("",)
        view = RouteView(
            prefix,
            attributes,
            protocol=protocol,
            route_type=kinds[-1],
            own_as=speaker.process.asn,
            interface=next((hop.interface for hop in entry.next_hops if hop.interface), "") if entry else "",
            local=True,
        )
        undefined = defaults.UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS.get(speaker.device.vendor, False)
        allowed = speaker.evaluator.evaluate((policy,), view, undefined=undefined)
        if allowed is None:
            return
        attributes = allowed.attributes
    made = local_path(speaker, attributes, protocol)
    if entry is not None and (speaker.device.vendor is Vendor.JUNOS or _is_shared(speaker, prefix, entry)):
        made = made._replace(interface=_way_out(entry))  # export policies, or other VRFs, ask for it
    yield prefix, made


def _is_shared(speaker: Speaker, prefix: Prefix, entry: RibEntry) -> bool:
    """Whether other VRFs of a router may have the connected route by its interface (IOS; FRR 8.4.4, seen live)."""
    if entry.protocol is not RouteProtocol.CONNECTED:
        return False
    family = speaker.families[prefix.version]
    if speaker.device.vendor is Vendor.FRR:
        return len(speaker.device.bgp) > 1 and any(each.protocol == "connected" for each in family.redistributions)
    return speaker.device.vendor is Vendor.IOS and bool(family.export_targets)


def local_path(speaker: Speaker, attributes: BgpAttributes, protocol: str) -> Path:
    if leaving(speaker):
        attributes = as_leaving(attributes)
    return Path(attributes, LOCAL, peer_id=speaker.router_id, origin_protocol=protocol)


# ---------------------------------------------------------------------------------------------- aggregates


def aggregate_path(
    speaker: Speaker, aggregate: BgpAggregate, contributors: Iterable[tuple[Prefix, BgpAttributes]]
) -> Path | None:
    """The aggregate's own path from its contributors (RFC 4271 9.2.2.2); None where there is none."""
    parts = [each for _, each in _contributing(speaker, aggregate, contributors)]
    if not parts:
        return None
    vendor = speaker.device.vendor
    kept = vendor in (Vendor.FRR, Vendor.EOS) or aggregate.as_set
    origin = max(each.origin for each in parts) if kept else IGP
    if aggregate.origin is not None:
        origin = aggregate.origin
    members = vendor is Vendor.FRR
    path = _merge_paths([each.as_path for each in parts], members=members) if aggregate.as_set else ()
    carried = {each for part in parts for each in part.communities} if aggregate.as_set else set()
    attributes = BgpAttributes(
        as_path=path,
        origin=origin,
        weight=weight(vendor),
        local_preference=speaker.process.default_local_preference,
        communities=tuple(sorted(carried)),
        atomic_aggregate=not aggregate.as_set and any(each.as_path for each in parts),
        aggregator=(speaker.process.asn, speaker.router_id),
    )
    if aggregate.attribute_policy:
        view = RouteView(aggregate.prefix, attributes, protocol="aggregate", own_as=speaker.process.asn, local=True)
        changed = speaker.evaluator.evaluate((aggregate.attribute_policy,), view)
        if changed is None:
            return None
        attributes = changed.attributes
    return local_path(speaker, attributes, "aggregate")


def rib_contributors(speaker: Speaker, aggregate: Prefix, underlay: Underlay) -> Iterator[tuple[Prefix, BgpAttributes]]:
    """EOS aggregates what is in its main RIB, in BGP or not (lab-validation, eos_bgp_aggregate)."""
    if speaker.device.vendor is not Vendor.EOS:
        return
    for prefix, entry in underlay.entries(speaker.node, speaker.vrf):
        if aggregate.covers(prefix) and prefix != aggregate and entry.protocol is not RouteProtocol.LOCAL:
            origin = redistributed_origin(Vendor.EOS, _WORD.get(entry.protocol, ""))
            yield prefix, BgpAttributes(origin=origin)


def yields_to_rib(speaker: Speaker, aggregate: Prefix, underlay: Underlay) -> bool:
    """EOS makes no aggregate where the main RIB has the very prefix at a lower distance (the same lab)."""
    if speaker.device.vendor is not Vendor.EOS:
        return False
    entry = underlay.entry(speaker.node, speaker.vrf, aggregate)
    return entry is not None and entry.admin_distance < speaker.families[aggregate.version].distance_local


def _contributing(
    speaker: Speaker, aggregate: BgpAggregate, contributors: Iterable[tuple[Prefix, BgpAttributes]]
) -> Iterator[tuple[Prefix, BgpAttributes]]:
    for prefix, attributes in contributors:
        if not aggregate.advertise_policy or speaker.evaluator.evaluate(
            (aggregate.advertise_policy,), RouteView(prefix, attributes, own_as=speaker.process.asn)
        ):
            yield prefix, attributes


def suppresses(speaker: Speaker, aggregate: BgpAggregate, prefix: Prefix, attributes: BgpAttributes) -> bool:
    """Whether the more specific `prefix`, which is in the speaker's table, stays unsent because of the aggregate."""
    if not aggregate.prefix.covers(prefix) or aggregate.prefix == prefix:
        return False
    if aggregate.suppress_policy:
        view = RouteView(prefix, attributes, own_as=speaker.process.asn)
        return speaker.evaluator.evaluate((aggregate.suppress_policy,), view) is not None
    return aggregate.summary_only


def _merge_paths(paths: list[AsPath], *, members: bool) -> AsPath:
    """The common beginning as a sequence, everything else as one set.

    `members`: the ASes of a confederation are put into the set as well (bgpd's aspath_aggregate; seen live, 8.4.4).
    """
    distinct = sorted(set(paths))
    if len(distinct) == 1:
        return distinct[0]
    ordered = (SEQUENCE, CONFED_SEQUENCE) if members else (SEQUENCE,)
    loose = (SET, CONFED_SET) if members else (SET,)
    flat = [[(kind, asn) for kind, asns in path if kind in ordered for asn in asns] for path in distinct]
    common: list[tuple[str, int]] = []
    for column in zip(*flat, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    rest = {asn for path in flat for _, asn in path[len(common) :]}
    rest |= {asn for path in distinct for kind, asns in path if kind in loose for asn in asns}
    rest -= {asn for _, asn in common}
    segments = tuple(Segment(kind, tuple(asn for _, asn in same)) for kind, same in groupby(common, itemgetter(0)))
    return (*segments, Segment(SET, tuple(sorted(rest)))) if rest else segments


def unimported_networks(speaker: Speaker, version: int) -> Iterator[tuple[Prefix, BgpAttributes]]:
    """Network statements as bgpd's table holds them before their route is there: invalid, but conditions see them."""
    family = speaker.families.get(version)
    for network in family.networks if family is not None else ():
        attributes = _local_attributes(speaker, None, IGP)
        for _, path in _admitted(speaker, network.prefix, attributes, None, "static", network.policy):
            yield network.prefix, path.attributes


def default_path(speaker: Speaker) -> Path:
    """What `default-originate` sends before the neighbour's transforms."""
    attributes = BgpAttributes(origin=IGP, local_preference=speaker.process.default_local_preference)
    return local_path(speaker, attributes, "default-originate")
