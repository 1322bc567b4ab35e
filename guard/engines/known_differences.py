"""Why guard and Batfish may differ on a fact without one of them being wrong by accident: data, each with its reason.

Law: an entry explains what differs, it never hides it: the difference is reported with the entry's name and reason, and
only what the entry says is explained by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from guard.engines.known_context import About, Context
from guard.model.address import parse_prefix, prefix_of
from guard.model.device import Vendor
from guard.model.rib import RouteProtocol
from guard.model.state import BgpRow, InterfaceId

Vertex = tuple[str, str]

_MGMT_JUNOS = "mgmt_junos"
_OSPF_EXTERNAL = frozenset({RouteProtocol.OSPF_E1, RouteProtocol.OSPF_E2})
_LEARNED = frozenset({RouteProtocol.BGP, RouteProtocol.IBGP})
_OSPF = frozenset({RouteProtocol.OSPF, RouteProtocol.OSPF_IA, *_OSPF_EXTERNAL})
_ISIS = frozenset({RouteProtocol.ISIS_L1, RouteProtocol.ISIS_L2, RouteProtocol.ISIS_EL1, RouteProtocol.ISIS_EL2})


@dataclass(frozen=True, slots=True)
class Known:
    """`right`: whom to believe, "guard", "Batfish" or "" where they model different things. `source`: who says so.

    `spreads`: others hear of it, so what follows from it differs too (guard.engines.consequences).
    """

    name: str
    right: str
    reason: str
    source: str
    applies: Callable[[About, Context], bool] = field(compare=False, repr=False)
    spreads: bool = False


# ------------------------------------------------------------------------------------- when an entry applies


def _management(about: About, context: Context) -> bool:
    if about.fact == "interface":
        return any(str(here) == about.subject for here in context.management)
    if about.fact != "route":
        return False
    node, vrf, prefix = about.key
    here = {each for each in context.management if each.node == node}
    faces = [face for each in here if (face := context.one.interfaces.get(each)) is not None]
    entry = context.one.ribs[node, vrf].get(prefix) if (node, vrf) in context.one.ribs else None
    out = {hop.interface for hop in entry.next_hops} if entry is not None else set()
    near = any(prefix_of(address, length).covers(prefix) for face in faces for address, length in face.addresses)
    return near or bool(out & {each.interface for each in here}) or _only_management(node, vrf, here, context)


def _only_management(node: str, vrf: str, here: Iterable[InterfaceId], context: Context) -> bool:
    """Whether a VRF has no other interfaces: all its routes are the management's."""
    members = {each for each, face in context.one.interfaces.items() if each.node == node and face.vrf == vrf}
    return vrf != "default" and bool(members) and members <= set(here)


def _unaddressed(about: About, context: Context) -> bool:
    if about.fact != "interface":
        return False
    here = next(each for each in (*context.one.interfaces, *context.other.interfaces) if str(each) == about.subject)
    faces = (context.one.interfaces.get(here), context.other.interfaces.get(here))
    return not any(a.version == 4 for face in faces if face is not None for a, _ in face.addresses)


def _eigrp(about: About, context: Context) -> bool:
    return about.of_routes and about.key[2] in context.of_eigrp and "nothing" not in about.answers


def _redistributed_eigrp(about: About, context: Context) -> bool:
    """A route that only guard has, brought into EIGRP or out of it."""
    if about.fact != "route" or about.is_rest or about.answers[1] != "nothing":
        return False
    entry = context.one.ribs[about.key[:2]].get(about.key[2]) if about.key[:2] in context.one.ribs else None
    if entry is None or entry.protocol not in (RouteProtocol.EIGRP_EX, *_OSPF_EXTERNAL):
        return False
    return about.key[2] in context.redistributed_eigrp


def _ospf_mtu(about: About, context: Context) -> bool:
    """A route of OSPF at one of them at least, in a network in which neighbours are kept apart by their MTUs."""
    if about.fact != "route" or about.is_rest or not context.mtus_apart:
        return False
    node, vrf, prefix = about.key
    entries = (state.ribs[node, vrf].get(prefix) for state in (context.one, context.other) if (node, vrf) in state.ribs)
    return any(entry is not None and entry.protocol in _OSPF for entry in entries)


