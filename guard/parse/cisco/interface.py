"""`interface …`: addresses, VRF, switching, filters, tunnels, virtual addresses. IGP settings are in interface_igp.

Not modelled and said so: policy-based routing, NAT, crypto maps, MPLS, storm control, uRPF, VXLAN, first-hop tracking.
"""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.address import Address, mask_length, parse_address
from guard.model.device import InterfaceAddress, Vendor
from guard.parse.cisco.interface_eigrp import EIGRP_INTERFACE
from guard.parse.cisco.interface_first_hop import FIRST_HOP
from guard.parse.cisco.interface_igp import IGP_COMMANDS
from guard.parse.cisco.interface_misc import HARMLESS, UNMODELLED
from guard.parse.cisco.interface_name import canonical, named
from guard.parse.cisco.interface_switching import SWITCHING, vlan_spans
from guard.parse.cisco.nxos_interface import NXOS_INTERFACE, interface_range
from guard.parse.cisco.reading import InterfaceSettings, Reading
from guard.parse.cisco.table import Handler, Ignored, Partly, Table, accepted, keys, rest
from guard.parse.context import Context
from guard.parse.line import Line

Settings = InterfaceSettings


def interface(line: Line, context: Context, reading: Reading) -> None:
    """`interface NAME [vrf VRF]` with its mode. A further block of the same interface adds to the first."""
    if len(line.words) < 2:
        raise ValueError("no name")
    if context.vendor is Vendor.EOS and line.words[1].lower() == "defaults":
        context.ignore_block(line, "defaults of EOS interfaces: no address or filter")
        return
    if context.vendor is Vendor.NXOS:
        for name in interface_range(line.words[1:]):
            settings = reading.interface(name, context.source(line, line_end(line)))
            _TABLES[context.vendor].read(line.children, context, settings)
        context.done(line)
        return
    settings = reading.interface(_name(line, context), context.source(line, line_end(line)))
    context.done(line)
    if len(line.words) > 3 and line.words[2] == "vrf":  # FRR
        _join(settings, line.words[3])
        context.refer("vrf", line.words[3], line, "interface vrf")
    _TABLES[context.vendor].read(line.children, context, settings)


_HEADER_OPTIONS = frozenset({"vrf", "point-to-point", "multipoint", "type"})


def _name(line: Line, context: Context) -> str:
    """The interface that the header names; IOS and EOS number theirs."""
    name = named(context.vendor, line.words[1:])
    if context.vendor is Vendor.FRR:
        return name
    split = len(line.words) > 2 and line.words[2][0].isdecimal()
    options = line.words[3 if split else 2 :]
    if not any(char.isdecimal() for char in name) or (options and options[0].lower() not in _HEADER_OPTIONS):
        raise ValueError("no interface name")
    return name


def line_end(line: Line) -> Line:
    """The last line of the block that a command opens."""
    while line.children:
        line = line.children[-1]
    return line


def _join(settings: Settings, vrf: str) -> None:
    """Put the interface in a VRF; IOS and EOS drop its addresses when it changes, FRR (Linux) keeps them."""
    vrf = vrf or "default"
    if settings.vendor is not Vendor.FRR and vrf != settings.vrf:
        settings.primary = None
        settings.others.clear()
    settings.values["vrf"] = vrf


def _vrf(line: Line, context: Context, settings: Settings) -> None:
    name = line.words[-1]
    _join(settings, name)
    context.refer("vrf", name, line, "interface vrf")
    context.done(line)


def _no_vrf(line: Line, context: Context, settings: Settings) -> None:
    _join(settings, "default")
    context.done(line)


def _description(line: Line, context: Context, settings: Settings) -> None:
    settings.values["description"] = rest(line, 1)
    context.ignore(line, "a description")


def _shutdown(line: Line, context: Context, settings: Settings) -> None:
    settings.values["shutdown"] = True
    context.done(line)


def _no_shutdown(line: Line, context: Context, settings: Settings) -> None:
    settings.values["shutdown"] = False
    context.done(line)


# ------------------------------------------------------------------------------------------------ addresses


def parse_interface_address(words: tuple[str, ...], line: Line, context: Context) -> tuple[InterfaceAddress, int]:
    """`A/len` or `A MASK`, at the start of `words`: the address, and how many words it took."""
    text, slash, length = words[0].partition("/")
    address = parse_address(text)
    source = context.source(line)
    if slash:
        bits = int(length)
        if not 0 <= bits <= (32 if address.version == 4 else 128):
            raise ValueError(f"{words[0]} is no address with a prefix length")
        return InterfaceAddress(address, bits, source=source), 1
    return InterfaceAddress(address, mask_length(words[1]), source=source), 2


