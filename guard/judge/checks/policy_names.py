"""The parts of a routing policy that judging looks at: its conditions, flattened, and the names that they use."""

from __future__ import annotations

from collections.abc import Iterator

from guard.model.device import Device
from guard.model.policy import (
    All,
    Any,
    Condition,
    MatchAcl,
    MatchAsPath,
    MatchCommunity,
    MatchNextHop,
    MatchPeer,
    MatchPolicy,
    MatchPrefixList,
    Not,
    RoutePolicy,
)


def leaves(condition: Condition) -> Iterator[Condition]:
    """The single matches of a condition, whatever connects them."""
    match condition:
        case All() | Any():
            for part in condition.parts:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.part)
        case _:
            yield condition


def names_used(device: Device, policy: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of all lists and policies that a policy looks at, called policies included."""
    found = device.policies.get(policy)
    if found is None or policy in seen:
        return frozenset()
    return frozenset(_names(device, found, seen | {policy}))


def _names(device: Device, policy: RoutePolicy, seen: frozenset[str]) -> Iterator[str]:
    for term in policy.terms:
        for leaf in leaves(term.condition):
            match leaf:
                case MatchPrefixList() | MatchAcl() | MatchAsPath() | MatchCommunity():
                    yield from leaf.names
                case MatchNextHop() | MatchPeer():
                    yield from (*leaf.prefix_lists, *leaf.acls)
                case MatchPolicy():
                    yield leaf.name
                    yield from names_used(device, leaf.name, seen)
                case _:
                    continue
