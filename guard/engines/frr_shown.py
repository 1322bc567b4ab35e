"""What FRR's show commands print → routes, BGP paths and session states, VRF by VRF. Pure; FRR 8 to 10.

Law: nothing is made up: a value that FRR does not print is left out, and where its JSON loses something (kinds of
OSPF routes, levels of IS-IS) its text is read instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from guard.model.address import Address, Prefix, parse_address, parse_prefix
from guard.model.bgp import CONFED_SEQUENCE, CONFED_SET, EGP, IGP, INCOMPLETE, SEQUENCE, SET, BgpAttributes, Segment
from guard.model.rib import RouteProtocol

DEFAULT_VRF = "default"
ROUTES = ("show ip route json", "show ipv6 route json")
OSPF, OSPF6, ISIS = "show ip ospf route", "show ipv6 ospf6 route", "show isis route"
BGP = ("show bgp ipv4 unicast json detail", "show bgp ipv6 unicast json detail")
NEIGHBORS = "show bgp neighbors json"

#: Daemon -> what it is asked.
ASKED: Mapping[str, tuple[str, ...]] = {
    "zebra": ROUTES,
    "ospfd": (OSPF,),
    "ospf6d": (OSPF6,),
    "isisd": (ISIS,),
    "bgpd": (*BGP, NEIGHBORS),
}

_ORIGINS = {"IGP": IGP, "EGP": EGP, "incomplete": INCOMPLETE}
_SEGMENTS = {
    "as-sequence": SEQUENCE,
    "as-set": SET,
    "as-confed-sequence": CONFED_SEQUENCE,
    "as-confed-set": CONFED_SET,
}
_OSPF_KINDS = {
    "N": RouteProtocol.OSPF,
    "D": RouteProtocol.OSPF,
    "N IA": RouteProtocol.OSPF_IA,
    "D IA": RouteProtocol.OSPF_IA,
    "N E1": RouteProtocol.OSPF_E1,
    "N E2": RouteProtocol.OSPF_E2,
}
_OSPF6_KINDS = {
    "IA": RouteProtocol.OSPF,
    "IE": RouteProtocol.OSPF_IA,
    "E1": RouteProtocol.OSPF_E1,
    "E2": RouteProtocol.OSPF_E2,
}
_PLAIN = {
    "connected": RouteProtocol.CONNECTED,
    "static": RouteProtocol.STATIC,
    "kernel": RouteProtocol.KERNEL,
    "rip": RouteProtocol.RIP,
    "ripng": RouteProtocol.RIP,
    "eigrp": RouteProtocol.EIGRP,
}


class Hop(NamedTuple):
    """One next hop as zebra shows it; `resolved` are the hops that a recursive one ends at (None, None: a discard).
    `vrf`: where it is looked up, if not in the route's own VRF."""

    address: Address | None
    interface: str | None
    discard: bool
    recursive: bool
    resolved: tuple[tuple[Address | None, str | None], ...] = ()
    vrf: str | None = None


class ShownRoute(NamedTuple):
    """A selected route of the main RIB. `refused`: the kernel did not take it, so zebra tells nobody of it."""

    prefix: Prefix
    protocol: RouteProtocol
    distance: int
    metric: int
    tag: int
    hops: tuple[Hop, ...]
    refused: bool = False


class ShownPath(NamedTuple):
    """One path of a BGP table. `peer` None: it begins here. `kind`: local, aggregate, ibgp or bgp."""

    prefix: Prefix
    best: bool
    used: bool
    attributes: BgpAttributes
    peer: Address | None
    peer_interface: str
    kind: str
    local_preference: int


class ShownPeer(NamedTuple):
    """One neighbour as bgpd names it: an address, or an interface."""

    name: str
    state: str
    local_as: int | None
    remote_as: int | None


def in_vrf(command: str, vrf: str) -> str:
    """The command as it is asked of one VRF."""
    if vrf == DEFAULT_VRF:
        return command
    return re.sub(r"^(show (?:ip ospf|ipv6 ospf6|ip route|ipv6 route|isis|bgp))\b", rf"\1 vrf {vrf}", command)


