"""Top-level commands that the model has a place for, by vendor; BGP and routing policy are in `routing`."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.address import parse_address
from guard.model.device import Vendor
from guard.parse.cisco.acl import access_list, numbered, object_group
from guard.parse.cisco.eigrp import router_eigrp
from guard.parse.cisco.interface import interface
from guard.parse.cisco.interface_switching import vlan_spans
from guard.parse.cisco.isis import router_isis
from guard.parse.cisco.nxos_top import NXOS_TOP
from guard.parse.cisco.ospf import router_ospf
from guard.parse.cisco.reading import LoginFilter, Reading
from guard.parse.cisco.rip import router_rip
from guard.parse.cisco.static import default_gateway, static_route
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Table, keys, unrecognised
from guard.parse.cisco.vrf import install_policy, ip_routing, ipv6_routing, router_id, vrf
from guard.parse.context import Context, walk
from guard.parse.line import Line


def _hostname(line: Line, context: Context, reading: Reading) -> None:
    reading.hostname = line.words[1]
    context.done(line)


def _banner(line: Line, context: Context, reading: Reading) -> None:
    context.ignore_block(line, "a text for people who log in")


def _line(line: Line, context: Context, reading: Reading) -> None:
    """`line vty …`: its access class filters logins (SSH and Telnet) to the device; the rest is management."""
    for each in walk(line):
        words = tuple(word.lower() for word in each.words)
        if words[:1] == ("access-class",) or words[:2] == ("ipv6", "access-class"):
            _access_class(each, context, reading)
        elif words[:3] == ("transport", "input", "none"):
            context.partial(each, "nobody can log in over the network by this line")
        else:
            context.ignore(each, "management of the device")


def _access_class(line: Line, context: Context, reading: Reading) -> None:
    """`[ipv6] access-class ACL in|out [vrf-also]`; outwards it filters where the device itself may log in to."""
    version = 6 if line.words[0] == "ipv6" else 4
    words = line.words[2 if version == 6 else 1 :]
    context.refer("acl", words[0], line, "access-class", version)
    if context.vendor is Vendor.FRR or "out" in words:
        context.ignore(line, "logins to daemons, and from the device, are no part of reachability")
        return
    _login_filter(line, context, reading, LoginFilter(version, words[0], (22, 23), context.source(line)))


def _login_filter(line: Line, context: Context, reading: Reading, found: LoginFilter) -> None:
    """One filter a device is modelled; a second one that differs is said not to be."""
    others = [each for each in reading.logins if each.version == found.version]
    if not others:
        reading.logins.append(found)
    if others and (others[0].acl, others[0].ports) != (found.acl, found.ports):
        context.partial(line, "a second filter on logins is not modelled")
    else:
        context.done(line)


def _control_plane(line: Line, context: Context, reading: Reading) -> None:
    """IOS and EOS: what filters or polices traffic for the device itself."""
    context.ignore(line, "opens the control plane's own settings")
    for each in line.children:
        words = tuple(word.lower() for word in each.words)
        if words[:2] in {("ip", "access-group"), ("ipv6", "access-group")} and words[-1] == "in":
            version = 6 if words[0] == "ipv6" else 4
            reading.control_plane_acls.append((version, each.words[2]))
            context.refer("acl", each.words[2], each, "control plane", version)
            if "vrf" in words:
                context.partial(each, "a filter of one VRF's control plane is taken for all")
            else:
                context.done(each)
        elif words[0] == "service-policy":
            if each.words[-1].startswith("copp-system-p-policy"):  # NX-OS's own; it is in no configuration
                context.ignore(each, "rates at which the device takes traffic for itself")
                continue
            context.refer("policy-map", each.words[-1], each, "control plane")
            if each.words[1].lower() == "input":
                reading.policing.bound.append((each.words[-1], context.source(each)))
            context.partial(each, "of policing, only classes that drop all that they match are modelled")
        elif words[0] in {"exit", "tcp", "management-interface", "no"}:
            context.ignore(each, "management of the device")
        else:
            unrecognised(each, context)


def _management(line: Line, context: Context, reading: Reading) -> None:
    """EOS `management ssh|api …`: an access group there filters logins."""
    for each in walk(line):
        if each.words[1:2] == ("access-group",):
            version = 6 if each.words[0] == "ipv6" else 4
            context.refer("acl", each.words[2], each, "management", version)
            if line.words[1] == "ssh":
                found = LoginFilter(version, each.words[2], (22,), context.source(each))
                _login_filter(each, context, reading, found)
            else:
                context.partial(each, "filters on other ways to manage a device than SSH are not modelled")
        else:
            context.ignore(each, "management of the device")


def _mac_list(line: Line, context: Context, reading: Reading) -> None:
    """`mac access-list …`: filters frames; only its name counts here."""
    context.define("acl", line.words[-1], line)
    for each in walk(line):
        context.not_implemented(each, "filters of frames are not modelled")


def _map(line: Line, context: Context, reading: Reading) -> None:
    """`class-map` and `policy-map`: what they do to traffic is not modelled; their names are."""
    kind, name = line.words[0].lower(), line.words[-1]
    context.define(kind, name, line)
    reading.policing.collect(line)
    for each in walk(line):
        context.not_implemented(each, "classes and policers of traffic are not modelled")
        words = each.words
        if words[:3] == ("match", "access-group", "name"):
            context.refer("acl", words[3], each, "class-map")
        elif words[:2] == ("match", "access-group") and len(words) == 3:
            context.refer("acl", words[2], each, "class-map")
        elif words[0] == "class" and kind == "policy-map" and words[-1] != "class-default":
            context.refer("class-map", words[-1], each, "policy-map")


def _vlan(line: Line, context: Context, reading: Reading) -> None:
    """`vlan 10,20-30` with its mode: what a switch carries at all; an SVI of another VLAN stays down."""
    if not line.words[1][0].isdecimal():
        context.ignore_block(line, "settings of VLANs that are no VLANs")
        return
    context.done(line)
    spans = vlan_spans("".join(line.words[1:]))
    active = True
    for each in line.children:
        words = tuple(word.lower() for word in each.words)
        if words in {("shutdown",), ("state", "suspend")}:
            active = False
            context.done(each)
        elif words[0] in {"name", "exit", "state", "no", "mtu", "said"}:
            context.ignore(each, "names of VLANs")
        elif words[:2] == ("trunk", "group"):
            context.partial(each, "trunk groups are not applied to the VLANs of a trunk")
        else:
            context.not_implemented(each, "private and remote VLANs are not modelled")
    if active:
        reading.vlans = (*(reading.vlans or ()), *spans)
    else:
        reading.vlans = reading.vlans or ()


def _switchport_default(line: Line, context: Context, reading: Reading) -> None:
    """EOS `switchport default mode access|routed`."""
    reading.default_switchport = line.words[3] != "routed"
    context.done(line)


def _router_general(line: Line, context: Context, reading: Reading) -> None:
    """EOS `router general`: a router id for all protocols; leaking and other functions are not modelled."""
    context.done(line)
    _GENERAL.read(line.children, context, reading)


def _system_mtu(line: Line, context: Context, reading: Reading) -> None:
    """IOS `system mtu [routing] N`: of every interface that has none of its own; `jumbo` is of switched frames."""
    words = [word for word in line.words[2:] if word.lower() != "routing"]
    if words[0].isdecimal():
        reading.default_mtu = int(words[0])
        context.done(line)
    else:
        context.ignore(line, "the size of frames that are switched")


def _interface_defaults(line: Line, context: Context, reading: Reading) -> None:
    """EOS `interface defaults`: what interfaces have that say nothing else."""
    context.done(line)
    for each in line.children:
        if each.words[0] == "mtu":
            reading.default_mtu = int(each.words[1])
            context.done(each)
        else:
            for inner in walk(each):
                context.not_implemented(inner, "of the defaults of interfaces only the MTU is modelled")


def _agents(line: Line, context: Context, reading: Reading) -> None:
    """EOS `service routing protocols model multi-agent|ribd`; what the two do otherwise is modelled in part."""
    reading.routing.multi_agent = line.words[-1] == "multi-agent"
    if reading.routing.multi_agent:
        context.done(line)
    else:
        context.partial(line, "this model of the routing agents is mostly taken for multi-agent")


def _general_id(line: Line, context: Context, reading: Reading) -> None:
    reading.router_ids["default"] = parse_address(line.words[-1]).value
    context.done(line)


_GENERAL: Table[Reading] = Table(
    {"router-id ipv4": _general_id, "exit": Ignored("leaves the mode"), "router-id ipv6": Ignored("of IPv6 alone")},
    keys(
        NotModelled("leaking and other functions of `router general` are not modelled"),
        "vrf | control-functions | next-hops",
    ),
)

_SHARED: Mapping[str, Handler[Reading]] = {
    "hostname": _hostname,
    "banner": _banner,
    "line": _line,
    **keys(interface, "interface | int"),
    **keys(static_route, "ip route | ipv6 route"),
    **keys(NotModelled("BFD under a static route is not modelled"), "ip route static | ipv6 route static"),
    "ip route profile": Ignored("counters of routes"),
    **keys(router_ospf, "router ospf | ipv6 router ospf | router ospfv3 | router ospf6"),
    "router isis": router_isis,
    "ip access-list": access_list,
    "ipv6 access-list": access_list,
    "access-list": numbered,
    **keys(vrf, "vrf definition | vrf instance | ip vrf"),
    **keys(ip_routing, "ip routing | no ip routing | ip forwarding | no ip forwarding"),
    **keys(ipv6_routing, "ipv6 unicast-routing | no ipv6 unicast-routing | ipv6 forwarding | no ipv6 forwarding"),
    "vlan": _vlan,
    "object-group": object_group,
    "control-plane": _control_plane,
    "system control-plane": _control_plane,
    "mac access-list": _mac_list,
    "class-map": _map,
    "policy-map": _map,
    "ip default-gateway": default_gateway,
}

TOP: Mapping[Vendor, Mapping[str, Handler[Reading]]] = {
    Vendor.IOS: {
        **_SHARED,
        "router rip": router_rip,
        **keys(router_eigrp, "router eigrp | ipv6 router eigrp"),
        "system mtu": _system_mtu,
    },
    Vendor.EOS: {
        **_SHARED,
        "management": _management,
        "router general": _router_general,
        "service routing protocols model": _agents,
        "interface defaults": _interface_defaults,
        "switchport default mode": _switchport_default,
    },
    Vendor.NXOS: {
        **_SHARED,
        **NXOS_TOP,
        "router eigrp": router_eigrp,
        "vrf context": vrf,
        "switchname": _hostname,
    },
    Vendor.FRR: {
        **_SHARED,
        "vrf": vrf,
        "router rip": router_rip,
        "ipv6 access-list": numbered,
        **keys(router_id, "ip router-id | router-id"),
        **keys(install_policy, "ip protocol | ipv6 protocol | no ip protocol | no ipv6 protocol"),
    },
}
