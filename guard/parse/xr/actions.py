"""Statements that change a route → the model's actions. Each of them lets the route pass, modelled or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.address import parse_address
from guard.model.bgp import EGP, IGP, INCOMPLETE
from guard.model.policy import (
    Action,
    CommunityList,
    CommunityListEntry,
    DeleteCommunities,
    PrependAsPath,
    PrependLastAs,
    ReplaceAs,
    SetCommunities,
    SetLevel,
    SetMetricFromIgp,
    SetMetricType,
    SetNextHop,
    SetNumber,
    SetOrigin,
)
from guard.parse.cisco.number import asn
from guard.parse.xr.conditions import REFERENCE, Tests
from guard.parse.xr.elements import literal
from guard.parse.xr.tokens import Token, entries

Found = tuple[Action, ...]
_ORIGINS = {"igp": IGP, "egp": EGP, "incomplete": INCOMPLETE}
_METRICS = frozenset({"med", "ospf-metric", "isis-metric", "rip-metric", "eigrp-metric", "rib-metric", "metric"})
_MAX_REACHABLE = 4294967295  # Routing Configuration Guide, BGP attributes and operators: `set med max-reachable`
#: Set or done without a change to where routes lead.
_HARMLESS = frozenset({
    "dampening", "traffic-index", "qos-group", "forward-class", "spf-priority", "fallback-vrf-lookup", "label-mode",
    "flow-tag", "dscp", "load-balance", "downstream-core-tree", "core-tree", "static-p2mp-te", "c-multicast-routing",
})  # fmt: skip
_VERBS = frozenset(
    {"set", "prepend", "replace", "delete", "remove", "add", "suppress-route", "unsuppress-route", "var"}
)
_MOST_PREPENDED = 63  # RPL command reference, `prepend as-path`: 1 to 63 times
_EVERY_NUMBERED = "every community that is not well-known"


def actions(tests: Tests, words: tuple[Token, ...]) -> Found:
    """The actions of one statement; ValueError where there is no such statement."""
    verb = words[0].low
    if verb not in _VERBS:
        raise ValueError(f"{words[0].text!r} is no statement")
    if any("$" in word.text for word in words):
        return ()  # a parameter that nothing is bound to
    subject = words[1].low if len(words) > 1 else ""
    reader = _READERS.get((verb, subject))
    found = reader(tests, words[2:]) if reader is not None else None
    if verb == "set" and subject in _METRICS:
        found = _metric(words[2:])
    if verb == "set" and subject in _HARMLESS:
        _say(tests, words, "changes no route", harmless=True)
        return ()
    if found is None:
        _say(tests, words, "this change of a route is not modelled", harmless=False)
        return ()
    return found


def _say(tests: Tests, words: tuple[Token, ...], reason: str, *, harmless: bool) -> None:
    if tests.quiet:
        return
    if harmless:
        tests.context.ignore(words[0].line, reason)
    else:
        tests.context.not_implemented(words[0].line, reason)


# ------------------------------------------------------------------------------------------------ numbers


def _arithmetic(field: str, words: tuple[Token, ...]) -> Found | None:
    """`N`, `+N`, `-N`, `+ N`."""
    text = "".join(word.text for word in words[:2]) if words[0].text in {"+", "-", "*"} else words[0].text
    mode = text[0] if text[0] in "+-" else "="
    digits = text.lstrip("+-")
    if not (digits.isascii() and digits.isdecimal()) or int(digits) > _MAX_REACHABLE:
        return None
    return (SetNumber(field, int(digits), mode),)


def _metric(words: tuple[Token, ...]) -> Found | None:
    if words[0].low == "igp-cost":
        return (SetMetricFromIgp(),)
    if words[0].low == "max-reachable":
        return (SetNumber("metric", _MAX_REACHABLE),)
    return _arithmetic("metric", words)


def _number(field: str) -> Callable[[Tests, tuple[Token, ...]], Found | None]:
    return lambda tests, words: _arithmetic(field, words)


def _origin(tests: Tests, words: tuple[Token, ...]) -> Found | None:
    return (SetOrigin(_ORIGINS[words[0].low]),) if words[0].low in _ORIGINS else None


def _metric_type(tests: Tests, words: tuple[Token, ...]) -> Found | None:
    kinds = {"type-1", "type-2", "internal", "external", "rib-metric-as-internal", "rib-metric-as-external"}
    return (SetMetricType(words[0].low.removeprefix("rib-metric-as-")),) if words[0].low in kinds else None


def _level(tests: Tests, words: tuple[Token, ...]) -> Found | None:
    return (SetLevel(words[0].low),) if words[0].low in {"level-1", "level-2", "level-1-2"} else None


# ----------------------------------------------------------------------------------------------- next hops

_HOPS = {"self": "self", "peer-address": "peer", "unchanged": "unchanged"}


def _next_hop(tests: Tests, words: tuple[Token, ...]) -> Found | None:
    if words[0].low in _HOPS:
        return tuple(SetNextHop(_HOPS[words[0].low], version=version) for version in (4, 6))
    if words[0].low in {"discard", "ipv6-global", "vrf"}:
        return None
    address = parse_address(words[0].text)
    return (SetNextHop("address", address, address.version),)


# --------------------------------------------------------------------------------------------- communities


def _set_communities(kind: str, sort: str = "") -> Callable[[Tests, tuple[Token, ...]], Found | None]:
    def reader(tests: Tests, words: tuple[Token, ...]) -> Found | None:
        additive = words[-1].low == "additive"
        body = words[:-1] if additive else words
        line = body[0].line
        if body[0].text == "(":
            try:
                chosen = frozenset(literal(each[0].text, kind, sort) for each in entries(body[1:-1]))
            except ValueError:
                return None  # `peeras`, `private-as`: they depend on the neighbour
        else:
            name = body[0].text
            tests.refer(f"{REFERENCE[kind]}community-list", name, line, "route-policy set community")
            listed = tests.reading.community_lists.get((kind, name))
            chosen = frozenset(one for entry in (listed.entries if listed else ()) for one in entry.communities)
            if listed is not None and any(entry.pattern is not None for entry in listed.entries) and not tests.quiet:
                tests.context.partial(line, "elements that stand for several communities are not set")
        return (SetCommunities(chosen, "+" if additive else "=", kind),)

    return reader


def _delete_communities(kind: str, sort: str = "") -> Callable[[Tests, tuple[Token, ...]], Found | None]:
    def reader(tests: Tests, words: tuple[Token, ...]) -> Found | None:
        if words[0].low == "all":
            return (_delete_all(tests, words[0], kind),)
        keep = words[0].low == "not"
        body = words[1:] if keep else words
        if body[0].low != "in":
            return None
        name = tests.community_set(body[1:], kind, sort, "route-policy delete community")
        return (DeleteCommunities(name, kind, keep),)

    return reader


def _delete_all(tests: Tests, word: Token, kind: str) -> Action:
    """RPL command reference, `delete community`: all but the well-known ones, which have names in the model."""
    if kind != "standard":
        return SetCommunities(frozenset(), "=", kind)
    source = tests.context.source(word.line)
    entry = CommunityListEntry(True, frozenset(), r"^[0-9]+:[0-9]+$", source)
    tests.reading.community_lists[kind, _EVERY_NUMBERED] = CommunityList(_EVERY_NUMBERED, kind, (entry,), source)
    tests.refer("community-list", _EVERY_NUMBERED, word.line, "route-policy delete community all")
    return DeleteCommunities(_EVERY_NUMBERED, kind)


def _extended(
    make: Callable[[str, str], Callable[[Tests, tuple[Token, ...]], Found | None]],
) -> Callable[[Tests, tuple[Token, ...]], Found | None]:
    """`… extcommunity rt|soo …`."""

    def reader(tests: Tests, words: tuple[Token, ...]) -> Found | None:
        return make("extended", words[0].low)(tests, words[1:]) if words[0].low in {"rt", "soo"} else None

    return reader


# ------------------------------------------------------------------------------------------------ AS paths


def _prepend(tests: Tests, words: tuple[Token, ...]) -> Found | None:
    """`prepend as-path N|own-as|most-recent [TIMES]`."""
    times = int(words[1].text) if len(words) > 1 else 1
    if not 1 <= times <= _MOST_PREPENDED:
        raise ValueError(f"{times} is not in 1-{_MOST_PREPENDED}")
    if words[0].low == "own-as":
        return (PrependLastAs(times, own=True),)
    if words[0].low == "most-recent":
        return (PrependLastAs(times),)
    return (PrependAsPath((asn(words[0].text),) * times),)


def _replace(tests: Tests, words: tuple[Token, ...]) -> Found | None:
    """`replace as-path 'A B'`: these ASNs by our own; `all` and `private-as` are not modelled."""
    if len(words) != 1 or not words[0].quoted or ".." in words[0].text or not words[0].text.split():
        return None
    numbers = words[0].text.split()
    return (ReplaceAs(frozenset({asn(numbers[0])})),) if len(numbers) == 1 else None


_READERS: Mapping[tuple[str, str], Callable[[Tests, tuple[Token, ...]], Found | None]] = {
    ("set", "local-preference"): _number("local-preference"),
    ("set", "weight"): _number("weight"),
    ("set", "tag"): _number("tag"),
    ("set", "rip-tag"): _number("tag"),
    ("set", "administrative-distance"): _number("distance"),
    ("add", "rip-metric"): lambda tests, words: _added(words),
    ("add", "eigrp-metric"): lambda tests, words: None,
    ("set", "origin"): _origin,
    ("set", "metric-type"): _metric_type,
    ("set", "level"): _level,
    ("set", "next-hop"): _next_hop,
    ("set", "community"): _set_communities("standard"),
    ("set", "large-community"): _set_communities("large"),
    ("set", "extcommunity"): _extended(_set_communities),
    ("delete", "community"): _delete_communities("standard"),
    ("delete", "large-community"): _delete_communities("large"),
    ("delete", "extcommunity"): _extended(_delete_communities),
    ("prepend", "as-path"): _prepend,
    ("replace", "as-path"): _replace,
}


def _added(words: tuple[Token, ...]) -> Found | None:
    found = _arithmetic("metric", words)
    return (SetNumber("metric", found[0].value, "+"),) if found and isinstance(found[0], SetNumber) else None
