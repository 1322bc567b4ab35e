"""`interface …`: addresses, VRF, bundles, tags, filters. The rest of an interface is under its protocols in XR.

Not modelled and said so: ACL-based forwarding, service policies, uRPF, MPLS, frames between layer 2 interfaces.
"""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.address import parse_address
from guard.model.device import InterfaceAddress
from guard.parse.cisco.interface import line_end, parse_interface_address, tunnel_source
from guard.parse.cisco.interface_name import canonical, kind_of, named
from guard.parse.cisco.reading import InterfaceSettings
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, Table, keys, rest
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.acl import CHAINED
from guard.parse.xr.reading import XrReading

Settings = InterfaceSettings

#: Bytes of an Ethernet header, which XR counts as part of the MTU, and of an 802.1Q tag (Interface and Hardware
#: Component Configuration Guide, "MTU on Ethernet interfaces").
_ETHERNET_HEADER, _TAG = 14, 4


def interface(line: Line, context: Context, reading: XrReading) -> None:
    """`interface [preconfigure] NAME [l2transport]` with its mode; a further block of the same interface adds to it."""
    words = line.words[1:]
    absent = words[0] == "preconfigure"
    words = words[1:] if absent else words
    name = canonical(context.vendor, words[0])
    if not any(char.isdecimal() for char in name):
        raise ValueError("no interface name")
    settings = reading.interface(name, context.source(line, line_end(line)))
    context.done(line)
    if absent:
        settings.values["shutdown"] = True
        context.partial(line, "the hardware is not there yet: the interface is taken as down")
    if "l2transport" in words[1:]:
        context.partial(line, "frames are carried between layer 2 interfaces, which is not modelled")
    _TABLE.read(line.children, context, settings)


def _vrf(line: Line, context: Context, settings: Settings) -> None:
    """The interface keeps its addresses: a commit takes lines in no order."""
    settings.values["vrf"] = line.words[1]
    context.refer("vrf", line.words[1], line, "interface vrf")
    context.done(line)


def _description(line: Line, context: Context, settings: Settings) -> None:
    settings.values["description"] = rest(line, 1)
    context.ignore(line, "a description")


def _shutdown(line: Line, context: Context, settings: Settings) -> None:
    settings.values["shutdown"] = line.words[0] != "no"
    context.done(line)


# ------------------------------------------------------------------------------------------------ addresses


def _ipv4_address(line: Line, context: Context, settings: Settings) -> None:
    words = line.words[2:]
    if words[0] in {"dhcp", "dhcp-client-options"}:
        context.partial(line, "the address is learned at run time, so it is not known here")
        return
    address, used = parse_interface_address(words, line, context)
    options = words[used:]
    if address.address.version != 4:
        raise ValueError(f"{words[0]} is no IPv4 address")
    if options[:1] == ("secondary",):
        settings.others.append(InterfaceAddress(address.address, address.length, True, address.source))
    else:
        settings.primary = address
    context.done(line)
    if set(options) - {"secondary"}:
        context.partial(line, "the tag of a connected route is not modelled")


def _ipv6_address(line: Line, context: Context, settings: Settings) -> None:
    words = line.words[2:]
    settings.values["ipv6_enabled"] = True
    if words[0] in {"autoconfig", "dhcp"}:
        context.partial(line, "the address is learned at run time, so it is not known here")
        return
    if "eui-64" in words:
        context.partial(line, "the host part comes from the MAC address, which is not known here")
        return
    if "/" in words[0]:
        address, _ = parse_interface_address(words, line, context)
    else:
        address = InterfaceAddress(parse_address(words[0]), 64, source=context.source(line))
    if address.address.version != 6:
        raise ValueError(f"{words[0]} is no IPv6 address")
    settings.others.append(address)
    context.done(line)


def _ipv6_enable(line: Line, context: Context, settings: Settings) -> None:
    settings.values["ipv6_enabled"] = True
    context.done(line)


def _unnumbered(line: Line, context: Context, settings: Settings) -> None:
    name = named(context.vendor, line.words[2:])
    settings.values["unnumbered"] = context.refer("interface", name, line, "unnumbered")
    context.done(line)


# --------------------------------------------------------------------------------------------- filters


def _access_group(line: Line, context: Context, settings: Settings) -> None:
    """`ipv4|ipv6 access-group [common C] [NAME] ingress|egress`."""
    version = 6 if line.words[0] == "ipv6" else 4
    words = line.words[2:]
    at = next((i for i, word in enumerate(words) if word in {"ingress", "egress"}), len(words))
    if at in {0, len(words)}:
        raise ValueError("neither ingress nor egress")
    direction, names = words[at], words[:at]
    names = names[1:] if names[0] == "common" else names
    for name in names:
        context.refer("acl", name, line, f"interface access-group {direction}", version)
    field = f"acl{'6' if version == 6 else ''}_{'in' if direction == 'ingress' else 'out'}"
    settings.values[field] = CHAINED.join(names)
    context.done(line)


