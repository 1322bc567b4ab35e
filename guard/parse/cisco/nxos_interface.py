"""Interface mode where NX-OS has its own commands: processes by tag, HSRP and VRRP as modes, SVIs, vPC and fabric.

Which member of a first-hop group is active is not computed; vPC, FEX, VXLAN and FabricPath are recognised only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from guard.model.address import parse_address
from guard.model.device import Vendor
from guard.parse.cisco.interface_first_hop import first_hop_option
from guard.parse.cisco.interface_igp import area_number
from guard.parse.cisco.interface_name import canonical
from guard.parse.cisco.reading import IgpSettings, InterfaceSettings
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, accepted, keys
from guard.parse.context import Context
from guard.parse.line import Line

Settings = InterfaceSettings


def interface_range(words: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a header: one interface, or `Ethernet1/1-4,Ethernet1/7` as it may be typed."""
    text = "".join(words[:2]) if len(words) > 1 and words[1][:1].isdecimal() else words[0]
    if len(words) > 1 and text == words[0] and words[1] not in {"point-to-point", "multipoint"}:
        text = "".join(words)
    names: list[str] = []
    stem = ""
    for part in text.split(","):
        found = _RANGE.match(part if part[:1].isalpha() else stem + part)
        if found is None:
            raise ValueError("no interface name")
        low, high = int(found["low"]), int(found["high"] or found["low"])
        if not low <= high < low + _MOST:
            raise ValueError(f"{part!r} is no range of interfaces")
        stem = found["stem"]
        names += [canonical(Vendor.NXOS, f"{stem}{number}") for number in range(low, high + 1)]
    return tuple(names)


_RANGE = re.compile(r"(?P<stem>[A-Za-z][A-Za-z0-9/.-]*?)(?P<low>\d{1,5})(?:-(?P<high>\d{1,5}))?$")
_MOST = 4096


def _router_ospf(line: Line, context: Context, settings: Settings) -> None:
    """`ip router ospf TAG area A [secondaries none]`, `ipv6 router ospfv3 TAG area A`."""
    tag, words = line.words[3], line.words[4:]
    if words[0] != "area":
        context.not_implemented(line, "an interface in several areas of OSPF is not modelled")
        return
    igp = settings.ospf6 if line.words[0] == "ipv6" else settings.ospf
    if igp is None:
        igp = IgpSettings(context.source(line))
    if line.words[0] == "ipv6":
        settings.ospf6 = igp
    else:
        settings.ospf = igp
    igp.source = context.source(line)
    igp.values.update(process=tag, area=area_number(words[1]))
    if words[2:]:
        context.partial(line, "secondary addresses that OSPF leaves out, or an instance, are not modelled")
    else:
        context.done(line)


def _no_router_ospf(line: Line, context: Context, settings: Settings) -> None:
    igp = settings.ospf6 if "ipv6" in line.words else settings.ospf
    if igp is not None:
        igp.values.pop("area", None)
    context.done(line)


def _group(line: Line, context: Context, settings: Settings) -> None:
    """`hsrp N [ipv4|ipv6]`, `vrrp N`, `vrrpv3 N address-family ipv4|ipv6`, each with its mode."""
    if not line.words[1].isdecimal():
        first_hop_option(line, tuple(word.lower() for word in line.words), context)
        return
    context.done(line)
    for child in line.children:
        words = tuple(word.lower() for word in child.words)
        if words[0] in {"ip", "address"} and len(words) > 1:
            _virtual(child, words[1], context, settings)
        elif words[0] in {"exit", "vrrpv2", "object-track", "forwarding-threshold"} or words == ("no", "shutdown"):
            context.ignore(child, "ends and versions of a first-hop group")
        else:
            first_hop_option(child, words, context)


def _virtual(line: Line, text: str, context: Context, settings: Settings) -> None:
    if ":" not in text and text.count(".") != 3:
        context.partial(line, "a virtual address that is learned or derived is not known here")
        return
    settings.virtual.append(parse_address(text.partition("/")[0]))
    context.done(line)


