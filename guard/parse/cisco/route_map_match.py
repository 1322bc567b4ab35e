"""`match` lines of a route-map → conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.address import DEFAULT_V4, DEFAULT_V6, parse_address
from guard.model.bgp import EGP, IGP, INCOMPLETE
from guard.model.device import Vendor
from guard.model.policy import (
    All,
    Any,
    Condition,
    MatchAcl,
    MatchAsPath,
    MatchAsPathLength,
    MatchCommunity,
    MatchInterface,
    MatchLocalPreference,
    MatchMetric,
    MatchNextHop,
    MatchOrigin,
    MatchPeer,
    MatchPrefixList,
    MatchPrefixRanges,
    MatchProtocol,
    MatchRouteType,
    MatchRpki,
    MatchTag,
    MatchWeight,
    Not,
    Opaque,
    PrefixRange,
)
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.number import asn_list
from guard.parse.cisco.routing_draft import TermDraft
from guard.parse.context import Context
from guard.parse.line import Line

#: Vendors where a further line of a kind adds to the first.
_ADDS = frozenset({Vendor.IOS, Vendor.NXOS})
#: Reads the words after the keyword; returns the key that alternatives share, and the condition.
Reader = Callable[[Line, tuple[str, ...], Context], Condition]

_ORIGIN = {"igp": IGP, "egp": EGP, "incomplete": INCOMPLETE}
_RPKI = {"valid": "valid", "invalid": "invalid", "notfound": "not-found", "not-found": "not-found"}
#: Protocols under the model's names.
PROTOCOLS = {
    "ospf6": "ospf", "ospfv3": "ospf", "ospf3": "ospf", "ripng": "rip", "kernel": "kernel", "system": "kernel",
}  # fmt: skip


def read_match(line: Line, words: tuple[str, ...], term: TermDraft, context: Context) -> None:
    """Add one `match` line to the entry."""
    inverted = words[0] == "invert-result"  # EOS
    if inverted:
        words = words[1:]
    key, rest = _key(words)
    reader = _READERS.get(key)
    if reader is None:
        _opaque(line, key, term, context)
        return
    condition = reader(line, rest, context)
    if isinstance(condition, Opaque):
        context.not_implemented(line, "this match is not modelled")
    term_key = f"{key} {type(condition).__name__}" if key.startswith("ip") else key
    if inverted:
        term.matches[f"not {term_key}"] = Not(condition)
        return
    before = term.matches.get(term_key)
    if before is not None and context.vendor in _ADDS:
        condition = _either(before, condition)
    term.matches[term_key] = condition
    context.done(line)


def _either(first: Condition, second: Condition) -> Condition:
    parts = first.parts if isinstance(first, Any) else (first,)
    return Any((*parts, second))


def _key(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    if words[0] in ("ip", "ipv6"):
        return f"{words[0]} {words[1]}", words[2:]
    return words[0].lower(), words[1:]


#: Matches that no IPv4 or IPv6 unicast route of BGP or an IGP can fulfil, or that only policy-based routing knows.
_NEVER_A_ROUTE = frozenset({"evpn", "mac", "length", "vpn", "mpls-label", "isis-level", "rtr", "router-id"})


def _opaque(line: Line, key: str, term: TermDraft, context: Context) -> None:
    if key == "as-number":  # NX-OS
        asn_list(line.words[2:])  # a ValueError says that it cannot be read
        context.partial(line, "it tells which AS a dynamic neighbour may have; of a route it says nothing here")
        term.matches[f"opaque {line.number}"] = Opaque(line.text)
        return
    if key not in _KNOWN_OPAQUE and key not in _NEVER_A_ROUTE:
        context.unrecognised(line)
        term.matches[f"opaque {line.number}"] = Opaque(line.text)
        return
    context.not_implemented(line, "this match is not modelled")
    term.matches[f"opaque {line.number}"] = Opaque(line.text, assume=key not in _NEVER_A_ROUTE)


_KNOWN_OPAQUE = frozenset({
    "probability", "policy-list", "additional-paths", "track", "alias", "source-vrf", "source-instance", "isis",
    "aggregate-role", "nlri", "mdt-group", "ip distance", "ip dscp", "srte-color", "dist", "rpki-extcommunity",
    "ospf-area", "vlan", "mac-list", "ip multicast",
})  # fmt: skip


# ------------------------------------------------------------------------------------------------ prefixes and hops


def _version(line: Line) -> int:
    return 6 if "ipv6" in line.words[1:3] else 4


def _address(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    version = _version(line)
    if words[0] in ("ip", "ipv6"):  # `match ip address ip prefix-list X`, as some releases print it
        words = words[1:]
    if words[0] == "prefix-len":
        length = int(words[1])
        return MatchPrefixRanges((PrefixRange(DEFAULT_V4 if version == 4 else DEFAULT_V6, length, length),))
    if words[0] == "dynamic":
        return Opaque(line.text)
    kind, names = _list_names(words)
    for name in names:
        context.refer(kind, name, line, "route-map match address", version)
    if kind == "acl" and context.vendor is Vendor.NXOS:
        # Nexus 9000 Unicast Routing Configuration Guide, "Configuring route policy manager": access lists are for
        # policy-based routing; Batfish leaves the line out of policies of routes, too. Not seen on a device.
        context.partial(line, "an access list here chooses packets, not routes: every route is taken to match")
        return All(())
    return MatchPrefixList(names, version) if kind == "prefix-list" else MatchAcl(names, version)


def _list_names(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Which kind of list is named, and the names."""
    if words[0] == "prefix-list":
        names = words[1:]
        kind = "prefix-list"
    else:
        names = words[1:] if words[0] == "access-list" else words
        kind = "acl"
    if not names:
        raise ValueError("the name of a list is missing")
    return kind, names