def _vpn(about: About, context: Context) -> bool:
    """A BGP route of guard's, or one that leads into another VRF, in a VRF that takes routes by their targets."""
    device = context.snapshot.devices.get(about.nodes[0]) if about.of_routes and not about.is_rest else None
    if device is None:
        return False
    node, vrf, prefix = about.key
    if not any(each.name == vrf and (each.import_targets or each.evpn_import_targets) for each in device.vrfs):
        return False
    entry = context.one.ribs[node, vrf].get(prefix) if (node, vrf) in context.one.ribs else None
    if about.fact == "BGP path" or entry is None:
        return about.fact == "BGP path"
    return entry.protocol in _LEARNED or any(hop.vrf for hop in entry.next_hops)


def _rip(about: About, context: Context) -> bool:
    return about.of_routes and about.key[2] in context.of_rip and "nothing" not in about.answers


def _isis(about: About, context: Context) -> bool:
    if about.fact != "route":
        return False
    node, vrf, prefix = about.key
    entries = (state.ribs[node, vrf].get(prefix) for state in (context.one, context.other) if (node, vrf) in state.ribs)
    return any(entry is not None and entry.protocol in _ISIS for entry in entries)


def _junos_exports(about: About, context: Context) -> bool:
    if about.fact != "BGP path":
        return False
    device = context.snapshot.devices.get(about.nodes[0])
    return device is not None and device.vendor is Vendor.JUNOS and about.answers[0].startswith("local")


def _local_reject(about: About, context: Context) -> bool:
    return about.fact == "route" and about.answers[0] == "nothing" and about.answers[1].startswith("local via discard")


def _no_members(about: About, context: Context) -> bool:
    if about.fact != "interface":
        return False
    down = about.answers[1].removeprefix("down (")
    return about.answers[0] == "up" and down.startswith(("no configured member", "parent interface is down"))


def _both(about: About, context: Context) -> tuple[BgpRow, BgpRow] | None:
    """The one best path of each, where each has exactly one."""
    if about.fact != "BGP path":
        return None
    mine, theirs = context.paths.get(about.key, ((), ()))
    return (mine[0], theirs[0]) if len(mine) == len(theirs) == 1 else None


def _local_weight(about: About, context: Context) -> bool:
    rows = _both(about, context)
    if rows is None or any(row.origin_protocol in ("bgp", "ibgp") for row in rows):
        return False
    held = [row.attributes for row in rows]
    first, second = ((each.as_path, each.origin, each.med or 0, each.communities) for each in held)
    return first == second


def _default_origin(about: About, context: Context) -> bool:
    rows = _both(about, context)
    if rows is None or rows[0].prefix.length or rows[0].attributes.origin == rows[1].attributes.origin:
        return False
    first, second = (row.attributes for row in rows)
    return (first.as_path, first.next_hop, first.communities) == (second.as_path, second.next_hop, second.communities)


def _eos_network(about: About, context: Context) -> bool:
    """What a `network` statement of an EOS router brings, a static route in its main RIB."""
    if about.fact not in ("route", "BGP path", "advertisement"):
        return False
    return (parse_prefix(about.subject.split(" ", 1)[0]) if about.fact == "advertisement" else about.key[2]) in (
        context.eos_networks
    )


def _redistributed_metric(about: About, context: Context) -> bool:
    if about.fact != "route" or not any(device.vendor is Vendor.EOS for device in context.snapshot.devices.values()):
        return False
    node, vrf, prefix = about.key
    entries = [state.ribs[node, vrf].get(prefix) for state in (context.one, context.other) if (node, vrf) in state.ribs]
    mine, theirs = (*entries, None, None)[:2]
    if mine is None or theirs is None or mine.protocol is not theirs.protocol or mine.protocol not in _OSPF_EXTERNAL:
        return False
    return mine.next_hops == theirs.next_hops


def _own_next_hop(about: About, context: Context) -> bool:
    if not about.of_routes or about.answers[0] != "nothing":
        return False
    theirs = context.paths.get(about.key, ((), ()))[1]
    hops = {row.attributes.next_hop for row in theirs}
    return bool(hops) and all(hop is not None and about.nodes[0] in context.owned.get(hop, ()) for hop in hops)


