"""The parts of a routing policy that judging looks at: its conditions, flattened, and the names that they use."""

from __future__ import annotations

from collections.abc import Iterator

from guard.model.bgp import BgpNeighbor
from guard.model.device import Device
from guard.model.policy import (
    MatchAcl,
    MatchAsPath,
    MatchCommunity,
    MatchNextHop,
    MatchPeer,
    MatchPolicy,
    MatchPrefixList,
    Outcome,
    PrefixListEntry,
    RoutePolicy,
    leaves,
)
from guard.model.state import BgpSession
from guard.snapshot.snapshot import Snapshot


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


def permitted_entries(snapshot: Snapshot, end: BgpSession) -> Iterator[PrefixListEntry]:
    """Permitting entries of the prefix-lists that alone decide what this end accepts.

    A term that matches on something else as well is left out: its prefix-list does not say what it accepts.
    """
    device = snapshot.devices.get(end.node)
    neighbor = neighbor_of(device, end)
    if device is None or neighbor is None:
        return
    for family in neighbor.families:
        lists = {each.name for each in family.import_filters if each.kind == "prefix-list"}
        for policy in family.import_policies if not lists else ():
            lists |= _deciding_lists(device, policy)
        for name in sorted(lists):
            found = device.prefix_lists.get((family.version, name))
            yield from (entry for entry in (found.entries if found is not None else ()) if entry.permit)


def _deciding_lists(device: Device, policy: str) -> set[str]:
    found = device.policies.get(policy)
    names = set[str]()
    for term in found.terms if found is not None else ():
        matches = tuple(leaves(term.condition))
        if term.outcome is Outcome.ACCEPT and matches and all(isinstance(each, MatchPrefixList) for each in matches):
            names.update(name for each in matches if isinstance(each, MatchPrefixList) for name in each.names)
    return names


def neighbor_of(device: Device | None, end: BgpSession) -> BgpNeighbor | None:
    """The configuration of this end of a session."""
    name = end.key[2]
    for process in device.bgp if device is not None else ():
        if process.vrf == end.vrf:
            for neighbor in process.neighbors:
                if neighbor.session_name == name:
                    return neighbor
    return None
