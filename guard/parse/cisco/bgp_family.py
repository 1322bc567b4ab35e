"""What BGP originates and how it installs, per address family: network, aggregate, redistribution, distances, paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guard.model.address import Prefix, mask_length, parse_address, parse_prefix, prefix_of, wildcard_length
from guard.model.bgp import EGP, IGP, INCOMPLETE, BgpAggregate, BgpNetwork, Redistribution
from guard.model.device import Vendor
from guard.parse.cisco.number import between
from guard.parse.cisco.redistribute import is_computed
from guard.parse.cisco.routing_draft import ALL_FAMILIES, FamilyDraft, ProcessDraft, RoutingDraft
from guard.parse.context import Context
from guard.parse.line import Line


@dataclass(slots=True)
class Place:
    """Where a command of `router bgp` stands, and whether it is negated. `version`: 4, 6, or 0 for all (EOS)."""

    process: ProcessDraft
    version: int
    routing: RoutingDraft
    context: Context
    no: bool = False

    @property
    def vendor(self) -> Vendor:
        return self.context.vendor

    @property
    def family(self) -> FamilyDraft:
        return self.process.family(self.version)

    def of(self, prefix: Prefix) -> FamilyDraft:
        return self.process.family(prefix.version)


Handler = Callable[[Line, tuple[str, ...], Place], None]

_ORIGIN = {"igp": IGP, "egp": EGP, "incomplete": INCOMPLETE}


# ------------------------------------------------------------------------------------------------ networks


def network(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`network PREFIX | ADDRESS [mask MASK] [route-map X] [backdoor]`."""
    prefix, rest = _network_prefix(words)
    networks = place.of(prefix).networks
    if place.no:
        networks.pop(prefix, None)
        return
    policy = ""
    backdoor = False
    at = 0
    while at < len(rest):
        if rest[at] == "route-map":
            policy = place.context.refer("route-map", rest[at + 1], line, "bgp network route-map")
            at += 1
        elif rest[at] == "backdoor":
            backdoor = True
        elif rest[at] in ("label-index", "rd", "tag", "label"):
            place.context.partial(line, f"{rest[at]} is not modelled")
            at += 1
        elif rest[at] not in ("nlri", "unicast", "multicast"):
            raise ValueError(f"{rest[at]!r} is not known here")
        at += 1
    networks[prefix] = BgpNetwork(prefix, place.context.source(line), policy, backdoor)


def _network_prefix(words: tuple[str, ...]) -> tuple[Prefix, tuple[str, ...]]:
    if "/" in words[0]:
        return parse_prefix(words[0]), words[1:]
    address = parse_address(words[0])
    if words[1:2] == ("mask",):
        return prefix_of(address, mask_length(words[2])), words[3:]
    return prefix_of(address, classful_length(address.value)), words[1:]


def classful_length(value: int) -> int:
    """The length of the class that an IPv4 address was in before RFC 1519; IOS and FRR still take it from there."""
    first = value >> 24
    return 8 if first < 128 else 16 if first < 192 else 24


