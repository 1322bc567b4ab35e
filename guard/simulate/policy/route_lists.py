"""The lists that policies look at, made ready for matching: prefix-lists, ACLs on routes, AS-path and community lists.

Law: first matching entry decides, none is a deny; what a list that is not defined means is the caller's question.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from guard.model.acl import Acl, AclLine, Wildcard
from guard.model.address import WIDTH, Prefix
from guard.model.bgp import AsPath, as_path_text
from guard.model.policy import AsPathList, CommunityList, CommunityListEntry, PrefixList

PrefixTest = Callable[[Prefix], bool]


def prefix_list_test(prefix_list: PrefixList) -> PrefixTest:
    """A function that says whether `prefix_list` permits a prefix; its cost grows with the lengths, not the entries."""
    buckets: dict[int, dict[int, list[tuple[int, int, int, bool]]]] = {}
    for order, entry in enumerate(prefix_list.entries):
        base, low, high = entry.range
        if base.version != prefix_list.version:
            continue
        shift = WIDTH[base.version] - base.length
        buckets.setdefault(base.length, {}).setdefault(base.value >> shift, []).append((order, low, high, entry.permit))
    version = prefix_list.version
    width = WIDTH[version]
    levels = sorted(buckets.items())

    def permits(prefix: Prefix) -> bool:
        if prefix.version != version:
            return False
        value, length = prefix.value, prefix.length
        best, answer = 1 << 60, False
        for base_length, bucket in levels:
            if base_length > length:
                break
            for order, low, high, permit in bucket.get(value >> (width - base_length), ()):
                if order >= best:
                    break
                if low <= length <= high:
                    best, answer = order, permit
                    break
        return answer

    return permits


def _covers(wildcards: tuple[Wildcard, ...], version: int, value: int) -> bool:
    if not wildcards:
        return True
    return any(w.version == version and (w.value ^ value) & ~w.mask == 0 for w in wildcards)


def _line_holds(line: AclLine, prefix: Prefix, standard: bool) -> bool:
    """Standard: the network address. Extended on IOS: source is the network, destination its mask."""
    if not _covers(line.sources, prefix.version, prefix.value):
        return False
    if standard or not line.destinations:
        return True
    width = WIDTH[prefix.version]
    mask = ((1 << prefix.length) - 1) << (width - prefix.length)
    return _covers(line.destinations, prefix.version, mask)


def acl_test(acl: Acl) -> PrefixTest:
    """A function that says whether `acl`, used on routes, permits a prefix."""

    def permits(prefix: Prefix) -> bool:
        if acl.version not in (0, prefix.version):
            return False
        for line in acl.lines:
            if _line_holds(line, prefix, acl.standard):
                return line.permit
        return acl.default_permit

    return permits


def as_path_test(as_path_list: AsPathList) -> Callable[[AsPath], bool]:
    """A function that says whether `as_path_list` permits a path, as routers print it."""
    entries = [(re.compile(entry.pattern), entry.permit) for entry in as_path_list.entries]

    def permits(path: AsPath) -> bool:
        text = as_path_text(path)
        for pattern, permit in entries:
            if pattern.search(text):
                return permit
        return False

    return permits


def community_kind(community: str) -> str:
    """standard (`64500:1`, `no-export`), large (`1:2:3`) or extended (`rt 1:2`)."""
    if " " in community:
        return "extended"
    return "large" if community.count(":") == 2 else "standard"


def of_kind(communities: tuple[str, ...], kind: str) -> tuple[str, ...]:
    return tuple(each for each in communities if community_kind(each) == kind)


def _entry_holds(entry: CommunityListEntry, carried: tuple[str, ...], exact: bool) -> bool:
    if entry.pattern is not None:
        return re.search(entry.pattern, " ".join(carried)) is not None
    if "internet" in entry.communities and not exact:  # stands for every route (IOS ip community-list, FRR)
        return True
    if exact:
        return entry.communities == frozenset(carried)
    return entry.communities.issubset(carried)


def community_list_permits(listed: CommunityList, carried: tuple[str, ...], exact: bool = False) -> bool:
    """Whether the first entry that holds for the carried communities (of the list's kind) is a permit."""
    for entry in listed.entries:
        if _entry_holds(entry, carried, exact):
            return entry.permit
    return False


def community_list_holds(listed: CommunityList, carried: tuple[str, ...]) -> bool:
    """Whether every entry of the list holds for the carried communities (XR `matches-every`; none in an empty list)."""
    return bool(listed.entries) and all(_entry_holds(entry, carried, False) for entry in listed.entries)