_UNMODELLED_OPTIONS = frozenset({"peer", "vrf", "label", "tag", "route-map", "route-preference"})


def _has_unmodelled(options: tuple[str, ...]) -> bool:
    """Whether what follows an address asks for more than the model has; ValueError where it is nothing known."""
    rest = options[1:] if options[:1] in {("secondary",), ("virtual",)} else options
    if rest and rest[0] not in _UNMODELLED_OPTIONS:
        raise ValueError(f"{rest[0]} behind an address")
    return bool(rest)


def _ip_address(line: Line, context: Context, settings: Settings) -> None:
    words = line.words[2:]
    first = words[0].lower()
    if first in {"dhcp", "negotiated", "autoconfig", "pool"}:
        context.partial(line, "the address is learned at run time, so it is not known here")
        return
    if first == "unnumbered":  # EOS
        lender = canonical(context.vendor, words[1])
        settings.values["unnumbered"] = context.refer("interface", lender, line, "unnumbered")
        context.done(line)
        return
    virtual = first == "virtual"
    words = words[1:] if virtual else words
    address, used = parse_interface_address(words, line, context)
    options = tuple(word.lower() for word in words[used:])
    partly = _has_unmodelled(options)
    if virtual:
        settings.virtual.append(address.address)
    secondary = "secondary" in options
    if context.vendor is Vendor.FRR:
        _add(settings, address)
    elif secondary:
        settings.others.append(InterfaceAddress(address.address, address.length, True, address.source))
    else:
        settings.primary = address
    if partly:
        context.partial(line, "a point-to-point peer address or a VRF of its own is not modelled")
    else:
        context.done(line)


def _add(settings: Settings, address: InterfaceAddress) -> None:
    """One more address, the first of IPv4 being the primary one."""
    known = {(each.address, each.length) for each in settings.addresses()}
    if (address.address, address.length) in known:
        return
    if address.address.version == 4 and settings.primary is None:
        settings.primary = address
    else:
        settings.others.append(address)


def _no_ip_address(line: Line, context: Context, settings: Settings) -> None:
    if len(line.words) == 3:
        settings.primary = None
        settings.others[:] = [each for each in settings.others if each.address.version == 6]
    context.done(line)


def _ipv6_address(line: Line, context: Context, settings: Settings) -> None:
    words = line.words[2:]
    first = words[0].lower()
    settings.values["ipv6_enabled"] = True
    if first in {"dhcp", "autoconfig", "auto-config"}:
        context.partial(line, "the address is learned at run time, so it is not known here")
        return
    options = tuple(word.lower() for word in words[1:])
    if "eui-64" in options:
        context.partial(line, "the host part comes from the MAC address, which is not known here")
        return
    if "/" not in first:
        if "link-local" not in options and first.count(":") == 0:
            context.partial(line, "a general prefix is not resolved")
            return
        address = InterfaceAddress(_v6(first), 64, source=context.source(line))
    else:
        address, _ = parse_interface_address(words, line, context)
    _add(settings, address)
    context.done(line)


def _v6(text: str) -> Address:
    address = parse_address(text)
    if address.version != 6:
        raise ValueError(f"{text} is no IPv6 address")
    return address


def _ipv6_enable(line: Line, context: Context, settings: Settings) -> None:
    settings.values["ipv6_enabled"] = True
    context.done(line)


def _unnumbered(line: Line, context: Context, settings: Settings) -> None:
    name = named(context.vendor, tuple(word for word in line.words[2:] if word != "poll"))
    settings.values["unnumbered"] = context.refer("interface", name, line, "unnumbered")
    context.done(line)


# ------------------------------------------------------------------------------------------------ filters


def _access_group(line: Line, context: Context, settings: Settings) -> None:
    words = tuple(word for word in line.words if word.lower() not in {"common", "ipv4"})
    family = 6 if words[0].lower() == "ipv6" else 4
    name, direction = words[2], words[3].lower()
    if direction not in {"in", "out"} or len(line.words) != len(words):
        context.partial(line, "this form of an access group is not modelled")
        return
    field = f"acl{'6' if family == 6 else ''}_{direction}"
    settings.values[field] = context.refer("acl", name, line, f"interface access-group {direction}", family)
    context.done(line)