def _next_hop(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    version = _version(line)
    if words[0] in ("type", "prefix-len"):
        return Opaque(line.text, assume=False)
    if words[0] == "address":
        return MatchNextHop(addresses=tuple(parse_address(word) for word in words[1:]), version=version)
    if all(_is_address(word) for word in words):
        return MatchNextHop(addresses=tuple(parse_address(word) for word in words), version=version)
    kind, names = _list_names(words)
    for name in names:
        context.refer(kind, name, line, "route-map match next-hop", version)
    if kind == "prefix-list":
        return MatchNextHop(prefix_lists=names, version=version)
    return MatchNextHop(acls=names, version=version)


def _is_address(word: str) -> bool:
    try:
        parse_address(word)
    except ValueError:
        return False
    return not word.isdecimal()


def _route_source(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    """The neighbour that advertised the route."""
    if words[0] in ("redistribution-source",):
        return Opaque(line.text)
    kind, names = _list_names(words)
    for name in names:
        context.refer(kind, name, line, "route-map match route-source", _version(line))
    return MatchPeer(prefix_lists=names) if kind == "prefix-list" else MatchPeer(acls=names)


def _peer(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    if words[0] == "local":
        return MatchPeer(local=True)
    if not _is_address(words[0]):
        return Opaque(line.text)
    return MatchPeer(addresses=(parse_address(words[0]),))


def _interface(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    names: list[str] = []
    at = 0
    while at < len(words):
        step = 2 if at + 1 < len(words) and words[at + 1][0].isdecimal() else 1
        names.append(named(context.vendor, words[at : at + step]))
        at += step
    return MatchInterface(tuple(names))


# ------------------------------------------------------------------------------------------------ attributes


def _as_path(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    if words[0] == "length":
        return _as_path_length(words[1:])
    names = tuple(context.refer("as-path-list", word, line, "route-map match as-path") for word in words)
    return MatchAsPath(names)


def _as_path_length(words: tuple[str, ...]) -> Condition:
    """EOS: `match as-path length = N | >= N | <= N | = N and <= M`."""
    low, high = 0, 4095
    for sign, value in zip(words[::3], words[1::3], strict=True):
        number = int(value)
        low = max(low, number) if sign in ("=", ">=") else low
        high = min(high, number) if sign in ("=", "<=") else high
    return MatchAsPathLength(low, high)


def _communities(kind: str, reference: str) -> Reader:
    def read(line: Line, words: tuple[str, ...], context: Context) -> Condition:
        exact = words[-1] == "exact-match"
        if words[-1] == "any":
            context.partial(line, "`any` is not modelled: all communities of an entry are asked for")
        names = words[:-1] if words[-1] in ("exact-match", "any") else words
        for name in names:
            context.refer(reference, name, line, "route-map match community")
        return MatchCommunity(names, kind, exact)

    return read


def _metric(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    if words[0] == "external":
        return Opaque(line.text)
    if "+-" in words:
        value, spread = int(words[0]), int(words[words.index("+-") + 1])
        return MatchMetric(max(0, value - spread), value + spread)
    if words[0] == "range":
        return MatchMetric(int(words[1]), int(words[3] if words[2] == "to" else words[2]))
    values = [MatchMetric(int(word), int(word)) for word in words]
    return values[0] if len(values) == 1 else Any(tuple(values))


def _local_preference(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    values = [MatchLocalPreference(int(word), int(word)) for word in words]
    return values[0] if len(values) == 1 else Any(tuple(values))


def _tag(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    if words[0] == "list":
        return Opaque(line.text)
    if context.vendor is Vendor.FRR and "0" in words:
        raise ValueError("tag 0, which FRR calls untagged")
    return MatchTag(frozenset(0 if word == "untagged" else int(word) for word in words))


def _route_type(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    types: set[str] = set()
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word == "external" and following in ("type-1", "type-2"):
            continue
        types.add(word)
    return MatchRouteType(frozenset(types))


def _protocol(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    process = next((word for word in words if word[0].isdecimal()), None)
    names = frozenset(PROTOCOLS.get(word, word) for word in words if not word[0].isdecimal())
    return MatchProtocol(names, process)


def _origin(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    return MatchOrigin(_ORIGIN[words[0]]) if words[0] in _ORIGIN else _refuse(words[0])


def _refuse(word: str) -> Condition:
    raise ValueError(f"{word!r} is not known here")


def _rpki(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    parts = tuple(MatchRpki(_RPKI[word]) for word in words if word in _RPKI)
    if len(parts) != len(words):
        return _refuse(words[-1])
    return parts[0] if len(parts) == 1 else Any(parts)


def _weight(line: Line, words: tuple[str, ...], context: Context) -> Condition:
    return MatchWeight(int(words[0]))


_READERS: Mapping[str, Reader] = {
    "ip address": _address,
    "ipv6 address": _address,
    "ip next-hop": _next_hop,
    "ipv6 next-hop": _next_hop,
    "ip resolved-next-hop": _next_hop,
    "ip route-source": _route_source,
    "ipv6 route-source": _route_source,
    "peer": _peer,
    "interface": _interface,
    "as-path": _as_path,
    "as": lambda line, words, context: Opaque(line.text),
    "community": _communities("standard", "community-list"),
    "large-community": _communities("large", "large-community-list"),
    "extcommunity": _communities("extended", "extcommunity-list"),
    "local-preference": _local_preference,
    "metric": _metric,
    "tag": _tag,
    "route-type": _route_type,
    "source-protocol": _protocol,
    "origin": _origin,
    "rpki": _rpki,
    "weight": _weight,
    "origin-as": lambda line, words, context: _rpki(line, words[1:], context),
}