def _shared_address(about: About, context: Context) -> bool:
    if about.fact != "session":
        return False
    ends = (each for state in (context.one, context.other) for each in state.sessions if each.node in about.nodes)
    told = (each for each in ends if about.subject == f"{each} ({each.vrf})")
    shared = (a for each in told for a in (each.local_address, each.remote_address) if a is not None)
    return any(len(context.owned.get(address, ())) > 1 for address in shared)


def _not_connected(about: About, context: Context) -> bool:
    return about.fact == "session" and "not directly connected" in about.answers[0] and about.answers[1] == "up"


def _modelled_isp(about: About, context: Context) -> bool:
    """The default route of a made-up ISP, wherever it came to, or what such an ISP passes on."""
    if not about.of_routes or about.is_rest or "batfish/isp_config.json" not in context.snapshot.files:
        return False
    node, vrf, prefix = about.key
    theirs = context.paths.get(about.key, ((), ()))[1]
    from_outside = (str(row.received_from) for row in theirs if row.received_from is not None)
    passed_on = any((node, vrf, each) in context.to_nobody for each in from_outside)
    return about.answers[0] == "nothing" and (not prefix.length or passed_on)


def _med_order(about: About, context: Context) -> bool:
    """Both have a best path, of several whose MEDs differ, and not the same one."""
    if not about.of_routes or "nothing" in about.answers or len(context.all_meds.get(about.key, ())) < 2:
        return False
    mine, theirs = context.paths.get(about.key, ((), ()))
    return {row.attributes.med or 0 for row in mine} != {row.attributes.med or 0 for row in theirs}


def _confederation(about: About, context: Context) -> bool:
    devices = (context.snapshot.devices.get(node) for node in about.nodes)
    inside = any(process.confederation_id for device in devices if device is not None for process in device.bgp)
    return inside and about.fact in ("session", "route", "BGP path", "advertisement")


def _tripped(about: About, context: Context) -> bool:
    if about.fact != "session":
        return False
    return any(each.tripped and about.subject == f"{each} ({each.vrf})" for each in context.one.sessions)


def _discard_metric(about: About, context: Context) -> bool:
    return about.fact == "route" and all(text.startswith("ospf via discard [") for text in about.answers)


def _resolved_static(about: About, context: Context) -> bool:
    """Junos shows a static route with the resolved hops, Batfish with what was typed: packets go the same way."""
    device = context.snapshot.devices.get(about.nodes[0]) if about.fact == "route" else None
    if device is None or device.vendor is not Vendor.JUNOS:
        return False
    ends = [text.rpartition(" [")[2] for text in about.answers if text.startswith("static via")]
    return len(ends) == 2 and ends[0] == ends[1] and _same_way(about, context)


def _same_way(about: About, context: Context) -> bool:
    node, vrf, prefix = about.key
    first, second = (
        frozenset(hop.interface for hop in state.fib.next_hops(node, vrf, prefix))
        for state in (context.one, context.other)
    )
    return first == second and bool(first)


def _management_instance(about: About, context: Context) -> bool:
    """A Junos route of the instance mgmt_junos, or what the management interface would have in the default one."""
    device = context.snapshot.devices.get(about.nodes[0]) if about.of_routes and not about.is_rest else None
    if device is None or device.vendor is not Vendor.JUNOS:
        return False
    node, vrf, prefix = about.key
    members = [face for here, face in context.one.interfaces.items() if here.node == node and face.vrf == _MGMT_JUNOS]
    near = any(prefix_of(address, length).covers(prefix) for face in members for address, length in face.addresses)
    return bool(members) and (vrf == _MGMT_JUNOS or (near and about.answers[0] == "nothing"))


def _no_port(about: About, context: Context) -> bool:
    device = context.snapshot.devices.get(about.nodes[0]) if about.fact == "interface" else None
    if device is None or device.vendor not in (Vendor.NXOS, Vendor.IOS):
        return False
    return "no port of its VLAN is up" in about.answers[0] and about.answers[1] == "up"


