"""Top-level commands that NX-OS has by itself, and what it does by platform where the configuration is silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guard.model.acl import Range, Wildcard, wildcard
from guard.model.address import parse_address, parse_prefix
from guard.parse.cisco.acl_words import port
from guard.parse.cisco.reading import Reading
from guard.parse.cisco.table import Handler, Ignored, NotModelled, accepted, keys
from guard.parse.context import Context
from guard.parse.line import Line


def _default_switchport(line: Line, context: Context, reading: Reading) -> None:
    """`[no] system default switchport [shutdown]`: what Ethernet ports are without a line that says so."""
    on = line.words[0] != "no"
    if line.words[-1] == "shutdown":
        reading.default_shutdown = on
    elif line.words[-1] == "switchport":
        reading.default_switchport = on
    else:
        context.ignore(line, "defaults of Fibre Channel ports")
        return
    context.done(line)


def _boot(line: Line, context: Context, reading: Reading) -> None:
    """`boot nxos bootflash:/nxos.9.2.3.bin`, `boot system bootflash:/n5000-…`: the image names the platform."""
    reading.images.extend(line.words)
    context.ignore(line, "management of the device")


def _address_group(line: Line, context: Context, reading: Reading) -> None:
    """`object-group ip|ipv6 address NAME`: entries `[N] host A | A/len | A WILDCARD`."""
    name = line.words[3]
    context.define("object-group", name, line)
    context.done(line)
    members: list[Wildcard] = []
    whole = True
    for child in line.children:
        try:
            members.append(_member(child))
            context.done(child)
        except (ValueError, IndexError):
            context.partial(child, "entries that use this object group are opaque")
            whole = False
    if whole and members:
        reading.object_groups[name] = tuple(members)


def _member(line: Line) -> Wildcard:
    words = line.words[1:] if line.words[0].isdecimal() else line.words
    if words[0] == "host":
        return wildcard(parse_address(words[1]).host)
    if "/" in words[0]:
        return wildcard(parse_prefix(words[0]))
    mask = parse_address(words[1]).value
    return Wildcard(4, parse_address(words[0]).value & ~mask & 0xFFFFFFFF, mask)


def _port_group(line: Line, context: Context, reading: Reading) -> None:
    """`object-group ip port NAME`: entries `[N] eq P | neq P | gt P | lt P | range P P`."""
    name = line.words[3]
    context.define("object-group", name, line)
    context.done(line)
    ranges: list[Range] = []
    whole = True
    for child in line.children:
        try:
            ranges.extend(_ports(child.words[1:] if child.words[0].isdecimal() else child.words))
            context.done(child)
        except (ValueError, IndexError):
            context.partial(child, "entries that use this object group are opaque")
            whole = False
    if whole and ranges:
        reading.port_groups[name] = tuple(ranges)


def _ports(words: tuple[str, ...]) -> tuple[Range, ...]:
    operator, number = words[0], port(words[1])
    spans = {
        "eq": ((number, number),),
        "gt": ((number + 1, 65535),),
        "lt": ((0, number - 1),),
        "neq": ((0, number - 1), (number + 1, 65535)),
    }
    if operator == "range":
        return ((number, port(words[2])),)
    if operator not in spans:
        raise ValueError(f"{operator} compares no ports")
    return tuple(span for span in spans[operator] if span[0] <= span[1])


NXOS_TOP: Mapping[str, Handler[Reading]] = {
    **keys(_default_switchport, "system default switchport | no system default switchport"),
    **keys(_boot, "boot | boot system | boot nxos | boot kickstart"),
    **keys(_address_group, "object-group ip address | object-group ipv6 address"),
    "object-group ip port": _port_group,
}

#: Commands without a place in the model: harmless ones, and ones that are recognised only.
NXOS_MISC: Mapping[str, Handler[Any]] = {
    **keys(
        Ignored("management of the device"),
        """vdc | feature | no feature | no password strength-check | feature-set | install feature-set | role
        | rmon | ssh | no ssh | telnet | no telnet | userpassphrase | cli | nxapi | icam | callhome
        | no callhome | scheduler | hostname-prefix | switchname | slot | no power | power | poap | location
        | event manager policy | event manager environment | fips | hardware access-list | hardware profile
        | hardware qos | hardware rate-limiter | hardware forwarding unicast trace | no hardware | grpc
        | netconf | xml | ip domain-list | no ip domain-lookup | ip source-route | no ip source-route
        | no logging | no snmp-server | no cdp | no lldp | line | configure maintenance profile | system mode
        | no system | system memory-thresholds | system cores | system jumbomtu | system login
        | system inter-vlan-routing | system fabric-mode | service unsupported-transceiver | mac address-table
        | no mac | errdisable | no errdisable | sflow | flow | sampler | platform | show | no ip igmp
        | monitor session | no monitor | tacacs+ | no aaa | no ip ftp | no ip telnet | ngoam | erspan
        | logging | ip load-sharing | no ntp | statistics | rib | ethanalyzer | no spanning-tree
        | no port-channel | lacp | no lacp | no vtp | no banner | banner | no udld | hsrp | vrrp
        | limit-resource | no rmon | terminal | system vlan | ip adjacency | ipv6 adjacency | lldp
        | vlan dot1q | no scheduler | ipv6 switch-packets | ip switch-packets | no boot | no license | mdt
        | interface breakout | no clock""",
    ),
    "copp profile": Ignored("rates at which the device takes traffic for itself"),
    **keys(
        Ignored("a form of the system's own settings"),
        "system | system default | system qos | system routing | system urpf | system nve",
    ),
    "system default switchport fabricpath": NotModelled("FabricPath is not modelled"),
    **keys(
        NotModelled("VXLAN, EVPN, FabricPath, OTV and vPC are not modelled"),
        """nv overlay | evpn | vpc domain | fabric forwarding | fabricpath | otv | fex | nve | fabric
        | multilayer | vlan configuration | port-profile | l2vpn | encapsulation profile | bridge-domain""",
    ),
    **keys(
        NotModelled("acts on traffic in a way that is not modelled"),
        """copp | arp access-list | hardware forwarding | time-range | tunnel-profile | table-map
        | ip arp inspection | ip dhcp snooping | ip verify | ip access-list session | ip arp | vlan filter
        | vlan access-map | mac access-list | ipv6 snooping | ip local policy | ipv6 local policy""",
    ),
    "ip arp timeout": Ignored("timers"),
    "ip arp gratuitous": Ignored("what the device answers, not what it forwards"),
    "ip auto-discard": NotModelled("a discard route for what is summarised is not added"),
    "no ip auto-discard": accepted,
    "resequence": Ignored("numbering of access lists"),
    "ip dns": Ignored("management of the device"),
    "ip igmp": Ignored("multicast is not judged"),
    "table-map": NotModelled("marking is not modelled"),
}