def _link_local(line: Line, context: Context, settings: Settings) -> None:
    """`ipv6 link-local A`: the link-local address; link-local peers are told by the interface anyway."""
    parse_address(line.words[2].partition("/")[0])
    settings.values["ipv6_enabled"] = True
    context.done(line)


def _link_local_only(line: Line, context: Context, settings: Settings) -> None:
    settings.values["ipv6_enabled"] = True
    context.done(line)


def _medium(line: Line, context: Context, settings: Settings) -> None:
    """`medium p2p|broadcast`: what lets an interface borrow an address; the link has two ends either way."""
    context.ignore(line, "how many neighbours the medium allows; addresses say which there are")


def _anycast_gateway(line: Line, context: Context, settings: Settings) -> None:
    context.partial(line, "an anycast gateway is an address of this interface here; its MAC address is not modelled")


NXOS_INTERFACE: Mapping[str, Handler[Settings]] = {
    **keys(_router_ospf, "ip router ospf | ipv6 router ospfv3"),
    **keys(_no_router_ospf, "no ip router ospf | no ipv6 router ospfv3"),
    **keys(_group, "hsrp | vrrp | vrrpv3"),
    "no hsrp": Partly("which member of the group is active is not computed"),
    "no hsrp bfd": Ignored("how fast a lost member is seen"),
    "no hsrp use-bia": Ignored("MAC addresses of a group"),
    "vrrpv2": Ignored("versions of a first-hop group"),
    "ipv6 link-local": _link_local,
    "ipv6 address use-link-local-only": _link_local_only,
    "medium": _medium,
    "fabric forwarding mode": _anycast_gateway,
    "ip forward": accepted,
    "ipv6 forward": accepted,
    "no ip forward": Ignored("packets are routed here by the interface's addresses"),
    "no ip router": Ignored("turns off what is off in the model"),
    "no ip address dhcp": Ignored("turns off what is off in the model"),
    **keys(
        Ignored("a link's own protocols and counters"),
        """negotiate | link | management | packet | no management | beacon | fabric database | rmon | vtp | no vtp
        | queue-limit | no beacon | lacp suspend-individual | no lacp suspend-individual | lldp | fec
        | no link debounce | hardware access-list | logging | no logging | ip arp | no mac-address | carrier-delay
        | port-channel port | no port-channel | flowcontrol | no hardware | no cdp | no lldp | inherit port-profile
        | no negotiate | no snmp | no bfd | no udld | no spanning-tree | no storm-control | ip port-unreachable
        | no ip port-unreachable | no fabric | ip local-proxy-arp | no ip redirects | no ipv6 redirects
        | ipv6 neighbor timeout | vrrp-bfd | priority-flow-control | no priority-flow-control | ip sticky-arp
        | ip adjacency | load-interval | switchport monitor | no switchport monitor | no hardware multicast
        | switchport autostate | no switchport host | speed auto | port-type | no lacp""",
    ),
    "inherit port-profile": NotModelled("port profiles are not applied"),
    **keys(
        NotModelled("vPC and fabric extenders are not modelled"),
        "vpc | fex | switchport fex-fabric | fex associate | pinning",
    ),
    **keys(
        NotModelled("layer-2 services are not modelled"),
        """member | host-reachability | global | advertise | switchport vlan mapping
        | ingress-replication | mcast-group | suppress-arp | private-vlan | fabricpath | otv | virtual-rmac
        | multisite | vn-segment | overlay-encapsulation | switchport isolated""",
    ),
    **keys(
        NotModelled("may drop packets by a rule that is not modelled"),
        "ip port access-group | ipv6 port traffic-filter | mac port access-group | ip dns source-interface | vlan",
    ),
    "ip nat": NotModelled("sends packets another way than the routing table"),
}
