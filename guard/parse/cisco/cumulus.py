"""Cumulus files as Batfish concatenates them: host name, /etc/network/interfaces, ports.conf, then frr.conf.

Interfaces(5) with ifupdown2's words. What stands there makes the interfaces that FRR's configuration then refers to.
Not modelled: bridges beyond their VLANs, VXLAN, MLAG, commands of `up` and its kin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from guard.model.address import mask_length, parse_address
from guard.model.device import InterfaceAddress, Vrf
from guard.parse.cisco.interface_switching import vlan_spans
from guard.parse.cisco.reading import InterfaceSettings, Reading
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Table, keys, malformed, rest
from guard.parse.context import Context
from guard.parse.line import Line

_MARK = "# This file describes the network interfaces"
_PORTS = "# ports.conf"
_FRR = ("frr version", "frr defaults", "# frr.conf", "interface ")
#: What ports.conf says on the virtual Cumulus VX, whose ports tell FRR a speed of 1 Gbit/s (`show interface` in
#: lab-validation, cumulusfrr_ospf_area_range and its kin: OSPF cost 100).
_VIRTUAL = "ports in Cumulus VX are not configurable"
_VIRTUAL_SPEED = 1000
_PORT = re.compile(r"swp\d+(s\d)?(\.\d+)?$")
_STANZAS = ("auto", "iface", "source", "source-directory", "mapping", "vlan", "no-auto-down")


def split(text: str) -> tuple[tuple[Line, ...], str]:
    """The commands before frr.conf, and the text with their lines blanked (so that numbers stay); (), text if none."""
    if _MARK not in text:
        return (), text
    rows = text.split("\n")
    start = next((at for at, row in enumerate(rows) if row.startswith(_FRR)), len(rows))
    if start < len(rows) and rows[start].strip() == "frr version":  # Batfish writes it so
        start += 1
    return _stanzas(rows[:start]), "\n" * start + "\n".join(rows[start:])


def _stanzas(rows: list[str]) -> tuple[Line, ...]:
    tops: list[Line] = []
    ports = False
    for number, row in enumerate(rows, 1):
        ports = ports or row.startswith(_PORTS)
        text = row.strip()
        if not text or text[0] in "#!":
            continue
        line = Line(number, text, tuple(text.split()))
        first = line.words[0]
        if not tops or ports or first in _STANZAS or first.startswith("allow-") or tops[-1].words[0] != "iface":
            tops.append(line)
        else:
            tops[-1] = tops[-1]._replace(children=(*tops[-1].children, line))
    return tuple(tops)


def read_stanzas(lines: tuple[Line, ...], context: Context, reading: Reading) -> None:
    """Take the interfaces in."""
    for at, line in enumerate(lines):
        first = line.words[0]
        if first == "iface":
            try:
                _iface(line, context, reading)
            except (ValueError, IndexError) as problem:
                malformed(line, context, str(problem))
        elif first in _STANZAS or first.startswith("allow-"):
            context.ignore(line, "when an interface is brought up; it is taken as up")
            if first.startswith("source"):
                context.partial(line, "files that this one names are not part of the snapshot")
        elif at == 0 and len(line.words) == 1:
            reading.hostname = first
            context.done(line)
        elif line.text == "frr version":
            context.ignore(line, "begins frr.conf")
        elif "=" in first or first.isdecimal():
            context.ignore(line, "ports.conf: speeds of ports")
        else:
            context.unrecognised(line)


def take_virtual_speeds(text: str, reading: Reading) -> None:
    """The ports of a Cumulus VX have the speed of virtual ones, unless `link-speed` says otherwise."""
    if _MARK in text and _VIRTUAL in text:
        for name, settings in reading.settings.items():
            if _PORT.match(name):
                settings.values.setdefault("speed", _VIRTUAL_SPEED)


def _iface(line: Line, context: Context, reading: Reading) -> None:
    settings = reading.interface(line.words[1], context.source(line, line.children[-1] if line.children else line))
    context.done(line)
    if line.words[-1] == "dhcp":
        context.partial(line, "the address is learned at run time, so it is not known here")
    vrf = next((child for child in line.children if child.words[0] == "vrf-table"), None)
    if vrf is not None:
        reading.vrfs[settings.name] = Vrf(settings.name, context.source(line))
        settings.values["vrf"] = settings.name
        settings.kind = "loopback"
        context.done(vrf)
    netmask = next((child.words[1] for child in line.children if child.words[0] == "netmask"), "")
    _TABLE.read((child for child in line.children if child is not vrf), context, settings)
    if netmask and settings.primary is not None:
        length = int(netmask) if netmask.isdecimal() else mask_length(netmask)
        settings.primary = replace(settings.primary, length=length)


def _address(line: Line, context: Context, settings: InterfaceSettings) -> None:
    text, _, length = line.words[1].partition("/")
    address = parse_address(text)
    bits = int(length) if length else (32 if address.version == 4 else 128)
    added = InterfaceAddress(address, bits, source=context.source(line))
    if address.version == 4 and settings.primary is None:
        settings.primary = added
    else:
        settings.others.append(added)
    context.done(line)


def _address_virtual(line: Line, context: Context, settings: InterfaceSettings) -> None:
    """`address-virtual MAC A/len …`: the gateway address that both switches of a pair answer for (VRR)."""
    settings.virtual.extend(parse_address(word.partition("/")[0]) for word in line.words[2:])
    context.done(line)


def _vrf(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["vrf"] = context.refer("vrf", line.words[1], line, "interface vrf")
    context.done(line)


def _members(line: Line, context: Context, settings: InterfaceSettings) -> None:
    words = tuple(word for word in line.words[1:] if word not in {"glob", "none", "regex"})
    if len(words) < len(line.words) - 1:
        context.partial(line, "ports that are named by a pattern are not resolved")
    else:
        context.done(line)
    if line.words[0] == "bond-slaves":
        settings.kind = "port-channel"
        settings.values["members"] = words


def _mtu(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["mtu"] = int(line.words[1])
    context.done(line)


def _speed(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["speed"] = int(line.words[1])
    context.done(line)


def _vlan_id(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["vlan"] = int(line.words[1])
    context.done(line)


def _raw_device(line: Line, context: Context, settings: InterfaceSettings) -> None:
    context.refer("interface", line.words[1], line, "vlan-raw-device")
    context.done(line)


def _access(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.switchport = True
    settings.mode = "access"
    settings.values["access_vlan"] = int(line.words[1])
    context.done(line)


def _vids(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["trunk_vlans"] = vlan_spans(",".join(line.words[1:]))
    context.partial(line, "VLANs of a bridge are not told apart by port")


def _link_down(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["shutdown"] = line.words[1] == "yes"
    context.done(line)


def _alias(line: Line, context: Context, settings: InterfaceSettings) -> None:
    settings.values["description"] = rest(line, 1)
    context.ignore(line, "a description")


_COMMANDS: Mapping[str, Handler[InterfaceSettings]] = {
    "address": _address,
    "address-virtual": _address_virtual,
    "vrf": _vrf,
    **keys(_members, "bond-slaves | bridge-ports"),
    "mtu": _mtu,
    "link-speed": _speed,
    "vlan-id": _vlan_id,
    "vlan-raw-device": _raw_device,
    "bridge-access": _access,
    **keys(_vids, "bridge-vids | bridge-allow-untagged"),
    "link-down": _link_down,
    "alias": _alias,
    **keys(
        Ignored("layer 1 and 2 of a port, and services of the host"),
        """netmask | broadcast | network | bond-mode | bond-miimon | bond-lacp-rate
        | bond-lacp-bypass-allow | bond-xmit-hash-policy | bond-updelay | bond-downdelay
        | bond-use-carrier | hwaddress | link-autoneg | link-duplex | link-fec | dns-nameservers
        | dns-search | mstpctl-portbpdufilter | mstpctl-bpduguard | mstpctl-portadminedge
        | mstpctl-portnetwork | mstpctl-treeprio | bridge-ageing | bridge-stp | bridge-arp-nd-suppress
        | bridge-learning | bridge-igmp-version | bridge-mcsnoop | ip6-forward | bridge-vlan-aware
        | bridge-pvid | bridge-fd | bridge-waitport | requires | scope | arp-accept | metric
        | mstpctl-portautoedge""",
    ),
    **keys(
        NotModelled("layer-2 services, and what runs beside FRR, are not modelled"),
        """up | down | pre-up | post-up | pre-down | post-down | gateway | clag-id | clagd-peer-ip
        | clagd-backup-ip | clagd-sys-mac | clagd-priority | clagd-args | clagd-vxlan-anycast-ip
        | vxlan-id | vxlan-local-tunnelip | vxlan-remoteip | vxlan-port | vxrd-src-ip | vxrd-svcnode-ip
        | vxlan-ageing | vxlan-svcnodeip | vxlan-learning | ip-forward | tunnel-mode | tunnel-endpoint
        | pointopoint | bond-min-links | link-type | address-virtual-ipv6-addrgen | vrf-default-route""",
    ),
}
_TABLE: Table[InterfaceSettings] = Table(_COMMANDS)