def shown_routes(output: Mapping[str, str], vrf: str = DEFAULT_VRF) -> Iterator[ShownRoute]:
    """Selected routes of one VRF; `output` is command -> what one router printed."""
    kinds = {**_ospf_kinds(output.get(in_vrf(OSPF, vrf), "")), **_ospf6_kinds(output.get(in_vrf(OSPF6, vrf), ""))}
    kinds.update(_isis_kinds(output.get(in_vrf(ISIS, vrf), "")))
    paths = {path.prefix: path.kind for path in shown_paths(output, vrf) if path.best}
    for command in ROUTES:
        for text, entries in _document(output.get(in_vrf(command, vrf), "")).items():
            prefix = parse_prefix(text)
            for entry in entries if isinstance(entries, list) else ():
                if entry.get("selected") and entry["protocol"] != "local" and not prefix.first.is_link_local:
                    yield _route(prefix, entry, kinds, paths)


def _route(
    prefix: Prefix,
    entry: Mapping[str, Any],
    kinds: Mapping[tuple[str, Prefix], RouteProtocol],
    paths: Mapping[Prefix, str],
) -> ShownRoute:
    protocol = entry["protocol"]
    if protocol == "bgp":
        known = {"ibgp": RouteProtocol.IBGP, "aggregate": RouteProtocol.AGGREGATE}
        found = known.get(paths.get(prefix, ""), RouteProtocol.BGP)
    elif protocol in ("ospf", "ospf6", "isis"):
        fallback = RouteProtocol.ISIS_L2 if protocol == "isis" else RouteProtocol.OSPF
        found = kinds.get((protocol, prefix), fallback)
    else:
        found = _PLAIN.get(protocol, RouteProtocol.KERNEL)
    hops = tuple(_hops(entry.get("nexthops", []), entry.get("vrfName", DEFAULT_VRF)))
    tag, refused = entry.get("tag", 0), bool(entry.get("failed"))
    return ShownRoute(prefix, found, entry.get("distance", 0), entry.get("metric", 0), tag, hops, refused)


def _hops(shown: list[Mapping[str, Any]], own: str) -> Iterator[Hop]:
    """A recursive next hop is followed by those that it resolves to, marked `resolver`."""
    pending: Hop | None = None
    for hop in shown:
        address = parse_address(hop["ip"]) if "ip" in hop else None
        if hop.get("resolver"):
            if pending is not None and hop.get("active") and not hop.get("duplicate"):
                end = (address, hop.get("interfaceName"))
                pending = pending._replace(resolved=(*pending.resolved, end))
            continue
        if pending is not None:
            yield pending
        pending = None
        if hop.get("active"):
            discard = bool(hop.get("blackhole") or hop.get("reject") or hop.get("unreachable"))
            vrf = hop["vrf"] if hop.get("vrf", own) != own else None
            pending = Hop(address, hop.get("interfaceName"), discard, bool(hop.get("recursive")), vrf=vrf)
    if pending is not None:
        yield pending


def _ospf_kinds(text: str) -> dict[tuple[str, Prefix], RouteProtocol]:
    """`N IA 10.0.0.0/8  [20] area: 0.0.0.0`; routes to routers are lines without a length."""
    rows = re.finditer(r"^([ND](?: (?:IA|E1|E2))?)\s+(\d\S*/\d+)\s", text, re.MULTILINE)
    return {("ospf", parse_prefix(row[2])): _OSPF_KINDS[row[1]] for row in rows}


def _ospf6_kinds(text: str) -> dict[tuple[str, Prefix], RouteProtocol]:
    """`*N IA 2001:db8::/64  fe80::… eth0 00:00:10`: the best path of a network has a star."""
    rows = re.finditer(r"^\*N (\w\w) (\S+/\d+)", text, re.MULTILINE)
    return {("ospf6", parse_prefix(row[2])): _OSPF6_KINDS.get(row[1], RouteProtocol.OSPF) for row in rows}


def _isis_kinds(text: str) -> dict[tuple[str, Prefix], RouteProtocol]:
    """Tables one after the other, headed `IS-IS L1 IPv4 routing table`; level 1 is preferred (ISO 10589)."""
    found: dict[tuple[str, Prefix], RouteProtocol] = {}
    level = RouteProtocol.ISIS_L2
    for row in text.splitlines():
        head = re.match(r"\s*IS-IS L(\d) IPv\d", row)
        if head:
            level = RouteProtocol.ISIS_L1 if head[1] == "1" else RouteProtocol.ISIS_L2
        line = re.match(r"\s+(\S+/\d+)\s+\d+\s+(\S+)", row)
        if line and line[2] != "-":
            key = ("isis", parse_prefix(line[1]))
            found[key] = min(level, found.get(key, level))
    return found


