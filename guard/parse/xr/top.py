"""Top-level commands of IOS XR, and who reads each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guard.model.device import Vendor
from guard.parse.cisco.interface_name import canonical
from guard.parse.cisco.reading import LoginFilter
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, Table, keys
from guard.parse.context import Context, walk
from guard.parse.line import Line
from guard.parse.xr.acl import access_list, object_group
from guard.parse.xr.bgp import router_bgp
from guard.parse.xr.first_hop import first_hop
from guard.parse.xr.interface import interface
from guard.parse.xr.isis import router_isis
from guard.parse.xr.ospf import router_ospf
from guard.parse.xr.policy import route_policy
from guard.parse.xr.reading import XrReading
from guard.parse.xr.sets import as_path_set, community_set, other_set, prefix_set, tag_set
from guard.parse.xr.static import router_static
from guard.parse.xr.vrf import vrf

_SSH, _LOGINS = (22,), (22, 23)


def _hostname(line: Line, context: Context, reading: XrReading) -> None:
    reading.hostname = line.words[1]
    context.done(line)


def _line(line: Line, context: Context, reading: XrReading) -> None:
    """`line default|console|template X`: `access-class ingress ACL` filters logins to the device."""
    context.ignore(line, "management of the device")
    for child in line.children:
        words = child.words
        if words[:2] == ("access-class", "ingress"):
            _login(child, context, reading, version=4, name=words[2], ports=_LOGINS)
        elif words[:3] == ("transport", "input", "none"):
            context.partial(child, "nobody can log in over the network by this line")
        else:
            context.ignore_block(child, "management of the device")


def _ssh_server(line: Line, context: Context, reading: XrReading) -> None:
    """`ssh server [vrf V] [ipv4 access-list A] [ipv6 access-list B]`."""
    words = line.words
    context.ignore(line, "management of the device")
    for at, word in enumerate(words[:-1]):
        if word == "access-list":
            version = 6 if words[at - 1] == "ipv6" else 4
            _login(line, context, reading, version=version, name=words[at + 1], ports=_SSH)


def _login(
    line: Line, context: Context, reading: XrReading, *, version: int, name: str, ports: tuple[int, ...]
) -> None:
    """One filter of a version is modelled; a second one that differs is said not to be."""
    context.refer("acl", name, line, "filter on logins", version)
    others = [each for each in reading.logins if each.version == version]
    if others and (others[0].acl, others[0].ports) != (name, ports):
        context.partial(line, "a second filter on logins is not modelled")
        return
    if not others:
        reading.logins.append(LoginFilter(version, name, ports, context.source(line)))
    context.done(line)


def _control_plane(line: Line, context: Context, reading: XrReading) -> None:
    """Management plane protection: which interfaces take management traffic; routing protocols are no part of it."""
    context.ignore(line, "opens the control plane's own settings")
    for child in line.children:
        for each in walk(child):
            context.not_implemented(each, "which interfaces take management traffic is not modelled")


def _mpls_ldp(line: Line, context: Context, reading: XrReading) -> None:
    """`mpls ldp` with the interfaces on which it gives labels; the rest of it moves no route."""
    context.done(line)
    for child in line.children:
        if child.words[0] != "interface":
            for each in walk(child):
                context.not_implemented(each, "of LDP the interfaces alone are modelled")
            continue
        name = canonical(Vendor.IOSXR, "".join(child.words[1:]))
        reading.interface(name, context.source(child)).values["labels"] = True
        context.refer("interface", name, child, "mpls ldp")
        context.done(child)
        for each in child.children:
            context.ignore_block(each, "options of LDP on a link")


TOP: Mapping[str, Handler[XrReading]] = {
    "hostname": _hostname,
    "vrf": vrf,
    "interface": interface,
    "router static": router_static,
    "router bgp": router_bgp,
    "router ospf": router_ospf,
    "router ospfv3": router_ospf,
    "router isis": router_isis,
    "router hsrp": first_hop,
    "router vrrp": first_hop,
    "ipv4 access-list": access_list,
    "ipv6 access-list": access_list,
    "object-group": object_group,
    "route-policy": route_policy,
    "prefix-set": prefix_set,
    "community-set": community_set,
    "large-community-set": community_set,
    "extcommunity-set": community_set,
    "as-path-set": as_path_set,
    "tag-set": tag_set,
    **keys(other_set, "rd-set | ospf-area-set | mac-set | esi-set | etag-set"),
    "line": _line,
    "mpls ldp": _mpls_ldp,
    "ssh server": _ssh_server,
    "control-plane": _control_plane,
}

_MANAGEMENT = keys(
    Ignored("management of the device"),
    """domain | logging | service | telnet | ssh | ntp | snmp-server | snmp | username | usergroup | taskgroup
    | aaa | tacacs-server | tacacs | radius-server | radius | key | clock | call-home | vty-pool | banner
    | cdp | lldp | fpd | crypto | grpc | netconf | netconf-yang | xml | http | ftp | tftp | tcp | udp | icmp | ipsla
    | event | monitor-session | performance-mgmt | telemetry | nsr | rpl | domain-name | cli | alias | configuration
    | commit | end | exit | building | !! | exception | process | watchdog | ncs | appmgr | tpa | install | hw-module
    | controller | license | lawful-intercept | dhcp | power-mgmt | environment | redundancy | show | username-list
    | confdconfig | isolation | error-disable | ethernet | frequency | ptp | ptp-clock | performance | memory | ssl
    | no ipv4 access-list | no ipv6 access-list | no route-policy | no prefix-set | no community-set | xr | vm
    | sysadmin | mirror | smart-licensing | utility | profile | buffer | history | logger | disk | platform
    | fault-manager | ipv4 netmask-format | ipv4 assembler | ipv6 icmp | ipv4 icmp | ipv6 path-mtu | ipv6 neighbor
    | ipv6 nd | arp | ipv6 hop-limit | mon | tue | wed | thu | fri | sat | sun | bfd
    | as-format | end-policy-map | end-class-map""",
)
_TRAFFIC = keys(
    NotModelled("acts on traffic in a way that is not modelled"),
    """track | ipv4 virtual | ipv6 virtual | ipv4 conflict-policy | ipv6 conflict-policy | ipv4 source-route
    | ipv6 source-route | lpts | flowspec | vservice | pbr | ipv4 unnumbered | ipv4 hardware | ipv6 hardware
    | generic-interface-list | interface-list | nat | nat64 | cgn | dynamic-template | subscriber | ipv4 flowspec
    | class | policy-global""",
)
_INHERITED = keys(
    NotModelled("configuration that is inherited from groups is not modelled: it applies in more places than this"),
    "group | apply-group | exclude-group",
)
_SHARES = keys(Ignored("shares of load, monitoring and queues in hardware"), "cef | flow | sampler-map")
_QUALITY = keys(
    Partly("shares of load and queues are not modelled; what a policer drops is not either"), "class-map | policy-map"
)
_OTHER = keys(
    NotModelled("recognised, and not modelled"),
    """l2vpn | evpn | mpls | segment-routing | rsvp | router rip | router eigrp | nv | srlg | router lisp | nve | vpn
    | bridge | pseudowire-class | ethernet-services | mpls-oam | explicit-path""",
)
_MULTICAST = keys(
    Ignored("multicast is not judged"),
    "multicast-routing | router igmp | router mld | router pim | router msdp | router amt",
)

COMMANDS: Mapping[str, Handler[Any]] = {
    **_MANAGEMENT,
    **_TRAFFIC,
    **_INHERITED,
    **_SHARES,
    **_QUALITY,
    **_OTHER,
    **_MULTICAST,
}

TABLE: Table[XrReading] = Table(COMMANDS, TOP)
