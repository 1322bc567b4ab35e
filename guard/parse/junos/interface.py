"""`interfaces`: each physical interface, and its units as subinterfaces with their addresses and filters.

Not modelled: VRRP priorities (the virtual address counts as local), tunnels' far ends, reverse path checks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from guard.model.address import Address, parse_address
from guard.model.device import Interface, InterfaceAddress
from guard.model.vendor_defaults import JUNOS_BANDWIDTH
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

_LINK = "concerns the link alone"
_NOT_JUDGED = "is not judged"
_IGNORED = {
    "description": _NOT_JUDGED, "link-mode": _LINK, "hold-time": _LINK, "traps": _NOT_JUDGED, "no-traps": _NOT_JUDGED,
    "auto-negotiation": _LINK, "no-auto-negotiation": _LINK, "vlan-tagging": _LINK, "flexible-vlan-tagging": _LINK,
    "encapsulation": _LINK, "ether-options": _LINK, "gigether-options": _LINK, "fastether-options": _LINK,
    "aggregated-ether-options": _LINK, "framing": _LINK, "clocking": _LINK, "sonet-options": _LINK,
    "optics-options": _LINK, "native-vlan-id": _LINK, "per-unit-scheduler": _NOT_JUDGED, "flow-control": _LINK,
    "stacked-vlan-tagging": _LINK, "forwarding-class-accounting": _NOT_JUDGED, "keepalives": _LINK,
    "no-keepalives": _LINK, "shared-scheduler": _NOT_JUDGED, "hierarchical-scheduler": _NOT_JUDGED,
    "redundant-ether-options": _LINK, "fabric-options": _LINK, "damping": _LINK, "fec": _LINK,
    "statistics": _NOT_JUDGED, "load-balancing-options": _NOT_JUDGED, "mac": _LINK, "sdwan-control": _NOT_JUDGED,
    "link-degrade-monitor": _NOT_JUDGED, "gratuitous-arp-reply": _LINK, "no-gratuitous-arp-request": _LINK,
}  # fmt: skip
_UNIT_IGNORED = {
    "description": _NOT_JUDGED, "traps": _NOT_JUDGED, "no-traps": _NOT_JUDGED, "encapsulation": _LINK,
    "dlci": _LINK, "vci": _LINK, "arp-resp": _LINK, "proxy-arp": _LINK, "point-to-point": _LINK, "keepalives": _LINK,
    "compression": _LINK, "ppp-options": _LINK, "statistics": _NOT_JUDGED, "clear-dont-fragment-bit": _NOT_JUDGED,
    "copy-tos-to-outer-ip-header": _NOT_JUDGED, "load-balancing-options": _NOT_JUDGED, "no-arp": _LINK,
    "accounting-profile": _NOT_JUDGED, "swap-by-poppush": _LINK, "backup-options": _LINK,
}  # fmt: skip
_UNIT_UNMODELLED = {
    "tunnel": "tunnels are not modelled", "peer-unit": "logical tunnels are not modelled",
    "vlan-tags": "stacked VLAN tags are not modelled", "input-vlan-map": "VLAN rewriting is not modelled",
    "output-vlan-map": "VLAN rewriting is not modelled", "vlan-id-list": "lists of VLANs are not modelled",
    "vlan-id-range": "ranges of VLANs are not modelled", "interface-shared-with": "logical systems are not modelled",
}  # fmt: skip
_FAMILY_IGNORED = {
    "no-redirects": _NOT_JUDGED, "sampling": _NOT_JUDGED, "no-neighbor-learn": _LINK, "accounting": _NOT_JUDGED,
    "targeted-broadcast": _NOT_JUDGED, "policer": _NOT_JUDGED, "dad-disable": _LINK, "primary": _NOT_JUDGED,
    "destination-udp-port": _NOT_JUDGED, "maximum-labels": _LINK, "max-sessions": _LINK, "ndp-proxy": _LINK,
}  # fmt: skip
_FAMILY_UNMODELLED = {
    "rpf-check": "reverse path checks are not modelled", "dhcp": "addresses from DHCP are not modelled",
    "dhcp-client": "addresses from DHCP are not modelled", "service": "services are not modelled",
    "dhcpv6-client": "addresses from DHCP are not modelled",
    "simple-filter": "simple filters are not modelled", "negotiate-address": "addresses from the far end",
}  # fmt: skip
_FAMILIES_IGNORED = {
    "iso": "", "mpls": "labels are not modelled: a link without labels routes alike", "ccc": "no routing",
    "tcc": "no routing", "bridge": "no routing", "vpls": "no routing", "any": _NOT_JUDGED,
}  # fmt: skip
#: Kinds by the first letters of a name (Junos "Interface Naming Overview").
_KINDS = (
    ("lo", "loopback"), ("irb", "vlan"), ("vlan", "vlan"), ("ae", "port-channel"), ("reth", "port-channel"),
    ("gr-", "tunnel"), ("ip-", "tunnel"), ("st", "tunnel"), ("fxp", "management"), ("me", "management"),
    ("vme", "management"),
)  # fmt: skip
_BRIDGED = {"native-vlan-id": _LINK, "storm-control": _NOT_JUDGED, "recovery-timeout": _NOT_JUDGED}
_BRIDGED_UNMODELLED = {
    "filter": "filters of bridged packets are not modelled", "vlan-rewrite": "VLAN rewriting is not modelled",
}  # fmt: skip
MANAGEMENT = ("fxp0", "em0", "me0", "vme", "re0:mgmt-0", "re1:mgmt-0")


class _Vlan(NamedTuple):
    """What a layer-3 interface stands for; one that is tunnelled is up without a port here (EVPN-VXLAN)."""

    number: int
    tunnelled: bool


def read(reading: Reading) -> None:
    """Fill the draft with all interfaces, and put aggregates together."""
    section = reading.tree.root["interfaces"]
    bundles: dict[str, list[str]] = {}
    vlans = _vlan_interfaces(reading)
    if section is None:
        return
    reading.done(section)
    for node in section:
        if node.word == "interface-range":
            reading.all_done(node)
        elif node.word in {"apply-groups", "apply-groups-except", "traceoptions", "interface-set"}:
            reading.ignore(node, _NOT_JUDGED)
        else:
            _physical(reading, node, bundles, vlans)
    for name, members in bundles.items():
        held = reading.draft.interfaces.get(name)
        if held is not None:
            reading.draft.interfaces[name] = replace(held, members=tuple(members))
            _spread_bandwidth(reading, name, sum(speed(reading.draft.interfaces[each]) for each in members))


def _spread_bandwidth(reading: Reading, bundle: str, kbits: int) -> None:
    """A bundle and its units are as fast as the members together, unless something else is configured."""
    for name, held in list(reading.draft.interfaces.items()):
        if name.partition(".")[0] == bundle and held.bandwidth is None:
            reading.draft.interfaces[name] = replace(held, bandwidth=kbits)


def speed(interface: Interface) -> int:
    """Kbit/s of an interface: configured, or by the kind that its name tells."""
    if interface.bandwidth is not None:
        return interface.bandwidth
    if interface.speed is not None:
        return interface.speed * 1000
    return next((kbits for prefix, kbits in JUNOS_BANDWIDTH if interface.name.startswith(prefix)), 1_000_000)


def kind(name: str) -> str:
    return next((each for prefix, each in _KINDS if name.startswith(prefix)), "physical")


def _vlan_interfaces(reading: Reading) -> dict[str, _Vlan]:
    """`vlans NAME { vlan-id N; l3-interface irb.N; }`: the tag that each layer-3 interface stands for."""
    section = reading.tree.root["vlans"]
    found: dict[str, _Vlan] = {}
    for node in section or ():
        number = reading.number(node, "vlan-id")
        inner = reading.value(node, "l3-interface")
        if number is not None and inner:
            found[inner] = _Vlan(number, tunnelled=node.at("vxlan", "vni") is not None)
        reading.values(node, "interface")
        reading.rest(
            node,
            ("vlan-id", "l3-interface", "interface"),
            {"description": _NOT_JUDGED, "forwarding-options": _NOT_JUDGED, "switch-options": _NOT_JUDGED},
            {"vxlan": "VXLAN is not modelled", "vlan-id-list": "lists of VLANs", "filter": "filters of VLANs"},
        )
        reading.done(node)
    if section is not None:
        reading.done(section)
    return found


def _physical(reading: Reading, node: Node, bundles: dict[str, list[str]], vlans: dict[str, _Vlan]) -> None:
    name = node.word
    reading.done(node)
    for options in ("gigether-options", "ether-options", "fastether-options"):
        inner = node[options]
        bundle = reading.value(inner, "802.3ad") if inner is not None else None
        if inner is not None and bundle:
            bundles.setdefault(bundle, []).append(name)
    automatic = node.at("speed", "auto") is not None
    rate = None if automatic else reading.number(node, "speed")
    reading.done(node["speed"], node.at("speed", "auto"))
    made = Interface(
        name=name,
        source=reading.source(node),
        kind=kind(name),
        shutdown=reading.flag(node, "disable"),
        description=reading.value(node, "description") or "",
        mtu=_for_ip(node, reading.number(node, "mtu")),
        speed=rate // 1_000_000 if rate else None,
    )
    reading.draft.interfaces[name] = made
    for unit in node["unit"] or ():
        _unit(reading, made, unit, vlans)
    if node["family"] is not None:
        reading.ignore(node["family"] or node, _NOT_JUDGED)
    reading.rest(node, ("mtu", "speed", "disable", "unit", "family"), _IGNORED)


def _for_ip(node: Node, media: int | None) -> int | None:
    """What a media MTU leaves for IP: it counts the Ethernet header and VLAN tags ("Media MTU and Protocol MTU")."""
    if media is None or kind(node.word) in {"loopback", "tunnel"}:
        return media
    tags = next((count for word, count in _TAGS.items() if node[word] is not None), 0)
    return media - _ETHERNET_HEADER - tags * _TAG


_ETHERNET_HEADER, _TAG = 14, 4
_TAGS = {"flexible-vlan-tagging": 2, "stacked-vlan-tagging": 2, "vlan-tagging": 1}


def _unit(reading: Reading, parent: Interface, node: Node, vlans: dict[str, _Vlan]) -> None:
    name = f"{parent.name}.{node.word}"
    reading.done(node)
    bandwidth = reading.number(node, "bandwidth")
    routed = vlans.get(name) if parent.kind == "vlan" else None
    tag = reading.number(node, "vlan-id") if parent.kind != "vlan" else None
    unit = Interface(
        name=name,
        source=reading.source(node),
        kind=parent.kind if parent.kind in {"loopback", "vlan", "tunnel"} else "subinterface",
        shutdown=reading.flag(node, "disable"),
        description=reading.value(node, "description") or parent.description,
        mtu=parent.mtu,
        bandwidth=bandwidth // 1000 if bandwidth else None,
        speed=parent.speed,
        parent=parent.name,
        vlan=routed.number if routed is not None else tag,
        autostate=routed is None or not routed.tunnelled,
        control_plane=parent.kind == "loopback",
    )
    for family in node["family"] or ():
        unit = _family(reading, unit, family)
    reading.done(node["family"])
    reading.rest(node, ("bandwidth", "disable", "vlan-id", "family"), _UNIT_IGNORED, _UNIT_UNMODELLED)
    reading.draft.interfaces[name] = unit
    if unit.switchport:  # the port bridges, not its unit
        port = reading.draft.interfaces[parent.name]
        reading.draft.interfaces[parent.name] = replace(
            port, switchport=True, access_vlan=unit.access_vlan, trunk_vlans=unit.trunk_vlans
        )
        reading.draft.interfaces[name] = replace(unit, switchport=False)


def _family(reading: Reading, unit: Interface, node: Node) -> Interface:
    reading.done(node)
    if node.word in {"inet", "inet6"}:
        return _ip(reading, unit, node, 4 if node.word == "inet" else 6)
    if node.word == "ethernet-switching":
        return _switching(reading, unit, node)
    if node.word == "iso":
        reading.all_done(node)
    elif node.word in _FAMILIES_IGNORED:
        reading.ignore(node, _FAMILIES_IGNORED[node.word])
    return unit


def _ip(reading: Reading, unit: Interface, node: Node, version: int) -> Interface:
    addresses = list(unit.addresses)
    virtual = list(unit.virtual_addresses)
    for each in node["address"] or ():
        found = _address(reading, each)
        if found is None:
            continue
        reading.done(each)
        preferred = each["preferred"] or each["primary"]
        position = 0 if preferred is not None and version == 4 else len(addresses)
        addresses.insert(position, found)
        virtual.extend(_virtual(reading, each))
        link = ("broadcast", "arp", "ndp", "virtual-gateway-v4-mac", "virtual-gateway-v6-mac")
        reading.rest(each, ("preferred", "primary"), dict.fromkeys(link, _LINK))
        for word in ("preferred", "primary"):
            reading.flag(each, word)
    reading.done(node["address"])
    borrowed = reading.value(node, "unnumbered-address") or ""
    if borrowed:
        reading.refer("interface", borrowed, node, "unnumbered-address")
    mtu = reading.number(node, "mtu")
    entering, leaving = _filters(reading, node, version)
    reading.rest(node, ("address", "unnumbered-address", "mtu", "filter"), _FAMILY_IGNORED, _FAMILY_UNMODELLED)
    if version == 4:
        unit = replace(unit, acl_in=entering, acl_out=leaving, mtu4=mtu)
    else:
        unit = replace(unit, acl6_in=entering, acl6_out=leaving, mtu6=mtu, ipv6_enabled=True)
    return replace(
        unit,
        addresses=tuple(addresses),
        virtual_addresses=tuple(virtual),
        unnumbered=borrowed or unit.unnumbered,
    )


def _address(reading: Reading, node: Node) -> InterfaceAddress | None:
    text, slash, length = node.word.partition("/")
    try:
        address = parse_address(text)
        bits = int(length) if slash else 32 if address.version == 4 else 128
    except ValueError:
        reading.wrong(node, f"{node.word} is no address")
        return None
    if not 0 <= bits <= (32 if address.version == 4 else 128):
        reading.wrong(node, f"{node.word} has no such length")
        return None
    if node["eui-64"] is not None:
        reading.partial(node, "the interface part of an EUI-64 address is not known")
    return InterfaceAddress(address, bits, source=reading.source(node))


def _virtual(reading: Reading, node: Node) -> list[Address]:
    """Addresses of VRRP groups and of virtual gateways."""
    found: list[Address] = []
    groups = [group for word in ("vrrp-group", "vrrp-inet6-group") for group in node[word] or ()]
    for group in groups:
        reading.all_done(group)
        for word in ("virtual-address", "virtual-inet6-address"):
            found.extend(address for each in group[word] or () if (address := reading.address(each)) is not None)
    for each in node["virtual-gateway-address"] or ():
        reading.done(each)
        address = reading.address(each)
        if address is not None:
            found.append(address)
    return found


def _filters(reading: Reading, node: Node, version: int) -> tuple[str, str]:
    """Names of the filters that packets meet coming in and going out; a list of several is one under a joined name."""
    section = node["filter"]
    if section is None:
        return "", ""
    reading.done(section)
    names = []
    for single, many in (("input", "input-list"), ("output", "output-list")):
        listed, alone = reading.values(section, many), tuple(filter(None, (reading.value(section, single),)))
        # Of a filter and a list the one that was entered last stays.
        chain = (listed if section.words.index(many) > section.words.index(single) else alone) if (
            listed and alone
        ) else listed or alone
        for name in chain:
            reading.refer("acl", name, section, f"interface filter {single}", version)
        names.append(" ".join(chain))
    reading.rest(section, ("input", "output", "input-list", "output-list"), {"group": _NOT_JUDGED})
    return names[0], names[1]


def _switching(reading: Reading, unit: Interface, node: Node) -> Interface:
    """A switch port: access or trunk with its VLANs, which may be names."""
    mode = reading.value(node, "port-mode") or reading.value(node, "interface-mode") or "access"
    vlan = node["vlan"]
    names = reading.values(vlan, "members") if vlan is not None else ()
    reading.done(vlan)
    numbers = [number for name in names if (number := _vlan_number(reading, name)) is not None]
    reading.rest(node, ("port-mode", "interface-mode", "vlan"), _BRIDGED, _BRIDGED_UNMODELLED)
    if mode == "trunk":
        everything = not names or "all" in names
        trunk = () if everything else tuple(numbers) or ((0, 0),)
        return replace(unit, switchport=True, trunk_vlans=trunk)
    return replace(unit, switchport=True, access_vlan=numbers[0][0] if numbers else None)


def _vlan_number(reading: Reading, name: str) -> tuple[int, int] | None:
    low, _, high = name.partition("-")
    if low.isdecimal() and (not high or high.isdecimal()):
        return int(low), int(high or low)
    node = reading.tree.root.at("vlans", name)
    text = reading.value(node, "vlan-id") if node is not None else None
    return (int(text), int(text)) if text and text.isdecimal() else None
