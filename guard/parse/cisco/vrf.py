"""VRFs: `vrf definition`, `ip vrf`, `vrf instance` (EOS), `vrf` (FRR), and whether a VRF routes."""

from __future__ import annotations

from dataclasses import replace

from guard.model.address import parse_address
from guard.model.device import Vendor, Vrf
from guard.parse.cisco.reading import Reading
from guard.parse.cisco.static import read_route
from guard.parse.cisco.table import unrecognised
from guard.parse.context import Context
from guard.parse.line import Line


def vrf(line: Line, context: Context, reading: Reading) -> None:
    """The block of one VRF."""
    name = line.words[-1] if context.vendor is not Vendor.FRR else line.words[1]
    known = reading.vrfs.get(name) or Vrf(name, context.source(line))
    reading.vrfs[name] = known
    context.done(line)
    for child in line.children:
        _command(child, context, reading, name)


def _command(line: Line, context: Context, reading: Reading, name: str) -> None:
    words = tuple(word.lower() for word in line.words)
    known = reading.vrfs[name]
    if words[0] == "rd":
        reading.vrfs[name] = replace(known, route_distinguisher=line.words[1])
        context.done(line)
    elif words[0] == "route-target":
        _target(line, words, context, reading, name)
    elif words[0] == "address-family":
        context.done(line)
        for child in line.children:
            _command(child, context, reading, name)
    elif words[:2] in {("ip", "route"), ("ipv6", "route")} and words[2:3] != ("static",):
        read_route(line, context, reading, name)
    elif words[:2] == ("ip", "router-id") or words[0] == "router-id":
        reading.router_ids[name] = parse_address(line.words[-1]).value
        context.done(line)
    elif context.vendor is Vendor.NXOS and _nxos(line, words, context, reading, name):
        return
    elif words[0] in {"description", "exit-vrf", "exit-address-family", "exit", "vnet", "vpn"}:
        context.ignore(line, "names and ends of a VRF")
    elif words[0] in {"import", "export"} and words[1:2] in {("map",), ("route-map",)} and len(words) == 3:
        reading.routing.vrf_policies[name, words[0]] = context.refer("route-map", line.words[2], line, "vrf leaking")
        context.done(line)
    elif words[:3] == ("import", "vrf", "default") and "map" in words:
        _import_default(line, words, context, reading, name)
    elif words[0] == "vni" and words[1].isdecimal():
        reading.vrfs[name] = replace(known, vni=int(words[1]))
        context.done(line)
    elif words[0] in {"import", "export", "maximum", "mdt", "bgp", "netns", "inter-as-hybrid"}:
        context.not_implemented(line, "this part of a VRF is not modelled")
    elif context.vendor is Vendor.FRR and "protocol" in words[:3]:
        install_policy(line, context, reading, name)
    elif words[:2] in {("ip", "nht"), ("no", "ip"), ("ipv6", "nht")}:
        context.not_implemented(line, "policy between the RIB and the kernel is not modelled")
    else:
        unrecognised(line, context)


def install_policy(line: Line, context: Context, reading: Reading, vrf: str = "default") -> None:
    """FRR `[no] ip|ipv6 protocol PROTOCOL route-map NAME`: what zebra installs (manual, "zebra Route Filtering")."""
    on = line.words[0] != "no"
    family, _, protocol, *last = line.words if on else line.words[1:]
    version, protocol = (6 if family == "ipv6" else 4), _ZEBRA_NAMES.get(protocol, protocol)
    context.done(line)
    if not on:
        reading.install_policies.pop((vrf, version, protocol), None)
        return
    policy = context.refer("route-map", last[-1], line, "zebra route filter")
    reading.install_policies[vrf, version, protocol] = policy


#: zebra's words for IPv6's own daemons.
_ZEBRA_NAMES = {"ospf6": "ospf", "ripng": "rip"}