def _no_access_group(line: Line, context: Context, settings: Settings) -> None:
    family = "6" if line.words[1].lower() == "ipv6" else ""
    settings.values.pop(f"acl{family}_{line.words[-1].lower()}", None)
    context.done(line)


def _unset(*fields: str) -> Handler[Settings]:
    """A `no` that brings back what these fields are by default."""

    def handler(line: Line, context: Context, settings: Settings) -> None:
        for field in fields:
            settings.values.pop(field, None)
        context.done(line)

    return handler


def _policy_route(line: Line, context: Context, settings: Settings) -> None:
    settings.values["policy_route"] = line.words[-1] if line.words[0] != "service-policy" else line.words[4]
    if "route-map" in line.words:
        context.refer("route-map", line.words[-1], line, "policy-based routing")
    context.not_implemented(line, "policy-based routing is not modelled")


# ------------------------------------------------------------------------------------------------ numbers


def _mtu(line: Line, context: Context, settings: Settings) -> None:
    settings.values["mtu"] = int(line.words[1])
    context.done(line)


def _ip_mtu(line: Line, context: Context, settings: Settings) -> None:
    settings.values["mtu6" if line.words[0] == "ipv6" else "mtu4"] = int(line.words[2])
    context.done(line)


def _bandwidth(line: Line, context: Context, settings: Settings) -> None:
    """Kbit/s on IOS and EOS, Mbit/s in FRR (zebra: `bandwidth (1-1000000)` in Megabits/sec)."""
    words = [word for word in line.words[1:] if word.lower() not in {"receive", "inherit", "qos-reference"}]
    if len(words) < len(line.words) - 1 or not words:
        context.ignore(line, "a bandwidth that no metric is made of")
        return
    settings.values["bandwidth"] = int(words[0]) * (1000 if context.vendor is Vendor.FRR else 1)
    context.done(line)


_SPEED_UNITS = {"g": 1000, "full": 1, "half": 1, "m": 1}


def _speed(line: Line, context: Context, settings: Settings) -> None:
    """IOS `speed 1000`; EOS `speed [forced] 10gfull`, `speed 100g-4`; auto leaves the default of the kind."""
    text = line.words[-1].lower()
    digits = "".join(char for char in text if char.isdecimal() or char == ".").split(".")[0]
    number = text.partition("-")[0]
    digits = "".join(char for char in number if char.isdecimal())
    if digits and text != "auto":
        settings.values["speed"] = int(digits) * (1000 if "g" in number else 1)
    context.done(line)


# ------------------------------------------------------------------------------------------------ tunnels


def tunnel_source(line: Line, context: Context, settings: Settings) -> None:
    """`tunnel source ADDRESS|INTERFACE`."""
    text = line.words[2]
    if text[0].isdecimal() or ":" in text:
        settings.values["tunnel_source"] = str(parse_address(text))
    else:
        name = named(context.vendor, line.words[2:])
        settings.values["tunnel_source"] = context.refer("interface", name, line, "tunnel source")
    context.done(line)


def _tunnel_end(line: Line, context: Context, settings: Settings) -> None:
    """NX-OS `source-interface X` of the NVE interface, EOS `vxlan source-interface X`: where VXLAN tunnels end."""
    at = line.words.index("source-interface") + 1
    name = named(context.vendor, line.words[at:])
    settings.values["tunnel end"] = context.refer("interface", name, line, "VXLAN source")
    context.done(line)


def _bridged(line: Line, context: Context, settings: Settings) -> None:
    """EOS `vxlan vlan N vni M`: the VLAN goes through the tunnel, which keeps its SVI up like a port."""
    spans = vlan_spans(line.words[line.words.index("vlan") + 1])
    settings.values["bridged vlans"] = (*settings.values.get("bridged vlans", ()), *spans)
    context.partial(line, "hosts behind other tunnel ends are not known: EVPN's MAC and host routes are not modelled")


def _labels(line: Line, context: Context, settings: Settings) -> None:
    """`mpls ip`: LDP gives labels to the neighbours on this link."""
    settings.values["labels"] = True
    context.done(line)


def _tunnel_destination(line: Line, context: Context, settings: Settings) -> None:
    try:
        settings.values["tunnel_destination"] = parse_address(line.words[2])
    except ValueError:
        context.partial(line, "a destination that must be resolved by name is not known here")
        return
    context.done(line)