def aggregate(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`aggregate-address PREFIX | ADDRESS MASK [options]`."""
    if "/" in words[0]:
        prefix, rest = parse_prefix(words[0]), words[1:]
    else:
        prefix, rest = prefix_of(parse_address(words[0]), mask_length(words[1])), words[2:]
    aggregates = place.of(prefix).aggregates
    if place.no:
        aggregates.pop(prefix, None)
        return
    maps: dict[str, str] = {}
    flags: set[str] = set()
    origin: int | None = None
    at = 0
    while at < len(rest):
        word = rest[at].lower()
        if word in _MAPS:
            maps[_MAPS[word]] = place.context.refer("route-map", rest[at + 1], line, f"bgp aggregate {word}")
            at += 1
        elif word == "origin":
            origin = _ORIGIN[rest[at + 1]]
            at += 1
        elif word in ("match-map", "advertise-only"):
            place.context.partial(line, f"{word} is not modelled")
            at += word == "match-map"
        elif word in ("summary-only", "as-set", "matching-med-only"):
            flags.add(word)
        else:
            raise ValueError(f"{rest[at]!r} is not known here")
        at += 1
    aggregates[prefix] = BgpAggregate(
        prefix,
        place.context.source(line),
        summary_only="summary-only" in flags,
        as_set="as-set" in flags,
        suppress_policy=maps.get("suppress", ""),
        advertise_policy=maps.get("advertise", ""),
        attribute_policy=maps.get("attribute", ""),
        origin=origin,
        matching_med_only="matching-med-only" in flags,
    )


#: FRR calls the attribute map `route-map`.
_MAPS = {
    "suppress-map": "suppress",
    "advertise-map": "advertise",
    "attribute-map": "attribute",
    "route-map": "attribute",
}


# ------------------------------------------------------------------------------------------------ redistribution

_PROTOCOL = {
    "connected": "connected", "static": "static", "kernel": "kernel", "ospf": "ospf", "ospf3": "ospf", "ospfv3": "ospf",
    "ospf6": "ospf", "isis": "isis", "rip": "rip", "ripng": "rip", "eigrp": "eigrp", "bgp": "bgp", "local": "local",
}  # fmt: skip
#: Sources that guard computes no routes for: with one of them the table is not complete.
_UNKNOWN_SOURCE = frozenset({
    "table", "mobile", "odr", "babel", "openfabric", "sharp", "nhrp", "lisp", "dynamic", "user", "attached-host",
    "iso-igrp", "floating-ip", "vnc", "vnc-direct", "application", "table-direct", "sr-te", "vpn",
    "multicast", "maximum-prefix",
})  # fmt: skip
#: Only IPv6 has these.
_V6_ONLY = frozenset({"ospf3", "ospfv3", "ospf6", "ripng"})
_NUMBERED = frozenset({"ospf", "ospf3", "ospfv3", "eigrp", "bgp", "table"})
#: Who names processes by words, and which.
_NAMES_PROCESSES = frozenset({Vendor.NXOS, Vendor.IOSXR})
_TAGGED = frozenset({"ospf", "ospfv3", "eigrp", "rip"})
_LEVELS = frozenset({"level-1", "level-2", "level-1-2"})
_TYPES = ("internal", "external", "nssa-external")


def redistribute(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`redistribute PROTOCOL [PROCESS] [LEVEL] [match …] [metric N] [route-map X]`."""
    name = words[0].lower()
    if name in _UNKNOWN_SOURCE or name in ("aggregate", "learned", "router-mac", "host-route"):
        if not place.no:
            place.context.not_implemented(line, f"routes of {name} are not modelled")
        return
    protocol = _PROTOCOL[name] if name in _PROTOCOL else _unknown(name)
    options = _Options(line, place, name)
    options.read(words[1:])
    if not place.no and not is_computed(place.vendor, protocol):
        place.context.partial(line, f"routes of {protocol} are not computed, so none is redistributed")
    key = (protocol, options.process, options.types)
    families = [place.family]
    if name in _V6_ONLY and not place.version:
        families = [place.process.family(6)]
    for family in families:
        if place.no:
            for known in [each for each in family.redistributions if each[:2] == key[:2]]:
                del family.redistributions[known]
            continue
        family.redistributions[key] = Redistribution(
            protocol,
            place.context.source(line),
            process=options.process,
            policy=options.policy,
            metric=options.metric,
            route_types=options.types,
            level=options.level,
        )


def _unknown(name: str) -> str:
    raise ValueError(f"{name!r} is no source of routes")


class _Options:
    """The words after the source of a redistribution."""

    def __init__(self, line: Line, place: Place, name: str) -> None:
        self.line = line
        self.place = place
        self.name = name
        self.process = ""
        self.policy = ""
        self.metric: int | None = None
        self.level = ""
        # IOS command reference, `redistribute ospf` in BGP: without `match`, internal routes only.
        self.types: tuple[str, ...] = ("internal",) if name == "ospf" and place.vendor is Vendor.IOS else ()

    def read(self, words: tuple[str, ...]) -> None:
        at = 0
        tags = self.name == "isis" or (self.place.vendor in _NAMES_PROCESSES and self.name in _TAGGED)
        tagged = tags and words[:1] and words[0] not in (*_LEVELS, "route-map", "metric")
        if tagged or (words and words[0].isdecimal()):
            if self.name not in _NUMBERED and not tagged:
                raise ValueError(f"{words[0]!r} is not known here")
            self.process, at = words[0], 1
        while at < len(words):
            at = self._option(words, at)

    def _option(self, words: tuple[str, ...], at: int) -> int:
        word = words[at].lower()
        if word == "route-map":
            self.policy = words[at + 1]
            if not self.place.no:
                self.place.context.refer("route-map", self.policy, self.line, f"bgp redistribute {self.name}")
            return at + 2
        if word == "metric":
            self.metric = int(words[at + 1])
            return at + 2
        if word == "match":
            return self._match(words, at + 1)
        if word in _LEVELS:
            self.level = word
            return at + 1
        if word == "include-connected":
            self.place.context.partial(self.line, "the connected routes of that protocol's interfaces are not added")
            return at + 1
        if word in ("include", "leaked", "vrf", "clns", "ip", "subnets", "rcf"):
            self.place.context.partial(self.line, f"{word} is not modelled")
            return at + (1 if word in ("leaked", "clns", "ip", "subnets") else 2)
        raise ValueError(f"{words[at]!r} is not known here")

    def _match(self, words: tuple[str, ...], at: int) -> int:
        """`internal`, `external [1|2]`, `nssa-external [1|2]`, as types with their number."""
        found: list[str] = []
        while at < len(words) and words[at] in _TYPES:
            word = words[at]
            number = words[at + 1] if at + 1 < len(words) and words[at + 1] in ("1", "2") else ""
            if word == "internal":
                found.append(word)
            else:
                found += [f"{word}-{each}" for each in (number or "12")]
            at += 2 if number else 1
        if not found:
            raise ValueError("the types of routes are missing")
        self.types = tuple(found)
        return at


# ------------------------------------------------------------------------------------------------ installation


def maximum_paths(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`maximum-paths [ibgp|eibgp] N`; EOS `maximum-paths N [ecmp M]`, for both kinds."""
    settings = place.family.settings
    kind = words[0] if words and words[0] in ("ibgp", "eibgp") else ""
    keys = {"ibgp": ("maximum_paths_ibgp",), "eibgp": ("maximum_paths", "maximum_paths_ibgp")}.get(kind)
    if keys is None:
        keys = ("maximum_paths", "maximum_paths_ibgp") if place.vendor is Vendor.EOS else ("maximum_paths",)
    if place.no:
        for key in (*keys, "equal_cluster_length"):
            settings.pop(key, None)
        return
    numbers = [word for word in words if word.isdecimal()]
    if kind == "ibgp":
        settings["equal_cluster_length"] = "equal-cluster-length" in words
    settings.update(dict.fromkeys(keys, between(numbers[0], 1, 600)))


def distance(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`distance bgp E [I L]`, `distance N PREFIX | ADDRESS WILDCARD [LIST]`."""
    settings = place.family.settings
    keys = ("distance_external", "distance_internal", "distance_local")
    if words[0] == "mbgp":
        place.context.not_implemented(line, "multicast routes are not modelled")
        return
    if words[0] == "bgp":
        if place.no:
            for key in keys:
                settings.pop(key, None)
            return
        values = [between(word, 1, 255) for word in words[1:4]]
        settings.update(zip(keys, values, strict=False))
        return
    value = between(words[0], 1, 255)
    if "/" in words[1]:
        prefix, rest = parse_prefix(words[1]), words[2:]
    else:
        length = wildcard_length(words[2])
        if length is None:
            raise ValueError(f"{words[2]} is not contiguous")
        prefix, rest = prefix_of(parse_address(words[1]), length), words[3:]
    if rest:
        place.context.refer("acl", rest[0], line, "bgp distance")
    rule = (value, prefix, rest[0] if rest else "")
    kept = tuple(each for each in settings.get("distance_rules", ()) if each[1:] != rule[1:])
    settings["distance_rules"] = kept if place.no else (*kept, rule)


def table_map(line: Line, words: tuple[str, ...], place: Place) -> None:
    if place.no:
        place.family.settings.pop("table_policy", None)
        return
    place.family.settings["table_policy"] = place.context.refer("route-map", words[0], line, "bgp table-map")
    if place.vendor is Vendor.IOS and "filter" not in words:
        place.context.partial(line, "without `filter` the map amends routes and holds none back")


def default_information(line: Line, words: tuple[str, ...], place: Place) -> None:
    place.family.settings["default_information"] = not place.no


# ------------------------------------------------------------------------------------------------ VPN leaking (FRR)


def importing(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`import vrf X`, `import vrf route-map X`, `import vpn`."""
    settings = place.family.settings
    if words[0] == "vpn":
        place.family.import_vpn = not place.no
    elif words[:2] == ("vrf", "route-map"):
        settings["import_policy"] = "" if place.no else words[2]
        if not place.no:
            place.context.refer("route-map", words[2], line, "bgp import vrf")
    elif words[0] == "vrf":
        known = tuple(each for each in settings.get("import_vrfs", ()) if each != words[1])
        settings["import_vrfs"] = known if place.no else (*known, words[1])
    elif not place.no:
        place.context.not_implemented(line, "this import is not modelled")


def exporting(line: Line, words: tuple[str, ...], place: Place) -> None:
    if words[0] == "vpn":
        place.family.export_vpn = not place.no
    elif not place.no:
        place.context.not_implemented(line, "this export is not modelled")


def rd_vpn(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`rd vpn export RD` (FRR), `rd RD` (EOS)."""
    place.process.settings["route_distinguisher"] = "" if place.no else words[-1]


def rt_vpn(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`rt vpn both|import|export RT…`."""
    if words[0] != "vpn" or words[1] not in ("import", "export", "both"):
        raise ValueError("neither import nor export of a VPN")
    for way in ("import", "export"):
        if words[1] in (way, "both"):
            place.family.settings[f"{way}_targets"] = () if place.no else words[2:]


def route_map_vpn(line: Line, words: tuple[str, ...], place: Place) -> None:
    if words[0] != "vpn" or words[1] not in ("import", "export"):
        raise ValueError("neither import nor export of a VPN")
    key = f"{words[1]}_policy"
    place.family.settings[key] = "" if place.no else words[2]
    if not place.no:
        place.context.refer("route-map", words[2], line, f"bgp vpn {words[1]}")


def route_target(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS: `route-target import|export|both [vpn-ipv4|vpn-ipv6|evpn] RT`; without a family of all of them."""
    if len(words) == 2:
        _evpn_target(words[0], words[1], place)
    if len(words) == 3 and words[1] == "evpn":
        _evpn_target(words[0], words[2], place)
        return
    versions = {"vpn-ipv4": (4,), "vpn-ipv6": (6,)}.get(words[1], (4, 6))
    for version in versions:
        settings = place.process.family(version).settings
        for way in ("import", "export"):
            if words[0] in (way, "both"):
                settings[f"{way}_targets"] = (*settings.get(f"{way}_targets", ()), words[-1])
        place.process.family(version).import_vpn = place.process.family(version).export_vpn = True


def _evpn_target(way: str, target: str, place: Place) -> None:
    """EOS: targets of IP-prefix routes, of all families that the VRF has."""
    settings = place.process.family(ALL_FAMILIES).settings
    for each in ("import", "export"):
        if way in (each, "both"):
            key = f"evpn_{each}_targets"
            known = tuple(value for value in settings.get(key, ()) if value != target)
            settings[key] = known if place.no else (*known, target)


def _ignore(reason: str) -> Handler:
    def handler(line: Line, words: tuple[str, ...], place: Place) -> None:
        place.context.ignore(line, reason)

    return handler


def opaque(reason: str) -> Handler:
    """A setting that is known and not modelled; its negation is the default, and harmless."""

    def handler(line: Line, words: tuple[str, ...], place: Place) -> None:
        if not place.no:
            place.context.not_implemented(line, reason)

    return handler


FAMILY: Mapping[str, Handler] = {
    "network": network,
    "aggregate-address": aggregate,
    "redistribute": redistribute,
    "maximum-paths": maximum_paths,
    "distance": distance,
    "table-map": table_map,
    "default-information": default_information,
    "import": importing,
    "export": exporting,
    "rd": rd_vpn,
    "rt": rt_vpn,
    "route-map": route_map_vpn,
    "route-target": route_target,
    "label": _ignore("MPLS labels do not change where unicast routes lead"),
    "nexthop": opaque("this next hop is not modelled"),
    "default-metric": opaque("a default metric of redistribution is not modelled"),
    "auto-summary": opaque("summaries by class are not modelled"),
    "synchronization": opaque("synchronization with the IGP is not modelled"),
    "snmp": _ignore("does not change routes"),
    "host-flap": _ignore("does not change routes"),
    "dampening": _ignore("damping of flaps; the converged state is judged"),
}
