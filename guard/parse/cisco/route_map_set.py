"""`set` lines of a route-map → actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model import community
from guard.model.address import parse_address
from guard.model.bgp import EGP, IGP, INCOMPLETE
from guard.model.device import Vendor
from guard.model.policy import (
    Action,
    DeleteCommunities,
    ExcludeAs,
    PrependAsPath,
    PrependLastAs,
    ReplaceAs,
    SetBandwidth,
    SetCommunities,
    SetLevel,
    SetMetricFromIgp,
    SetMetricType,
    SetNextHop,
    SetNumber,
    SetOrigin,
    SetVector,
)
from guard.model.vector import typed
from guard.parse.cisco.community import members
from guard.parse.cisco.number import asn, between
from guard.parse.cisco.routing_draft import TermDraft
from guard.parse.context import Context
from guard.parse.line import Line

#: Reads the words after the keyword; None where the line has been noted as not modelled.
Reader = Callable[[Line, tuple[str, ...], Context], tuple[Action, ...] | None]

_ORIGIN = {"igp": IGP, "egp": EGP, "incomplete": INCOMPLETE}
_PBR = "policy-based routing of packets, not of routes"


def read_set(line: Line, words: tuple[str, ...], term: TermDraft, context: Context) -> None:
    """Add one `set` line to the entry; a later line of the same kind replaces it."""
    key, rest = (f"{words[0]} {words[1]}", words[2:]) if words[0] in ("ip", "ipv6") else (words[0].lower(), words[1:])
    if key == "community" and rest[:1] == ("community-list",):
        _lists(line, rest[1:], term, context)
        return
    if key in _IGNORED:
        context.ignore(line, _IGNORED[key])
        return
    reader = _READERS.get(key)
    if reader is None:
        if key in _OPAQUE:
            context.not_implemented(line, _OPAQUE[key])
        else:
            context.unrecognised(line)
        return
    actions = reader(line, rest, context)
    if actions is None:
        return
    if key == "as-path" or (key == "extcommunity" and context.vendor is Vendor.FRR):
        key = f"{key} {rest[0].lower()}"  # each a rule of its own
    term.sets.pop(key, None)
    term.sets[key] = actions
    context.done(line)


def _lists(line: Line, words: tuple[str, ...], term: TermDraft, context: Context) -> None:
    """EOS: `set community community-list A B [additive|delete]`."""
    names = tuple(word for word in words if word not in ("additive", "delete"))
    for name in names:
        context.refer("community-list", name, line, "route-map set community")
    if words[-1] == "delete":
        term.sets["comm-list"] = tuple(DeleteCommunities(name) for name in names)
    else:
        term.community_lists["standard"] = (names, "+" if words[-1] == "additive" else "=")
    context.done(line)


# ------------------------------------------------------------------------------------------------ numbers


def _number(field: str) -> Reader:
    def read(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...]:
        text = words[0]
        mode = text[0] if text[0] in "+-" else "="
        return (SetNumber(field, between(text.lstrip("+-"), 0, (1 << 32) - 1), mode),)

    return read


def _metric(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    text = words[0].lower()
    if text in ("igp", "igp-metric", "igp-nexthop-cost"):
        return (SetMetricFromIgp(),)
    if not text.lstrip("+-").isdecimal():
        context.not_implemented(line, "a metric from round-trip times or sums is not modelled")
        return None
    if len(words) > 1 and words[1][0] in "+-":
        context.not_implemented(line, "a metric from round-trip times or sums is not modelled")
        return None
    number = _number("metric")(line, words, context)
    return (*(number or ()), SetVector(typed(words))) if len(words) > 1 else number


def _metric_type(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...]:
    if words[0] == "internal":
        return (SetMetricFromIgp(),)
    return (SetMetricType(words[0]),)


def _origin(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...]:
    if words[0] not in _ORIGIN:
        raise ValueError(f"{words[0]!r} is no origin")
    return (SetOrigin(_ORIGIN[words[0]]),)


def _level(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...]:
    return (SetLevel(words[0]),)


# ------------------------------------------------------------------------------------------------ communities


def _community(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...]:
    return _set("standard", words)


def _large_community(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    if words[0] == "large-community-list":
        context.not_implemented(line, "large communities from a list are not modelled")
        return None
    return _set("large", words)


def _set(kind: str, words: tuple[str, ...]) -> tuple[Action, ...]:
    mode = {"additive": "+", "delete": "-"}.get(words[-1].lower(), "=")
    values = words if mode == "=" else words[:-1]
    if values == ("none",):
        return (SetCommunities(frozenset(), "=", kind),)
    if not values:
        raise ValueError("communities are missing")
    return (SetCommunities(frozenset(members(kind, values)), mode, kind),)


_BYTES_PER_MEGABIT = 1_000_000 // 8


def _extended(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    if words[0] == "none":
        return (SetCommunities(frozenset(), "=", "extended"),)
    kind = words[0].lower()
    if kind == "bandwidth" and words[1].isdecimal() and context.vendor is Vendor.FRR:
        context.partial(line, "bandwidths of several paths are not added up, and weigh no traffic")
        return (SetBandwidth(between(words[1], 1, 25600) * _BYTES_PER_MEGABIT, "non-transitive" not in words),)
    if kind not in ("rt", "soo"):
        context.not_implemented(line, f"extended communities of kind {words[0]} are not modelled")
        return None
    mode = {"additive": "+", "delete": "-"}.get(words[-1].lower(), "=")
    values = words[1:] if mode == "=" else words[1:-1]
    if mode == "=" and context.vendor is Vendor.FRR:
        mode = "+"  # bgp_routemap.c, route_set_ecommunity: "We assume additive for Extended Community"
    texts: list[str] = []
    for value in values:
        if value.lower() in ("rt", "soo"):
            kind = value.lower()
        else:
            texts.append(community.extended(kind, value))
    return (SetCommunities(frozenset(texts), mode, "extended"),)


def _delete_list(kind: str, reference: str) -> Reader:
    def read(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...]:
        if words[-1] != "delete":
            raise ValueError("`delete` is missing")
        context.refer(reference, words[0], line, "route-map set comm-list delete")
        return (DeleteCommunities(words[0], kind),)

    return read


# ------------------------------------------------------------------------------------------------ path and next hop


def _as_path(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    verb, rest = words[0].lower(), words[1:]
    if verb == "prepend":
        return _prepend(line, rest, context)
    if verb == "prepend-last-as":
        return (PrependLastAs(int(rest[0])),)
    if verb == "exclude":
        return _exclude(line, rest, context)
    if verb == "replace":
        return _replace(line, rest, context)
    if verb == "match" and rest[:2] == ("all", "replacement") and rest[2:] == ("none",):
        return (ExcludeAs(frozenset(), all=True),)
    context.not_implemented(line, f"`set as-path {verb}` is not modelled")
    return None


def _prepend(line: Line, rest: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    if rest[0] == "last-as":
        return (PrependLastAs(int(rest[1]) if len(rest) > 1 else 1),)
    times = 1
    if "repeat" in rest:  # EOS
        at = rest.index("repeat")
        times, rest = int(rest[at + 1]), rest[:at]
    if "auto" in rest:  # EOS: the local AS
        if set(rest) != {"auto"}:
            context.not_implemented(line, "`auto` mixed with AS numbers is not modelled")
            return None
        return (PrependLastAs(len(rest) * times, own=True),)
    return (PrependAsPath(tuple(asn(word) for word in rest) * times),)


def _exclude(line: Line, rest: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    if rest[0] == "all":
        return (ExcludeAs(frozenset(), all=True),)
    if rest[0] == "as-path-access-list":
        context.refer("as-path-list", rest[1], line, "route-map set as-path exclude")
        context.not_implemented(line, "excluding by an AS-path list is not modelled")
        return None
    return (ExcludeAs(frozenset(asn(word) for word in rest)),)


def _replace(line: Line, rest: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
    if rest[0] == "as-path-access-list" or len(rest) > 2:
        context.not_implemented(line, "replacing a sequence or by a list is not modelled")
        return None
    chosen = frozenset[int]() if rest[0] == "any" else frozenset({asn(rest[0])})
    if len(rest) == 1:
        return (ReplaceAs(chosen),)
    if context.vendor is Vendor.IOS:  # IOS: a sequence of ASNs, replaced as a whole; FRR: what, and by what
        context.not_implemented(line, "replacing a sequence or by a list is not modelled")
        return None
    return (ReplaceAs(chosen, asn(rest[1])),)


_HOPS = {"peer-address": "peer", "self": "self", "unchanged": "unchanged", "redist-unchanged": "unchanged"}


def _next_hop(version: int) -> Reader:
    def read(line: Line, words: tuple[str, ...], context: Context) -> tuple[Action, ...] | None:
        if words[0] == "prefer-global":
            return (SetNextHop("global", None, version),)
        if words[0] == "local":
            context.ignore(line, "the link-local next hop leads to the same neighbour as the global one")
            return None
        words = words[1:] if words[0] == "global" else words
        kind = _HOPS.get(words[0])
        if kind:
            return (SetNextHop(kind, None, version),)
        if words[0] in ("recursive", "verify-availability", "dynamic", "encapsulate", "peer"):
            context.not_implemented(line, _PBR)
            return None
        address = parse_address(words[0])
        if len(words) > 1:
            context.partial(line, "only the first next hop is kept")
        return (SetNextHop("address", address, address.version),)

    return read


_READERS: Mapping[str, Reader] = {
    "local-preference": _number("local-preference"),
    "weight": _number("weight"),
    "tag": _number("tag"),
    "distance": _number("distance"),
    "metric": _metric,
    "metric-type": _metric_type,
    "origin": _origin,
    "level": _level,
    "community": _community,
    "large-community": _large_community,
    "extcommunity": _extended,
    "comm-list": _delete_list("standard", "community-list"),
    "large-comm-list": _delete_list("large", "large-community-list"),
    "extcomm-list": _delete_list("extended", "extcommunity-list"),
    "as-path": _as_path,
    "ip next-hop": _next_hop(4),
    "ipv6 next-hop": _next_hop(6),
}
_IGNORED: Mapping[str, str] = {
    "dampening": "damping of flaps; the converged state is judged",
    "src": "source address of the router's own packets",
    "traffic-index": "accounting",
    "label-index": "MPLS labels do not change where unicast routes lead",
}
_OPAQUE: Mapping[str, str] = {
    "ip default": _PBR, "ip precedence": _PBR, "ip tos": _PBR, "ip df": _PBR, "ip qos-group": _PBR, "ip vrf": _PBR,
    "ip global": _PBR, "ip address": _PBR, "ipv6 default": _PBR, "ipv6 precedence": _PBR, "ipv6 vrf": _PBR,
    "ipv6 global": _PBR, "ipv6 address": _PBR, "interface": _PBR, "default": _PBR, "global": _PBR, "vrf": _PBR,
    "originator-id": "setting the originator is not modelled", "aggregator": "the aggregator attribute is not modelled",
    "atomic-aggregate": "the attribute is not modelled", "evpn": "EVPN is not modelled", "sr-te": "not modelled",
    "table": "routing by table is not modelled", "mpls-label": "MPLS is not modelled", "nlri": "not modelled",
    "automatic-tag": "automatic tags are not modelled", "aigp-metric": "AIGP is not modelled",
    "additional-paths": "not modelled", "attribute-set": "not modelled", "mdt": "multicast is not modelled",
    "segment-index": "segment routing is not modelled", "l3vpn": "VPN labels are not modelled",
    "ipv4": "VPN next hops are not modelled", "vpnv4": "VPN next hops are not modelled", "resolution": "not modelled",
    "isis": "not modelled", "bgp": "not modelled", "forwarding-address": "not modelled", "nssa-only": "not modelled",
    "path-selection": "not modelled", "mpls": "MPLS is not modelled",
}  # fmt: skip