def _tunnel_mode(line: Line, context: Context, settings: Settings) -> None:
    if line.words[2:] in {("gre",), ("gre", "ip"), ("gre", "ipv6"), ("ipip",), ("ipv6ip",)}:
        context.done(line)
    else:
        context.partial(line, "this kind of tunnel is an interface here, its own machinery is not modelled")


def _encapsulation(line: Line, context: Context, settings: Settings) -> None:
    words = tuple(word.lower() for word in line.words)
    if words[1] in {"dot1q", "isl"}:
        tags = [word for word in words[2:] if word.isdecimal()]
        if len(tags) != 1 or "second-dot1q" in words:
            context.partial(line, "more than one tag is not modelled")
            return
        settings.values["vlan"] = int(tags[0])
        context.done(line)
    elif words[1] in {"ppp", "hdlc", "frame-relay", "default"}:
        context.ignore(line, "framing of a link")
    else:
        context.partial(line, "this encapsulation is not modelled")


_COMMON: Mapping[str, Handler[Settings]] = {
    "description": _description,
    "no description": _description,
    "shutdown": _shutdown,
    "no shutdown": _no_shutdown,
    "enable": _no_shutdown,
    "vrf forwarding": _vrf,
    "ip vrf forwarding": _vrf,
    "vrf": _vrf,
    "vrf member": _vrf,
    "no vrf member": _no_vrf,
    "no vrf": _no_vrf,
    "no vrf forwarding": _no_vrf,
    "no ip vrf forwarding": _no_vrf,
    **keys(_ip_address, "ip address", "ip addr"),
    "no ip address": _no_ip_address,
    **keys(_ipv6_address, "ipv6 address", "ipv6 addr"),
    "no ipv6 address": _no_ip_address,
    "ipv6 enable": _ipv6_enable,
    "ip unnumbered": _unnumbered,
    "ipv6 unnumbered": Partly("an IPv6 address that is borrowed from another interface"),
    "ip access-group": _access_group,
    "ipv6 access-group": _access_group,
    "ipv6 traffic-filter": _access_group,
    **keys(_no_access_group, "no ip access-group | no ipv6 access-group | no ipv6 traffic-filter"),
    **keys(_unset("policy_route"), "no ip policy | no ipv6 policy"),
    **keys(_unset("mtu"), "no mtu"),
    "no ip mtu": _unset("mtu4"),
    "no ipv6 mtu": _unset("mtu6"),
    **keys(_unset("bandwidth"), "no bandwidth"),
    **keys(_unset("unnumbered"), "no ip unnumbered"),
    **keys(_unset("ipv6_enabled"), "no ipv6 enable"),
    **keys(_unset("access_vlan"), "no switchport access vlan"),
    "ip policy route-map": _policy_route,
    "ipv6 policy route-map": _policy_route,
    "service-policy type pbr": _policy_route,
    "pbr-policy": _policy_route,
    "mtu": _mtu,
    **keys(_ip_mtu, "ip mtu | ipv6 mtu"),
    "bandwidth": _bandwidth,
    "speed": _speed,
    "tunnel source": tunnel_source,
    "tunnel destination": _tunnel_destination,
    **keys(_tunnel_end, "source-interface | vxlan source-interface"),
    "vxlan vlan": _bridged,
    "vxlan vrf": accepted,
    "vxlan udp-port": Ignored("the port of a tunnel's own packets"),
    **keys(_labels, "mpls ip | tag-switching ip"),
    **keys(_unset("labels"), "no mpls ip | no tag-switching ip"),
    "tunnel mode": _tunnel_mode,
    "encapsulation": _encapsulation,
}

_TABLES: Mapping[Vendor, Table[Settings]] = {
    vendor: Table(HARMLESS, UNMODELLED, IGP_COMMANDS, SWITCHING, FIRST_HOP, _COMMON)
    for vendor in (Vendor.EOS, Vendor.FRR)
} | {
    Vendor.IOS: Table(HARMLESS, UNMODELLED, IGP_COMMANDS, SWITCHING, FIRST_HOP, _COMMON, EIGRP_INTERFACE[Vendor.IOS]),
    Vendor.NXOS: Table(
        HARMLESS, UNMODELLED, IGP_COMMANDS, SWITCHING, FIRST_HOP, _COMMON, NXOS_INTERFACE, EIGRP_INTERFACE[Vendor.NXOS]
    ),
}
