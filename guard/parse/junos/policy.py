"""`policy-statement`: terms of `from`, `to` and `then` as the model's route policies.

Of several values of one condition any may hold; conditions of different kinds must all hold, except that prefix lists
and route filters are alternatives of each other. The longest route filter that a route lies in decides alone.
A statement that decides nothing leaves the route to the next policy of the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.address import WIDTH, Prefix, parse_prefix, prefix_of
from guard.model.policy import (
    All,
    Any,
    Condition,
    MatchAsPath,
    MatchAsPathLength,
    MatchCommunity,
    MatchFamily,
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
    Not,
    Opaque,
    Outcome,
    PrefixRange,
    RoutePolicy,
    Term,
)
from guard.parse.junos import policy_expression, policy_lists
from guard.parse.junos.policy_lists import listed, ranged
from guard.parse.junos.policy_then import actions, outcome
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

_PROTOCOLS = {"direct": "connected", "ospf2": "ospf", "ospf3": "ospf", "ripng": "rip", "access": "access"}
_ORIGINS = {"igp": 0, "egp": 1, "incomplete": 2}
_RANGES = frozenset({"exact", "longer", "orlonger", "upto", "through", "prefix-length-range", "address-mask"})
_PREFIX_WORDS = frozenset(
    {"prefix-list", "prefix-list-filter", "route-filter", "source-address-filter", "route-filter-list"}
)
_OPAQUE = {
    "area": "the area of a route is not modelled", "instance": "the instance of a route is not modelled",
    "color": "colours are not modelled",
    "route-filter-list": "lists of route filters are not modelled", "level": "the level of a route is not modelled",
    "as-path-neighbors": "AS lists are not modelled", "as-path-origins": "AS lists are not modelled",
    "as-path-transits": "AS lists are not modelled", "as-path-unique-count": "counts of AS numbers are not modelled",
    "community-count": "counts of communities are not modelled", "metric2": "metric2 is not modelled",
    "preference": "matching preferences is not modelled", "route-distinguisher": "route distinguishers are not matched",
    "source-address-filter": "multicast is not modelled", "aggregate-contributor": "contributors are not marked",
    "nexthop-weight": "weights are not modelled", "state": "the state of a route is not modelled",
    "evpn-tag": "EVPN is not modelled", "mac-filter-list": "EVPN is not modelled", "rtf-prefix-list": "not modelled",
    "traffic-engineering": "not modelled", "programmed": "not modelled", "tag2": "tag2 is not modelled",
    "bgp-output-queue-priority": "not modelled", "evpn-mac-route": "not modelled", "nlri-route-type": "not modelled",
}  # fmt: skip


def read(reading: Reading, section: Node | None) -> None:
    """Fill the draft with every policy statement."""
    for node in (section["policy-statement"] if section is not None else None) or ():
        reading.draft.policies[node.word] = _statement(reading, node)


def _statement(reading: Reading, node: Node) -> RoutePolicy:
    reading.done(node)
    terms = []
    for each in node["term"] or ():
        reading.done(each)
        terms.append(_term(reading, each, each.word, node.word))
    if node["from"] is not None or node["to"] is not None or node["then"] is not None:
        terms.append(_term(reading, node, "", node.word))
    reading.done(node["term"])
    default = Outcome.NEXT_POLICY
    reading.rest(node, ("term", "from", "to", "then"), {"defaults": "", "dynamic-db": ""})
    return RoutePolicy(node.word, tuple(terms), reading.source(node), default)


def _term(reading: Reading, node: Node, name: str, policy: str) -> Term:
    parts: list[Condition] = []
    if node["from"] is not None:
        parts.extend(_from(reading, node["from"]))
    if node["to"] is not None:
        parts.extend(_to(reading, node["to"]))
    then = node["then"]
    condition = parts[0] if len(parts) == 1 else All(tuple(parts))
    if name:
        reading.rest(node, ("from", "to", "then"), {})
    made = actions(reading, then) if then is not None else ()
    return Term(name, condition, made, outcome(reading, then), reading.source(node))


# ------------------------------------------------------------------------------------------------------- from


def _from(reading: Reading, node: Node) -> list[Condition]:
    reading.done(node)
    parts: list[Condition] = []
    prefixes = _prefixes(reading, node)
    if prefixes is not None:
        parts.append(prefixes)
    for child in node:
        if child.word in _PREFIX_WORDS and child.word not in _OPAQUE:
            continue
        read_one = _CONDITIONS.get(child.word)
        if read_one is not None:
            reading.done(child, *child)
            parts.append(read_one(reading, child))
        elif child.word in _OPAQUE:
            reading.not_modelled(child, _OPAQUE[child.word])
            parts.append(Opaque(f"{child.word} {' '.join(child.words)}"))
        elif child.word not in {"apply-groups", "apply-groups-except"}:
            parts.append(Opaque(f"{child.word} {' '.join(child.words)}"))
    return parts


def _to(reading: Reading, node: Node) -> list[Condition]:
    """`to` looks at where the route goes; the neighbour and the table are modelled."""
    reading.done(node)
    parts: list[Condition] = []
    for child in node:
        if child.word in {"neighbor", "rib"}:
            reading.done(child, *child)
            parts.append(_CONDITIONS[child.word](reading, child))
        else:
            reading.not_modelled(child, "where a route goes is not modelled beyond the neighbour")
            parts.append(Opaque(f"to {child.word} {' '.join(child.words)}"))
    return parts


def _any(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Any(tuple(parts))


def _protocol(reading: Reading, node: Node) -> Condition:
    return MatchProtocol(frozenset(_PROTOCOLS.get(word, word) for word in node.words))


def _community(reading: Reading, node: Node) -> Condition:
    parts: list[Condition] = []
    for each in node:
        reading.refer("community-list", each.word, each, "from community")
        held = [kind for kind, name in reading.draft.community_lists if name == each.word]
        kinds = held or ["standard"]
        matches = tuple(MatchCommunity((each.word,), kind) for kind in kinds)
        members = reading.tree.root.at("policy-options", "community", each.word, "members")
        alone = members is not None and len(members.children) == 1  # one expression over several kinds
        parts.append(matches[0] if len(matches) == 1 else Any(matches) if alone else All(matches))
    return _any(parts)


def _as_path(reading: Reading, node: Node) -> Condition:
    for each in node:
        reading.refer("as-path-list", each.word, each, f"from {node.word}")
    return MatchAsPath(node.words)


def _neighbor(reading: Reading, node: Node) -> Condition:
    return MatchPeer(tuple(found for each in node if (found := reading.address(each)) is not None))


def _next_hop(reading: Reading, node: Node) -> Condition:
    return MatchNextHop(addresses=tuple(found for each in node if (found := reading.address(each)) is not None))


def _interface(reading: Reading, node: Node) -> Condition:
    return MatchInterface(tuple(word if "." in word else f"{word}.0" for word in node.words))


def _numbers(node: Node) -> list[int]:
    return [int(word) for word in node.words if word.isdecimal() and len(word) < 20]


def _tag(reading: Reading, node: Node) -> Condition:
    return MatchTag(frozenset(_numbers(node)))


def _metric(reading: Reading, node: Node) -> Condition:
    return _any([MatchMetric(value, value) for value in _numbers(node)])


def _local_preference(reading: Reading, node: Node) -> Condition:
    return _any([MatchLocalPreference(value, value) for value in _numbers(node)])


def _origin(reading: Reading, node: Node) -> Condition:
    return _any([MatchOrigin(_ORIGINS[word]) for word in node.words if word in _ORIGINS])


def _family(reading: Reading, node: Node) -> Condition:
    known = {"inet": 4, "inet6": 6}
    return _any([MatchFamily(known[word]) if word in known else Any() for word in node.words])


def _rib(reading: Reading, node: Node) -> Condition:
    """A table by its name: of which IP version; which instance is left to where the policy is used."""
    return _any([MatchFamily(6 if ".inet6." in f".{word}" else 4) for word in node.words])


def _route_type(reading: Reading, node: Node) -> Condition:
    return MatchRouteType(frozenset(node.words))


def _external(reading: Reading, node: Node) -> Condition:
    kinds = reading.values(node, "type")
    wanted = frozenset(f"type-{kind}" for kind in kinds) or frozenset({"type-1", "type-2", "external"})
    return All((MatchProtocol(frozenset({"ospf"})), MatchRouteType(wanted)))


def _policy(reading: Reading, node: Node) -> Condition:
    """Policies called, whose changes stay (Junos "Configuring Subroutines"), and expressions of them."""
    return _any([policy_expression.called(reading, each, "from policy") for each in node])


def _condition(reading: Reading, node: Node) -> Condition:
    """`if-route-exists PREFIX` with its table; more than that is taken as met."""
    parts = []
    for each in node:
        reading.refer("condition", each.word, each, "from condition")
        parts.append(policy_lists.condition(reading, each.word))
    return _any(parts)


def _rpki(reading: Reading, node: Node) -> Condition:
    states = {"valid": "valid", "invalid": "invalid", "unknown": "not-found", "unverified": "not-found"}
    return _any([MatchRpki(states.get(word, word)) for word in node.words])


def _path_length(reading: Reading, node: Node) -> Condition:
    found: list[Condition] = []
    for each in node:
        if each.word.isdecimal():
            number = int(each.word)
            how = each.words[0] if each.children else "equal"
            reading.all_done(each)
            low = number if how in {"equal", "orhigher"} else 0
            found.append(MatchAsPathLength(low, number if how in {"equal", "orlower"} else 1 << 16))
    return _any(found)


_CONDITIONS: Mapping[str, Callable[[Reading, Node], Condition]] = {
    "protocol": _protocol,
    "community": _community,
    "as-path": _as_path,
    "as-path-group": _as_path,
    "neighbor": _neighbor,
    "next-hop": _next_hop,
    "interface": _interface,
    "tag": _tag,
    "metric": _metric,
    "local-preference": _local_preference,
    "origin": _origin,
    "family": _family,
    "rib": _rib,
    "route-type": _route_type,
    "external": _external,
    "policy": _policy,
    "condition": _condition,
    "validation-database": _rpki,
    "as-path-calc-length": _path_length,
}


# ---------------------------------------------------------------------------------------------------- prefixes


def _prefixes(reading: Reading, node: Node) -> Condition | None:
    """Prefix lists and route filters of a term: alternatives of each other."""
    parts: list[Condition] = []
    for each in node["prefix-list"] or ():
        reading.all_done(each)
        _refer_list(reading, each, "from prefix-list")
        parts.extend(MatchPrefixList((each.word,), version) for version in (4, 6))
    for each in node["prefix-list-filter"] or ():
        parts.append(_list_filter(reading, each))
    filters = node["route-filter"]
    if filters is not None:
        parts.append(_route_filters(reading, filters))
    reading.done(node["prefix-list"], node["prefix-list-filter"])
    return _any(parts) if parts else None


def _refer_list(reading: Reading, node: Node, usage: str) -> None:
    reading.refer("prefix-list", node.word, node, usage, 4)
    reading.refer("prefix-list", node.word, node, usage, 6)


def _list_filter(reading: Reading, node: Node) -> Condition:
    reading.all_done(node)
    _refer_list(reading, node, "from prefix-list-filter")
    how = next((word for word in node.words if word in _RANGES), "exact")
    if how == "exact":
        return Any(tuple(MatchPrefixList((node.word,), version) for version in (4, 6)))
    found = (ranged(prefix, how) for prefix in listed(reading, node.word))
    return MatchPrefixRanges(tuple(each for each in found if each is not None))


def _route_filters(reading: Reading, node: Node) -> Condition:
    """All route filters of a term: of those whose prefix holds the route, the longest alone is asked."""
    reading.done(node)
    held: dict[Prefix, list[PrefixRange]] = {}
    for each in node:
        prefix = reading.prefix(each)
        if prefix is None:
            continue
        reading.done(each)
        held.setdefault(prefix, []).extend(_ranges(reading, each, prefix))
    plain: list[PrefixRange] = []
    parts: list[Condition] = []
    for prefix, ranges in held.items():
        inner = tuple(other for other in held if other != prefix and prefix.covers(other))
        if not inner:
            plain.extend(ranges)
        else:
            hidden = MatchPrefixRanges(tuple(PrefixRange(p, p.length, WIDTH[p.version]) for p in inner))
            parts.append(All((MatchPrefixRanges(tuple(ranges)), Not(hidden))))
    if plain or not parts:
        parts.insert(0, MatchPrefixRanges(tuple(plain)))
    return _any(parts)


def _ranges(reading: Reading, node: Node, prefix: Prefix) -> list[PrefixRange]:
    """The ranges of one route filter; several ways of matching one prefix are alternatives."""
    found: list[PrefixRange] = []
    for child in node or ():
        if child.word in _RANGES:
            found.extend(_range(reading, child, prefix))
        elif child.word not in {"apply-groups"}:
            reading.partial(child, "actions of a single route filter are not modelled")
    if not any(word in _RANGES for word in node.words):
        found.append(PrefixRange(prefix, prefix.length, prefix.length))
    return found


def _range(reading: Reading, node: Node, prefix: Prefix) -> list[PrefixRange]:
    reading.all_done(node)
    width = WIDTH[prefix.version]
    argument = node.words[0] if node.children else ""
    if node.word in {"exact", "longer", "orlonger"}:
        if node.children:
            reading.partial(next(iter(node)), "actions of a single route filter are not modelled")
        made = ranged(prefix, node.word)
        return [made] if made is not None else []
    if node.word == "upto" and argument.lstrip("/").isdecimal():
        return [PrefixRange(prefix, prefix.length, min(width, int(argument.lstrip("/"))))]
    if node.word == "prefix-length-range":
        low, _, high = argument.replace("/", "").partition("-")
        if low.isdecimal() and high.isdecimal():
            return [PrefixRange(prefix, max(prefix.length, int(low)), min(width, int(high)))]
    if node.word == "through":
        return _through(reading, node, prefix, argument)
    reading.partial(node, f"{node.word} is not modelled: the filter matches nothing")
    return []


def _through(reading: Reading, node: Node, prefix: Prefix, argument: str) -> list[PrefixRange]:
    """Every prefix on the way from the one down to the other."""
    try:
        end = parse_prefix(argument)
    except ValueError:
        reading.wrong(node, f"{argument} is no prefix")
        return []
    if not prefix.covers(end):
        return []
    return [
        PrefixRange(prefix_of(end.first, length), length, length) for length in range(prefix.length, end.length + 1)
    ]