def shown_paths(output: Mapping[str, str], vrf: str = DEFAULT_VRF) -> Iterator[ShownPath]:
    """Valid paths of the BGP tables of one VRF, both families."""
    for command in BGP:
        table = _document(output.get(in_vrf(command, vrf), ""))
        default = table.get("defaultLocPrf", 100)
        for text, paths in table.get("routes", {}).items():
            for path in paths:
                if path.get("valid") and not path.get("suppressed"):
                    yield _path(parse_prefix(text), path, default)


def _path(prefix: Prefix, path: Mapping[str, Any], default: int) -> ShownPath:
    peer = path.get("peer", {})
    name = peer.get("peerId", "")
    local = name in ("0.0.0.0", "::", "", "(unspec)")
    best = bool(path.get("bestpath", {}).get("overall"))
    kind = "ibgp" if peer.get("type") in ("internal", "confed-internal") else "bgp"
    if local:
        kind = "aggregate" if path.get("aggregated") else "local"
    preference = path.get("locPrf", default)
    return ShownPath(
        prefix=prefix,
        best=best,
        used=best or bool(path.get("multipath")),
        attributes=BgpAttributes(
            as_path=_as_path(path.get("aspath", {}).get("segments", [])),
            origin=_ORIGINS[path["origin"]],
            next_hop=_next_hop(path.get("nexthops", [])),
            local_preference=path.get("locPrf"),
            med=path.get("metric", path.get("med")),
            weight=path.get("weight", 0),
            communities=tuple(sorted(_communities(path))),
            tag=path.get("tag", 0),
        ),
        peer=None if local else parse_address(name),
        peer_interface=peer.get("interface", ""),
        kind=kind,
        local_preference=preference,
    )


def _as_path(segments: list[Mapping[str, Any]]) -> tuple[Segment, ...]:
    found = []
    for segment in segments:
        kind, asns = _SEGMENTS[segment["type"]], [int(asn) for asn in segment["list"]]
        found.append(Segment(kind, tuple(sorted(asns) if kind in (SET, CONFED_SET) else asns)))
    return tuple(found)


def _next_hop(hops: list[Mapping[str, Any]]) -> Address | None:
    """The global one where there are two (RFC 2545); None where the route begins here."""
    found = [parse_address(hop["ip"]) for hop in hops if hop.get("ip") not in (None, "0.0.0.0", "::")]
    found.sort(key=lambda address: address.version == 6 and address.is_link_local)
    return found[0] if found else None


#: FRR's words in JSON -> the words that are typed.
_WELL_KNOWN = {
    "noExport": "no-export",
    "noAdvertise": "no-advertise",
    "localAs": "local-AS",
    "gracefulShutdown": "graceful-shutdown",
    "noPeer": "no-peer",
    "llgrStale": "llgr-stale",
    "noLlgr": "no-llgr",
    "acceptOwn": "accept-own",
}


#: Extended communities whose letters are not the words that are typed.
_KINDS = {"LB": "bandwidth"}


def _communities(path: Mapping[str, Any]) -> Iterator[str]:
    for each in path.get("community", {}).get("list", []):
        yield _WELL_KNOWN.get(each, each)
    yield from path.get("largeCommunity", {}).get("list", [])
    extended = re.sub(r"\([^)]*\)", "", path.get("extendedCommunity", {}).get("string", ""))  # LB:1:2 (16.000 bps)
    for each in extended.split():
        kind, _, value = each.partition(":")
        yield f"{_KINDS.get(kind, kind.lower())} {value}"


def shown_peers(output: Mapping[str, str], vrf: str = DEFAULT_VRF) -> Iterator[ShownPeer]:
    """All neighbours of one instance, dynamic ones included."""
    return peers_in(output.get(in_vrf(NEIGHBORS, vrf), ""))


def peers_in(text: str) -> Iterator[ShownPeer]:
    """Neighbours of all instances whose documents the text holds."""
    for document in _documents(text):
        for name, peer in document.items():
            if isinstance(peer, dict) and "bgpState" in peer:
                yield ShownPeer(name, peer["bgpState"], peer.get("localAs"), peer.get("remoteAs") or None)


def _document(text: str) -> dict[str, Any]:
    """The first JSON object in the text; empty where the command printed none."""
    return next(_documents(text), {})


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """All JSON objects in the text, one after the other."""
    start = text.find("{")
    while start >= 0:
        found, end = json.JSONDecoder().raw_decode(text, start)
        yield found
        start = text.find("{", end)