def _ibgp_multipath(about: About, context: Context) -> bool:
    """Batfish has more next hops of iBGP, all of guard's among them, on a router that shares no load over iBGP."""
    device = context.snapshot.devices.get(about.nodes[0]) if about.of_routes and not about.is_rest else None
    if device is None or device.vendor is not Vendor.IOS:
        return False
    families = [family for process in device.bgp if process.vrf == about.key[1] for family in process.families]
    if not any(family.maximum_paths > 1 and family.maximum_paths_ibgp == 1 for family in families):
        return False
    mine, theirs = context.paths.get(about.key, ((), ()))
    if not theirs or any(row.origin_protocol != "ibgp" for row in (*mine, *theirs)):
        return False
    return len(mine) == 1 and len(theirs) > 1 and mine[0].attributes.next_hop in {r.attributes.next_hop for r in theirs}


def _host_mobility(about: About, context: Context) -> bool:
    return about.fact == "route" and about.answers[0] == "nothing" and about.answers[1].endswith("[190/0]")


# ------------------------------------------------------------------------------------------------- the data

KNOWN: tuple[Known, ...] = (
    Known(
        "management-interface", "guard",
        "Batfish takes management interfaces down, and with them their routes and VRF; the device has them up",
        "Batfish: Ignored management interface (interfaceProperties, Inactive_Reason)", _management,
        spreads=True,
    ),
    Known(
        "no-address", "",
        "an interface without an IPv4 address that only one of them lists: nothing is routed by it",
        "Batfish adds loopbacks of Linux and tunnel ends, guard physical parents", _unaddressed,
    ),
    Known(
        "eigrp-metric", "guard",
        "Batfish gives loopbacks of wide metrics the delay of classic ones, and rounds NX-OS's metrics as IOS's",
        "devices: lab-validation, iosxe_vrf_route_leaking_wide_eigrp (10880), nxos_redistribution (2870300)", _eigrp,
        spreads=True,
    ),
    Known(
        "rip-metric", "guard",
        "Batfish counts a hop of RIP more than IOS shows, redistributes it so, and names no interface",
        "IOS: `show ip route` has a neighbour's own subnet as [120/1]", _rip, spreads=True,
    ),
    Known(
        "isis", "guard",
        "Batfish's IS-IS names no interface, has no route tags, and shows what enters a level otherwise",
        "Batfish: its routes of IS-IS carry a next-hop address alone; devices print the interface", _isis,
    ),
    Known(
        "junos-exports", "",
        "routes that Junos export policies take from the main RIB: local paths here, no row of Batfish's bgpRib",
        "Junos: `show route protocol bgp` has none either; what neighbours hear is compared", _junos_exports,
    ),
    Known(
        "local-reject", "Batfish",
        "the address of a Junos interface that is down stays as a local reject route: packets to it are dropped anyway",
        "Junos: `show route` has it as Local, Reject", _local_reject,
    ),
    Known(
        "no-members", "Batfish",
        "an aggregated interface without configured members is down; guard holds it up",
        "IEEE 802.1AX: no link aggregates without a port", _no_members, spreads=True,
    ),
    Known(
        "local-weight", "guard",
        "the weight of a path that begins here: EOS and IOS differ; a weight never leaves the router",
        "Arista EOS `show ip bgp` prints no weight for aggregates; Batfish gives all local paths 32768", _local_weight,
    ),
    Known(
        "default-originate-origin", "guard",
        "the default route of default-originate has origin IGP; Batfish writes incomplete",
        "FRR 8.4 bgpd/bgp_updgrp_adv.c subgroup_default_originate: bgp_attr_default_set(…, BGP_ORIGIN_IGP)",
        _default_origin,
    ),
    Known(
        "eos-network-origin", "guard",
        "a network statement of EOS has origin IGP; Batfish writes incomplete for a static route",
        "RFC 4271 5.1.1; lab-validation, show ip bgp of EOS (code i)", _eos_network,
    ),
    Known(
        "eos-redistributed-metric", "",
        "the metric of what EOS brings into OSPF without one: 1 here, 10 at Batfish; no device of ours shows it",
        "Batfish: inferred from the manual's OSPFv3 default-metric (OspfProcess.getEffectiveDefaultMetric)",
        _redistributed_metric,
    ),
    Known(
        "own-next-hop", "guard",
        "a route whose next hop is the receiver's own address is not used",
        "RFC 4271 6.3: the NEXT_HOP must not be the IP address of the receiving speaker", _own_next_hop,
        spreads=True,
    ),
    Known(
        "shared-address", "",
        "several devices bear the session's address: guard pairs the ends that agree, Batfish leaves some unpaired",
        "such a network has no answer; real routers would quarrel over ARP", _shared_address, spreads=True,
    ),
    Known(
        "not-connected", "guard",
        "eBGP to a neighbour that is not directly connected stays down without multihop; Batfish does not check",
        "RFC 4271 5.1.3; IOS and FRR: ebgp-multihop, disable-connected-check", _not_connected, spreads=True,
    ),
    Known(
        "modelled-isp", "",
        "ISPs of isp_config.json are nodes of Batfish's own that send a default route; guard takes the peering's role",
        "CONTRACT 2, sessions whose neighbour nobody owns", _modelled_isp, spreads=True,
    ),
    Known(
        "confederation", "guard",
        "Batfish may hold sessions of a confederation up that do not match, and compares their paths otherwise",
        "RFC 5065; batfish issue tracker: BGP confederations are supported in part", _confederation,
        spreads=True,
    ),
    Known(
        "maximum-prefix", "guard",
        "a limit that trips shuts the session; Batfish does not limit what a session brings",
        "Batfish's own warning: it does not limit the number of routes received over BGP", _tripped,
        spreads=True,
    ),
    Known(
        "ospf-discard-metric", "guard",
        "the metric of a summary's own discard route, which nobody else sees",
        "recorded devices print the summary's cost (lab-validation, ospf_summarization)", _discard_metric,
    ),
    Known(
        "static-recursion", "",
        "Junos keeps the resolved next hop of a static route, Batfish the typed one; packets go the same way",
        "lab-validation, juniper_resolution", _resolved_static,
    ),
    Known(
        "eigrp-redistribution", "guard",
        "a route that redistribution brings into EIGRP or out of it is missing at Batfish",
        "lab-validation, nxos_redistribution and iosxe_eigrp_multi_process: show ip route has it", _redistributed_eigrp,
        spreads=True,
    ),
    Known(
        "vpn-routes", "guard",
        "routes that a VRF takes by their targets, of this device or by VPNv4 and EVPN: Batfish has no MPLS",
        "RFC 4364; lab-validation, cisco_xr_ios_vpnv4, junos_l3vpn, nxos_evpn_l3vni: show ip route vrf", _vpn,
        spreads=True,
    ),
    Known(
        "ospf-mtu", "guard",
        "neighbours whose MTUs differ do not exchange their databases; Batfish does not compare MTUs",
        "RFC 2328 10.6; lab-validation, ios_example_network", _ospf_mtu, spreads=True,
    ),
    Known(
        "management-instance", "guard",
        "the management interface of Junos is in an instance of its own; Batfish leaves it in the default one",
        "Junos: set system management-instance; lab-validation, show route (mgmt_junos.inet.0)", _management_instance,
    ),
    Known(
        "no-port", "guard",
        "the interface of a VLAN without a port that is up is down; Batfish holds it up",
        "Cisco NX-OS and IOS: SVI autostate; lab-validation, nxos_l3_vlan_no_active_member", _no_port, spreads=True,
    ),
    Known(
        "ibgp-multipath", "guard",
        "IOS: maximum-paths is about eBGP alone; Batfish shares the load over iBGP as well",
        "Cisco IOS command reference, maximum-paths ibgp; lab-validation issue 39", _ibgp_multipath, spreads=True,
    ),
    Known(
        "host-mobility", "Batfish",
        "routes of NX-OS's host mobility manager for silent hosts are not modelled",
        "docs/limits.md", _host_mobility, spreads=True,
    ),
    Known(
        "med-order", "guard",
        "where MED decides: Batfish compares eBGP over iBGP before MED, and MED across neighbouring ASes",
        "RFC 4271 9.1.2.2: MED (c) is compared before eBGP over iBGP (d), within one neighbouring AS", _med_order,
        spreads=True,
    ),
)  # fmt: skip


def known_difference(about: About, context: Context) -> Known | None:
    """The first entry that explains the difference."""
    return next((each for each in KNOWN if each.applies(about, context)), None)
