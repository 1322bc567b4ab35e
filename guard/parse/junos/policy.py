"""`policy-statement`: terms of `from`, `to` and `then` as the model's route policies.

Of several values of one condition any may hold; conditions of different kinds must all hold (prefixes: route_filters).
A statement that decides nothing leaves the route to the next policy of the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
    MatchProtocol,
    MatchRouteType,
    MatchRpki,
    MatchTag,
    Not,
    Opaque,
    Outcome,
    RoutePolicy,
    SetLevel,
    Term,
)
from guard.parse.junos import policy_expression, policy_lists, route_filters
from guard.parse.junos.policy_then import actions, outcome
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

_PROTOCOLS = {"direct": "connected", "ospf2": "ospf", "ospf3": "ospf", "ripng": "rip", "access": "access"}
_ORIGINS = {"igp": 0, "egp": 1, "incomplete": 2}
_OPAQUE = {
    "area": "the area of a route is not modelled", "instance": "the instance of a route is not modelled",
    "color": "colours are not modelled",
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
    terms: list[Term] = []
    for each in node["term"] or ():
        reading.done(each)
        terms.extend(_terms(reading, each, each.word))
    if node["from"] is not None or node["to"] is not None or node["then"] is not None:
        terms.extend(_terms(reading, node, ""))
    reading.done(node["term"])
    default = Outcome.NEXT_POLICY
    reading.rest(node, ("term", "from", "to", "then"), {"defaults": "", "dynamic-db": ""})
    return RoutePolicy(node.word, tuple(terms), reading.source(node), default)


def _terms(reading: Reading, node: Node, name: str) -> Iterator[Term]:
    """The term, and before it one for each route filter that has actions of its own: those go before its `then`."""
    conditions = node["from"]
    prefixes = route_filters.read(reading, conditions) if conditions is not None else route_filters.NONE
    parts = _from(reading, conditions) if conditions is not None else []
    if node["to"] is not None:
        parts.extend(_to(reading, node["to"]))
    if name:
        reading.rest(node, ("from", "to", "then"), {})
    for each in prefixes.special:
        condition = All((each.condition, *parts)) if parts else each.condition
        made = actions(reading, each.actions)
        yield Term(f"{name} {each.label}".strip(), condition, made, outcome(reading, each.actions), each.source)
    if prefixes.general is not None:
        parts.insert(0, prefixes.general)
    then = node["then"]
    condition = parts[0] if len(parts) == 1 else All(tuple(parts))
    made = (*_levels(node["to"]), *(actions(reading, then) if then is not None else ()))
    yield Term(name, condition, made, outcome(reading, then), reading.source(node))


# ------------------------------------------------------------------------------------------------------- from


def _from(reading: Reading, node: Node) -> list[Condition]:
    reading.done(node)
    parts: list[Condition] = []
    for child in node:
        if child.word in route_filters.WORDS:
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
        elif child.word == "level" and child.words in {("1",), ("2",)}:
            reading.done(child, *child)
            # A route of IS-IS goes to the other level than its own; others where _levels says.
            own = MatchRouteType(frozenset({"level-2" if child.words == ("1",) else "level-1"}))
            parts.append(Any((own, Not(MatchProtocol(frozenset({"isis"}))))))
        else:
            reading.not_modelled(child, "where a route goes is not modelled beyond the neighbour")
            parts.append(Opaque(f"to {child.word} {' '.join(child.words)}"))
    return parts


def _levels(node: Node | None) -> tuple[SetLevel, ...]:
    """`to level N`: what is redistributed into IS-IS goes into that level."""
    held = node["level"] if node is not None else None
    return tuple(SetLevel(f"level-{word}") for word in (held.words if held is not None else ()) if word in {"1", "2"})


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


def _level(reading: Reading, node: Node) -> Condition:
    return MatchRouteType(frozenset(f"level-{word}" for word in node.words))


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
    "level": _level,
    "policy": _policy,
    "condition": _condition,
    "validation-database": _rpki,
    "as-path-calc-length": _path_length,
}
