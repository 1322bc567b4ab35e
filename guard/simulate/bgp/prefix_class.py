"""Prefix classes: prefixes that are born alike and that nothing in the snapshot tells apart share one fixed point.

Law: classes never change a result, only its cost; two prefixes share a class if their seeds (who originates them, with
which attributes) are equal, every list that BGP looks at answers the same for both, and neither is special (an
aggregate or a default, a part of another aggregate, an address that a next hop may be, a prefix that resolves one).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from guard.model.acl import Acl
from guard.model.address import Prefix
from guard.model.bgp import BgpProcess
from guard.model.device import Device
from guard.model.policy import (
    All,
    Any,
    Condition,
    MatchAcl,
    MatchPolicy,
    MatchPrefixList,
    MatchPrefixRanges,
    Not,
    PrefixList,
    PrefixRange,
)
from guard.simulate.policy.route_lists import acl_test

#: What a list is, whatever its name and place: equal content, equal answers.
Content = Hashable


@dataclass(frozen=True, slots=True)
class PrefixClass:
    """`first` stands for all of `prefixes`, which are sorted; `special` is what sets them apart from others."""

    special: Hashable
    prefixes: tuple[Prefix, ...]

    @property
    def first(self) -> Prefix:
        return self.prefixes[0]


def classify(
    seeds: Mapping[Prefix, Hashable], contents: Iterable[Content], special: Mapping[Prefix, Hashable]
) -> tuple[PrefixClass, ...]:
    """The classes of all prefixes of `seeds` (or of numbers for them), ordered by their first member.

    `contents` are those of `lists_of`; `special` sets prefixes apart by what makes them special.
    """
    universe = sorted(seeds)
    permitted: dict[Prefix, list[int]] = {}  # by the number of the list, which is hashed at less cost than it
    for index, content in enumerate(dict.fromkeys(contents)):
        for prefix in _permitted(content, universe, seeds):
            permitted.setdefault(prefix, []).append(index)
    interned: dict[tuple[int, ...], int] = {}
    members: dict[Hashable, list[Prefix]] = {}
    for prefix in universe:
        answers = tuple(permitted.get(prefix, ()))
        number = interned.setdefault(answers, len(interned))
        bucket = (prefix.version, seeds[prefix], special.get(prefix), number)
        members.setdefault(bucket, []).append(prefix)
    classes = (PrefixClass(special.get(held[0]), tuple(held)) for held in members.values())
    return tuple(sorted(classes, key=lambda each: each.first))


def _permitted(content: Content, universe: list[Prefix], seeds: Mapping[Prefix, Hashable]) -> Iterator[Prefix]:
    """The prefixes of the universe that the list permits; its cost grows with the matches, not with the product."""
    match content:
        case ("prefix-list", int(), tuple() as entries):
            decided: set[Prefix] = set()
            for permit, span in entries:
                for prefix in _within(span, universe, seeds):
                    if prefix not in decided:
                        decided.add(prefix)
                        if permit:
                            yield prefix
        case ("acl", _Same(value=Acl() as acl)):
            permits = acl_test(acl)
            yield from (prefix for prefix in universe if permits(prefix))
        case ("range", PrefixRange() as span):
            yield from _within(span, universe, seeds)


def _within(span: PrefixRange, universe: list[Prefix], seeds: Mapping[Prefix, Hashable]) -> Iterator[Prefix]:
    base, low, high = span
    if low == high == base.length:
        if base in seeds:
            yield base
        return
    last = base.last
    start = bisect_left(universe, base)
    end = bisect_left(universe, (base.version, last.value, 129))
    for prefix in universe[start:end]:
        if low <= prefix.length <= high:
            yield prefix


class _Same:
    """Wraps a list that is compared by what it holds apart from where it stands."""

    __match_args__ = ("value",)
    __slots__ = ("_key", "value")

    def __init__(self, value: Acl) -> None:
        self.value = value
        lines = tuple((line.permit, line.sources, line.destinations, line.opaque) for line in value.lines)
        self._key = (value.version, value.standard, value.default_permit, lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


# ------------------------------------------------------------------------------------------- lists in use


def lists_of(device: Device, process: BgpProcess) -> tuple[Content, ...]:
    """The contents of all lists that this process's policies and filters may look at, sorted by name."""
    found: dict[Content, None] = {}
    policies: dict[str, None] = {}
    before_install = (each.policy for each in device.install_policies)
    for name in (*_policies_used(process), *before_install):
        _collect_policies(device, name, policies)
    for name in policies:
        policy = device.policies[name]
        for term in policy.terms:
            for content in _of_condition(device, term.condition):
                found[content] = None
    for kind, name in _filters_used(process):
        for version in (4, 6):
            if kind == "prefix-list" and (version, name) in device.prefix_lists:
                found[content_of(device.prefix_lists[(version, name)])] = None
            elif kind == "distribute-list" and (version, name) in device.acls:
                found[("acl", _Same(device.acls[(version, name)]))] = None
    return tuple(found)


def content_of(listed: PrefixList) -> Content:
    """What a prefix-list says, without its name and lines."""
    return ("prefix-list", listed.version, tuple((entry.permit, entry.range) for entry in listed.entries))


def _policies_used(process: BgpProcess) -> Iterator[str]:
    for neighbor in process.neighbors:
        for family in (*neighbor.families, *neighbor.overlays):
            yield from family.import_policies
            yield from family.export_policies
            yield from (family.default_originate_policy, family.unsuppress_policy)
            if family.conditional is not None:
                yield from (family.conditional.advertise_policy, family.conditional.condition_policy)
    for table in process.families:
        yield from (table.table_policy, table.import_policy, table.export_policy)
        yield from (table.evpn_import_policy, table.evpn_export_policy)
        for aggregate in table.aggregates:
            yield from (aggregate.suppress_policy, aggregate.advertise_policy)


def _filters_used(process: BgpProcess) -> Iterator[tuple[str, str]]:
    for neighbor in process.neighbors:
        for family in (*neighbor.families, *neighbor.overlays):
            for each in (*family.import_filters, *family.export_filters):
                yield each.kind, each.name
    for table in process.families:
        for _, _, acl in table.distance_rules:
            yield "distribute-list", acl


def _collect_policies(device: Device, name: str, found: dict[str, None]) -> None:
    policy = device.policies.get(name) if name else None
    if policy is None or name in found:
        return
    found[name] = None
    for term in policy.terms:
        for called in _called(term.condition):
            _collect_policies(device, called, found)


def _called(condition: Condition) -> Iterator[str]:
    match condition:
        case MatchPolicy(name, _):
            yield name
        case All(parts) | Any(parts):
            for part in parts:
                yield from _called(part)
        case Not(part):
            yield from _called(part)
        case _:
            return


def _of_condition(device: Device, condition: Condition) -> Iterator[Content]:
    match condition:
        case MatchPrefixList(names, version):
            for name in names:
                listed = device.prefix_lists.get((version, name))
                if listed is not None:
                    yield content_of(listed)
        case MatchAcl(names, version):
            for name in names:
                acl = device.acls.get((version, name)) or device.acls.get((0, name))
                if acl is not None:
                    yield ("acl", _Same(acl))
        case MatchPrefixRanges(ranges):
            for span in ranges:
                yield ("range", span)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _of_condition(device, part)
        case Not(part):
            yield from _of_condition(device, part)
        case _:
            return
