"""Whose configuration a text is: by its RANCID or Batfish header, else by what its vendor alone would print.

One table a way of telling; a new grammar adds its rows. What nothing tells is UNKNOWN, never a guess between families.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from guard.model.device import Vendor

_HEAD_LINES = 60
_PROMPT = re.compile(r"(?:\{[\w:.-]+\}\s*)+")  # what Junos prints above its prompt: {master:0}
_HEADER = re.compile(r"(RANCID-CONTENT-TYPE|BATFISH_FORMAT):\s*(\S+)")

#: What RANCID (rancid.types.base) and Batfish (ConfigurationFormat) call the vendors that have a place in the model.
#: `cisco` says no more than a family: the text decides within it.
_NAMES = {
    "arista": Vendor.EOS,
    "eos": Vendor.EOS,
    "ios": Vendor.IOS,
    "cisco_ios": Vendor.IOS,
    "ios-xe": Vendor.IOS,
    "cisco-nx": Vendor.NXOS,
    "cisco_nx": Vendor.NXOS,
    "nxos": Vendor.NXOS,
    "cisco-xr": Vendor.IOSXR,
    "cisco_ios_xr": Vendor.IOSXR,
    "ios-xr": Vendor.IOSXR,
    "iosxr": Vendor.IOSXR,
    "juniper": Vendor.JUNOS,
    "juniper-srx": Vendor.JUNOS,
    "junos": Vendor.JUNOS,
    "flat_juniper": Vendor.JUNOS,
    "frr": Vendor.FRR,
    "cumulus_concatenated": Vendor.FRR,
}


@dataclass(frozen=True, slots=True)
class _Look:
    """What the rules look at: the text, its first lines, and which commands it holds by their first words."""

    text: str
    head: str
    firsts: frozenset[str]
    pairs: frozenset[str]


def detect(text: str) -> Vendor:
    """The vendor of a configuration, from its text alone."""
    rows = text.split("\n")
    head = "\n".join(rows[:_HEAD_LINES])
    header = _HEADER.search(head)
    if header and header[2].lower() != "cisco":
        return _NAMES.get(header[2].lower(), Vendor.UNKNOWN)
    body = text.lstrip()
    prompt = _PROMPT.match(body)
    if body[prompt.end() if prompt else 0 :][:1] in {"{", "<", "*"}:
        return _structured(text)
    look = _look(text, head, [row for row in rows if row[:1] not in {" ", "\t", ""}])
    if not look.firsts & _LIKE_CISCO:
        look = _look(text, head, rows)
    for vendor, rule in _RULES:
        if rule(look):
            return vendor
    return Vendor.IOS if header else _closest(look)


def _structured(text: str) -> Vendor:
    """JSON and XML: a Batfish host file, or nothing that is read here."""
    host = '"hostInterfaces"' in text or ('"hostname"' in text and '"iptablesFile"' in text)
    return Vendor.HOST if host else Vendor.UNKNOWN


def _look(text: str, head: str, rows: list[str]) -> _Look:
    words = [found for row in rows if (found := row.split(None, 2)[:2])]
    return _Look(text, head, frozenset(row[0] for row in words), frozenset(" ".join(row) for row in words))


def _keys(text: str) -> frozenset[str]:
    """`a | b c` as a set of command beginnings."""
    return frozenset(" ".join(part.split()) for part in text.split("|"))


def _holds(pattern: str, *words: str) -> Callable[[_Look], bool]:
    """A pattern of the first lines, of which one of `words`, if any are given, is a part: that is told sooner."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda look: (not words or any(word in look.head for word in words)) and (
        compiled.search(look.head) is not None
    )