def _nxos(line: Line, words: tuple[str, ...], context: Context, reading: Reading, name: str) -> bool:
    """What NX-OS alone has in `vrf context`; False where the command is none of it."""
    if words in {("shutdown",), ("no", "shutdown")}:
        (reading.shut_vrfs.add if words == ("shutdown",) else reading.shut_vrfs.discard)(name)
        context.done(line)
    elif words[:3] in {("ip", "route", "static"), ("ipv6", "route", "static")}:
        context.not_implemented(line, "BFD under a static route is not modelled")
    elif words[:2] in _NXOS_IGNORED or words[:3] in _NXOS_IGNORED:
        context.ignore(line, "name resolution, multicast and tables' sizes of a VRF")
    else:
        return False
    return True


_NXOS_IGNORED = frozenset(
    tuple(text.split())
    for text in (
        *("ip domain-name", "ip domain-list", "ip name-server", "ip domain-lookup", "no ip domain-lookup", "ip host"),
        *("ipv6 host", "ip pim", "ipv6 pim", "no ip pim", "ip igmp", "no ip igmp", "ipv6 mld", "ip msdp", "ip mroute"),
        *("ip multicast", "ip amt", "ip icmp-errors"),
    )
)


def _target(line: Line, words: tuple[str, ...], context: Context, reading: Reading, name: str) -> None:
    known, value = reading.vrfs[name], line.words[2]
    if words[1] not in {"import", "export", "both"}:
        raise ValueError(f"{words[1]!r} is neither import nor export")
    if words[-1] == "evpn":
        reading.vrfs[name] = _evpn_target(known, words[1], value)
        context.done(line)
        return
    if words[-1] in {"stitching", "auto", "mvpn"}:
        context.not_implemented(line, "this kind of route target is not modelled")
        return
    if words[1] != "export":
        known = replace(known, import_targets=(*known.import_targets, value))
    if words[1] != "import":
        known = replace(known, export_targets=(*known.export_targets, value))
    reading.vrfs[name] = known
    context.done(line)


def _evpn_target(known: Vrf, way: str, value: str) -> Vrf:
    """NX-OS `route-target both TARGET|auto evpn`; a line given twice counts once."""
    if way != "export":
        targets = dict.fromkeys((*known.evpn_import_targets, value))
        known = replace(known, evpn_import_targets=tuple(targets))
    if way != "import":
        targets = dict.fromkeys((*known.evpn_export_targets, value))
        known = replace(known, evpn_export_targets=tuple(targets))
    return known


def _import_default(line: Line, words: tuple[str, ...], context: Context, reading: Reading, name: str) -> None:
    """NX-OS `import vrf default [N] map X`: BGP's routes of the default VRF, as far as the map lets them."""
    reading.routing.vrf_imports[name] = ("default",)
    policy = line.words[words.index("map") + 1]
    reading.routing.vrf_policies[name, "import"] = context.refer("route-map", policy, line, "vrf leaking")
    context.done(line)


def ip_routing(line: Line, context: Context, reading: Reading) -> None:
    """`[no] ip routing [vrf NAME]`, FRR `[no] ip forwarding`."""
    on = line.words[0].lower() != "no"
    if "vrf" in line.words:
        name = line.words[-1]
        known = reading.vrfs.get(name) or Vrf(name, context.source(line))
        reading.vrfs[name] = replace(known, ip_routing=on)
    elif "delete-static-routes" not in line.words:
        reading.ip_forwarding = on
    context.done(line)


def ipv6_routing(line: Line, context: Context, reading: Reading) -> None:
    """`[no] ipv6 unicast-routing`, FRR `[no] ipv6 forwarding`."""
    reading.ipv6_forwarding = line.words[0].lower() != "no"
    if "vrf" in line.words:
        context.partial(line, "IPv6 is forwarded in all VRFs or in none")
    else:
        context.done(line)


def router_id(line: Line, context: Context, reading: Reading) -> None:
    """FRR `[ip] router-id A [vrf NAME]`: of every protocol that has none of its own."""
    at = line.words.index("router-id")
    name = line.words[at + 3] if line.words[at + 2 : at + 3] == ("vrf",) else "default"
    reading.router_ids[name] = parse_address(line.words[at + 1]).value
    context.done(line)