# --------------------------------------------------------------------------------------------- links


def _mtu(line: Line, context: Context, settings: Settings) -> None:
    """The MTU of the frame; what is left for IP is without its header and tag."""
    kind = kind_of(context.vendor, settings.name)
    header = 0 if kind in {"tunnel", "loopback"} else _ETHERNET_HEADER + (_TAG if kind == "subinterface" else 0)
    settings.values["mtu"] = max(0, int(line.words[1]) - header)
    context.done(line)


def _ip_mtu(line: Line, context: Context, settings: Settings) -> None:
    settings.values["mtu6" if line.words[0] == "ipv6" else "mtu4"] = int(line.words[2])
    context.done(line)


def _bandwidth(line: Line, context: Context, settings: Settings) -> None:
    settings.values["bandwidth"] = int(line.words[1])
    context.done(line)


def _speed(line: Line, context: Context, settings: Settings) -> None:
    settings.values["speed"] = int(line.words[1])
    context.done(line)


def _bundle(line: Line, context: Context, settings: Settings) -> None:
    settings.channel_group = str(int(line.words[2]))
    context.done(line)


def _encapsulation(line: Line, context: Context, settings: Settings) -> None:
    words = line.words[1:]
    if words[0] in {"dot1q", "dot1ad"} and len(words) == 2 and words[1].isdecimal():
        settings.values["vlan"] = int(words[1])
        context.done(line)
    elif words[0] in {"ppp", "hdlc", "frame-relay"}:
        context.ignore(line, "framing of a link")
    else:
        context.partial(line, "more than one tag, or another encapsulation, is not modelled")


def _tunnel_destination(line: Line, context: Context, settings: Settings) -> None:
    settings.values["tunnel_destination"] = parse_address(line.words[2])
    context.done(line)


def _tunnel_mode(line: Line, context: Context, settings: Settings) -> None:
    if line.words[2] == "gre":
        context.done(line)
    else:
        context.partial(line, "this kind of tunnel is an interface here, its own machinery is not modelled")


_COMMANDS: Mapping[str, Handler[Settings]] = {
    "description": _description,
    "vrf": _vrf,
    **keys(_shutdown, "shutdown | no shutdown"),
    "ipv4 address": _ipv4_address,
    "ipv6 address": _ipv6_address,
    "ipv6 enable": _ipv6_enable,
    "ipv4 unnumbered": _unnumbered,
    "ipv4 access-group": _access_group,
    "ipv6 access-group": _access_group,
    "mtu": _mtu,
    **keys(_ip_mtu, "ipv4 mtu | ipv6 mtu"),
    "bandwidth": _bandwidth,
    "speed": _speed,
    "bundle id": _bundle,
    "encapsulation": _encapsulation,
    "l2transport": NotModelled("frames between layer 2 interfaces are not modelled"),
    "tunnel source": tunnel_source,
    "tunnel destination": _tunnel_destination,
    "tunnel mode": _tunnel_mode,
    **keys(
        Ignored("physical layer"),
        """duplex | negotiation | transceiver | carrier-delay | keepalive | flowcontrol | pos | crc | fec | ptp
        | frequency | mac-address | autoneg | phy | clear-counters""",
    ),
    **keys(
        Ignored("counters, timers, logs and management"),
        """load-interval | logging | cdp | lldp | flow | bfd | lacp | bundle | arp | ipv6 nd | ethernet
        | monitor-session | dampening | snmp | mac-accounting | host-routing | performance-mgmt | ipv4 flowspec disable
        | ipv6 flowspec disable | cmp""",
    ),
    **keys(
        Ignored("what the device answers, not what it forwards"),
        """ipv4 unreachables | ipv6 unreachables | ipv4 redirects | ipv6 redirects | ipv4 mask-reply | proxy-arp
        | local-proxy-arp | ipv4 helper-address | ipv4 directed-broadcast | ipv4 ttl-propagate
        | ipv4 tcp-mss-adjust | ipv6 tcp-mss-adjust | tunnel tos | tunnel ttl | tunnel key | ipv4 forwarding-enable
        | ipv4 point-to-point""",
    ),
    **keys(
        Partly("shares of load and queues are not modelled; what a policer drops is not either"),
        "service-policy input | service-policy output",
    ),
    **keys(
        NotModelled("this part of an interface is not modelled"),
        """apply-group | exclude-group
        | service-policy | ipv4 verify | ipv6 verify | ipv4 bgp | ipv6 bgp | ipv4 flowspec | ipv6 flowspec | mpls
        | rewrite | storm-control | loopback | pseudowire | signalled-name | signalled-bandwidth | autoroute
        | destination | path-option | path-protection | fast-reroute | priority | record-route | affinity
        | policy-class | forwarding-adjacency | member | overlay-encapsulation | source-interface | nv | vlan
        | propagate | tunnel | backup | ipv6 unnumbered | mode | generic-interface-list | attach | srlg""",
    ),
}
_TABLE: Table[Settings] = Table(_COMMANDS)