def _in_text(pattern: str, *words: str) -> Callable[[_Look], bool]:
    """A pattern of which one of `words` is a part: most texts hold none, which is told much sooner."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda look: any(word in look.text for word in words) and compiled.search(look.text) is not None


def _commands(starts: str) -> Callable[[_Look], bool]:
    wanted = _keys(starts)
    return lambda look: bool(wanted & look.firsts or wanted & look.pairs)


def _is_junos_set(look: _Look) -> bool:
    sections = {f"set {section}" for section in _JUNOS_SECTIONS}
    return len(sections & look.pairs) >= 1 and "hostname" not in look.firsts and "set deviceconfig" not in look.pairs


def _is_junos_tree(look: _Look) -> bool:
    opened = {f"{section} {{" for section in _JUNOS_SECTIONS}
    return bool(opened & look.pairs) and ";" in look.text and "configure {" not in look.pairs


_JUNOS_SECTIONS = (
    "system", "interfaces", "protocols", "routing-options", "policy-options", "routing-instances", "firewall",
    "logical-systems", "groups", "snmp", "version", "chassis", "vlans", "security", "class-of-service", "apply-groups",
)  # fmt: skip

_NXOS_FEATURES = (
    "bgp | ospf | ospfv3 | eigrp | isis | rip | interface-vlan | lacp | vpc | nxapi | bfd | pim | telnet | hsrp | lldp"
    " | tacacs+ | scp-server | sftp-server | privilege | vn-segment-vlan-based | nv | fabric | dhcp | udld | sla | pbr"
    " | ssh | vrrp | mpls | grpc | netconf | ngoam"
)

#: In order: the first that holds decides.
_RULES: tuple[tuple[Vendor, Callable[[_Look], bool]], ...] = (
    (Vendor.FRR, _commands("frr version | frr defaults")),
    (Vendor.FRR, _holds(r"^# This file describes the network interfaces")),
    (
        Vendor.UNKNOWN,
        _commands("net add | net del | nv set | configure { | set deviceconfig | sysname | /ip | ltm | PIX"),
    ),
    (
        Vendor.UNKNOWN,
        _holds(
            r"TiMOS-|^ASA Version|^: (Saved|Serial)|^config system global|^#config-version=|^#TMSH-VERSION"
            r"|^!.*Advanced Core OS \(ACOS\)|^deviceconfig \{|^mgt-config \{",
            *("TiMOS-", "ASA Version", ": Saved", ": Serial", "config system global", "#config-version="),
            *("#TMSH-VERSION", "(ACOS)", "deviceconfig {", "mgt-config {"),
        ),
    ),
    (Vendor.UNKNOWN, _in_text(r"^ +nameif \w", " nameif ")),  # Cisco ASA
    (Vendor.UNKNOWN, _commands("sys global-settings | net self | config {")),  # F5 BIG-IP, PAN-OS
    (Vendor.UNKNOWN, _commands("set clienv | set installer | set hostname")),  # Check Point Gaia
    (Vendor.IOSXR, _holds(r"IOS XR")),
    (Vendor.NXOS, _holds(r"^!Command: show (running|startup)|^version .*[Bb]ios:version|^boot (nxos|kickstart)")),
    (Vendor.EOS, _holds(r"^!.*\b(EOS-\d|vEOS|Arista)|^!? ?boot system flash.*\.swi")),
    (Vendor.JUNOS, _is_junos_set),
    (Vendor.JUNOS, _is_junos_tree),
    (Vendor.IOSXR, _commands("route-policy | end-policy | prefix-set | community-set | as-path-set | router static")),
    (
        Vendor.IOSXR,
        _commands("end-set | large-community-set | extcommunity-set | router hsrp | router vrrp | vty-pool"),
    ),
    (Vendor.IOSXR, _in_text(r"^\s+(import|export) route-target *$", " route-target")),
    (
        Vendor.IOSXR,
        _in_text(
            r"^\s+ipv4 address \d|^interface (Bundle-Ether|MgmtEth|TenGigE\d|HundredGigE\d+/\d+/)",
            "ipv4 address", "interface Bundle-Ether", "interface MgmtEth", "interface TenGigE", "interface HundredGigE",
        ),
    ),
    (Vendor.NXOS, _commands(" | ".join(f"feature {name}" for name in _NXOS_FEATURES.split(" | ")))),
    (Vendor.NXOS, _commands("vrf context | install feature-set | nv overlay | vdc")),
)

#: Commands that one of the three prints and the two others do not.
_TELLTALES: tuple[tuple[Vendor, frozenset[str]], ...] = (
    (
        Vendor.EOS,
        _keys(
            """transceiver qsfp | service routing | management api | management ssh | daemon TerminAttr | vrf instance
            | router general | queue-monitor length | ip address virtual | peer-filter | ip virtual-router
            | mlag configuration | switchport default | hardware counter | system l1 | platform trident
            | interface Vxlan1 | no aaa | management security | management console | vlan internal
            | schedule tech-support | interface Management1 | interface Management0 | interface Port-Channel1"""
        ),
    ),
    (
        Vendor.IOS,
        _keys(
            """boot-start-marker | boot-end-marker | service timestamps | ip cef | line con | vrf definition
            | ip forward-protocol | ip http | no ip | Building configuration... | Current configuration | ip vrf
            | voice-card | crypto pki | multilink bundle-name | ip subnet-zero | ip classless | license udi | redundancy
            | subscriber templating | platform console | line aux"""
        ),
    ),
    (
        Vendor.FRR,
        _keys(
            """service integrated-vtysh-config | interface lo | bgp as-path | bgp community-list | exit-vrf | log syslog
            | bgp large-community-list | router ospf6 | log file | log stdout | zebra | ip nht | watchfrr
            | interface eth0 | interface eth1 | interface swp1 | agentx | rpki | pbr-map | password zebra"""
        ),
    ),
)
_LIKE_CISCO = frozenset(
    {"hostname", "interface", "int", "router", "ip", "ipv6", "route-map", "access-list", "version", "vrf"}
)
_ADDRESS_LENGTH = re.compile(r"^\s+ip(v4)? address \d+\.\d+\.\d+\.\d+/\d+", re.MULTILINE)
_ADDRESS_MASK = re.compile(r"^\s+ip address \d+\.\d+\.\d+\.\d+ 255\.", re.MULTILINE)
_LINUX_NAME = re.compile(
    r"^int(?:erface)? (lo|dummy\d+|(r|h|s|ce|pe|p|c|sw)\d+-\w+|(en[ospx]|eth(?!ernet)|swp|bond|vlan|br)\S*\d)\s*$",
    re.MULTILINE,
)
_FRR_WORDS = ("ebgp-requires-policy", "coalesce-time", " ospf router-id", "ipv6 ospf6 ", "network import-check")
_EOS_NAME = re.compile(r"^interface (Ethernet\d+(/\d+)?|Management\d+|Port-Channel\d+)\s*$", re.MULTILINE)


def _closest(look: _Look) -> Vendor:
    """Of the three Cisco-like grammars the one with the most telltales; IOS where nothing tells them apart."""
    if not look.firsts & _LIKE_CISCO and "!" not in look.firsts:
        return Vendor.UNKNOWN
    scores = {vendor: 2 * len(words & (look.firsts | look.pairs)) for vendor, words in _TELLTALES}
    scores[Vendor.FRR] += 3 if _LINUX_NAME.search(look.text) else 0
    scores[Vendor.FRR] += 3 if any(word in look.text for word in _FRR_WORDS) else 0
    routed = "no switchport" in look.text and _EOS_NAME.search(look.text)
    scores[Vendor.EOS] += 1 if routed and _ADDRESS_LENGTH.search(look.text) else 0
    scores[Vendor.IOS] += 2 if _ADDRESS_MASK.search(look.text) else 0
    order = (Vendor.IOS, Vendor.EOS, Vendor.FRR)
    return max(order, key=lambda vendor: (scores[vendor], -order.index(vendor)))
