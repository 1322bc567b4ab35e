"""What the lines of a change name: matches that were added to a term, entries that were added to a list.

A list is looked at with the entries that it had; what is accepted only with its new ones is what these name.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any as Anything

from guard.model.acl import Acl
from guard.model.address import Prefix
from guard.model.device import Device, Vendor
from guard.model.policy import (
    All,
    Any,
    Condition,
    MatchAcl,
    MatchAsPath,
    MatchCommunity,
    MatchFamily,
    MatchNextHop,
    MatchPeer,
    MatchPolicy,
    MatchPrefixList,
    MatchPrefixRanges,
    MatchProtocol,
    Opaque,
    Outcome,
    PrefixListEntry,
    PrefixRange,
    RoutePolicy,
    Term,
    leaves,
)
from guard.model.provenance import Source
from guard.simulate.accepted.open_evaluator import UNKNOWN, Asked, OpenEvaluator
from guard.simulate.accepted.space import Chain, Newly, terms_of
from guard.simulate.accepted.text_space import AS_PATHS, Undecidable, find_text
from guard.simulate.policy.evaluator import RouteView

Key = tuple[str, Hashable]
_NOWHERE = Source("", 0, 0)


class Lines:
    """What was added between two chains. `shortest`: entries of fewer bits that take more-specifics name nothing."""

    def __init__(self, before: Chain, after: Chain, shortest: int) -> None:
        self.before, self.after, self._shortest = before, after, shortest
        self._owners = {id(term): name for name in _called(after) for term in after.device.policies[name].terms}
        self._were = frozenset(_called(before))
        self._asking = OpenEvaluator(after.device)

    # ------------------------------------------------------------------------------------------------ terms

    def policy_of(self, term: Term) -> str:
        return self._owners[id(term)]

    def old_term(self, term: Term) -> Term | None:
        """The term as it was, where its policy was asked before."""
        policy = self._old_policy(term)
        return same_term(self.after.device, policy, term) if policy is not None else None

    def _old_policy(self, term: Term) -> RoutePolicy | None:
        name = self.policy_of(term)
        return self.before.device.policies.get(name) if name in self._were else None

    def named(self, newly: Newly) -> bool:
        """Whether a match that was added holds for the route."""
        if any(self._filter_names(each, newly.prefix) for each in self._added_filters):
            return True
        return any(self._term_names(term, newly) for term in newly.terms)

    @cached_property
    def _added_filters(self) -> tuple[str, ...]:
        were = {each.name for each in self.before.filters}
        return tuple(each.name for each in self.after.filters if each.name not in were and each.kind == "prefix-list")

    def _filter_names(self, name: str, prefix: Prefix) -> bool:
        entry = _deciding(self.after.device, self.after.version, name, prefix)
        return entry is not None and entry.permit and not self._short(entry.range)

    def _term_names(self, term: Term, newly: Newly) -> bool:
        policy, old = self._old_policy(term), self.old_term(term)
        if self.after.device.vendor is Vendor.IOSXR and policy is not None:
            were = {leaf for each in policy.terms for leaf in leaves(each.condition)}  # its terms have no names
        else:
            were = set(leaves(old.condition)) if old is not None else set()
        return any(self._names(leaf, were, newly) for leaf in _positive(term.condition) if leaf not in were)

    def _names(self, leaf: Condition, were: set[Condition], newly: Newly) -> bool:
        """Whether an added match holds, and says more than \"everything\"."""
        device, prefix = self.after.device, newly.prefix
        match leaf:
            case MatchPrefixList(names, version):
                entries = [_deciding(device, version, name, prefix) for name in names]
                return any(each is not None and each.permit and not self._short(each.range) for each in entries)
            case MatchPrefixRanges(ranges):
                old = {one for each in were if isinstance(each, MatchPrefixRanges) for one in each.ranges}
                return any(one.matches(prefix) and one not in old and not self._short(one) for one in ranges)
            case MatchAcl(names, version):
                held = (device.acls.get((version, name)) or device.acls.get((0, name)) for name in names)
                return any(self._acl_names(acl) for acl in held if acl is not None) and self._holds(leaf, newly)
            case MatchPolicy() | MatchFamily():
                return False
            case MatchProtocol():
                return newly.protocol != "bgp"
            case MatchAsPath(names):
                return self._holds(leaf, newly) and not any(_takes_all_paths(device, name) for name in names)
            case Opaque():
                return True
        return self._holds(leaf, newly)

    def _acl_names(self, acl: Acl) -> bool:
        bits = 32 if acl.version == 4 else 128
        wild = [each.mask.bit_count() for line in acl.lines if line.permit for each in line.sources]
        return bool(wild) and all(bits - each >= self._shortest for each in wild)

    def _holds(self, leaf: Condition, newly: Newly) -> bool:
        self._asking.answers = dict(newly.answers)
        view = RouteView(newly.prefix, UNKNOWN, protocol=newly.protocol, peer=self.after.peer)
        try:
            return self._asking.holds(leaf, view)
        except Asked:
            return False

    # ------------------------------------------------------------------------------------------------ entries

    def _short(self, range: PrefixRange) -> bool:
        return range.prefix.length < self._shortest and range.high > range.prefix.length

    def short_entry(self, prefix: Prefix) -> tuple[str, PrefixListEntry] | None:
        """The added entry of a list that decides about a prefix, if it is too short to name it."""
        for name, added in self._added_short.items():
            entry = _deciding(self.after.device, self.after.version, name, prefix)
            if entry is not None and (entry.permit, entry.range) in added:
                return name, entry
        return None

    def marks(self, prefix: Prefix) -> Hashable:
        """Prefixes that differ in this are asked about one by one."""
        if not self._added_short and not self._added_filters:
            return None
        named = tuple(self._filter_names(each, prefix) for each in self._added_filters)
        return self.short_entry(prefix) is not None, named

    @property
    def has_short(self) -> bool:
        """Whether some added entry is too short to name what it takes."""
        return bool(self._added_short)

    @cached_property
    def _added_short(self) -> Mapping[str, frozenset[tuple[bool, PrefixRange]]]:
        found = {}
        version = self.after.version
        names = [str(key[1]) for kind, key in lists_of(self.after) if kind == "prefix" and isinstance(key, tuple)]
        for name in sorted(set(names)):
            added = _entries(self.after.device, version, name) - _entries(self.before.device, version, name)
            short = frozenset(each for each in added if self._short(each[1]))
            if short:
                found[name] = short
        return found


def _entries(device: Device, version: int, name: str) -> frozenset[tuple[bool, PrefixRange]]:
    listed = device.prefix_lists.get((version, name))
    return frozenset((each.permit, each.range) for each in (listed.entries if listed is not None else ()))


def _deciding(device: Device, version: int, name: str, prefix: Prefix) -> PrefixListEntry | None:
    listed = device.prefix_lists.get((version, name))
    entries = listed.entries if listed is not None else ()
    return next((each for each in entries if each.range.matches(prefix)), None)


def _takes_all_paths(device: Device, name: str) -> bool:
    """Whether a list has an entry that every AS path matches."""
    listed = device.as_path_lists.get(name)
    for entry in listed.entries if listed is not None else ():
        try:
            if entry.permit and find_text(frozenset({AS_PATHS}), frozenset({entry.pattern})) is None:
                return True
        except Undecidable:
            continue
    return False


# ------------------------------------------------------------------------------------------------ policies


def matchless(condition: Condition) -> bool:
    return isinstance(condition, All) and all(matchless(part) for part in condition.parts)


def same_term(device: Device, policy: RoutePolicy, term: Term) -> Term | None:
    """The term of another version of a policy: by name; on XR, whose terms have none, by outcome and matches."""
    if device.vendor is not Vendor.IOSXR:
        return next((each for each in policy.terms if each.name == term.name), None)
    wanted = (term.outcome, tuple(_positive(term.condition)))
    return next((each for each in policy.terms if (each.outcome, tuple(_positive(each.condition))) == wanted), None)


def _positive(condition: Condition) -> Iterator[Condition]:
    """Matches that must hold, not those that must not."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _positive(part)
        case _:
            yield from (leaf for leaf in leaves(condition) if leaf is condition)


def _called(chain: Chain) -> Iterator[str]:
    """Names of the policies of a chain, and of those that they call."""
    todo, seen = list(chain.policies), set[str]()
    while todo:
        name = todo.pop()
        policy = chain.device.policies.get(name)
        if name in seen or policy is None:
            continue
        seen.add(name)
        yield name
        for term in policy.terms:
            todo += _calls(term)


# ------------------------------------------------------------------------------------------------ meaning


def meaning(chain: Chain) -> Hashable:
    """All that decides what a chain accepts, without the places that it stands at: equal means equal sets."""
    read = [(name, chain.device.policies[name]) for name in sorted(_called(chain))]
    calls = any(True for _, policy in read for term in policy.terms for _ in _calls(term))
    told = _term if calls else _final_term
    policies = tuple((name, policy.default, tuple(map(told, policy.terms))) for name, policy in read)
    lists = tuple((key, _content(chain.device, key)) for key in sorted(lists_of(chain), key=repr))
    return chain[1:], policies, lists


def _term(term: Term) -> Hashable:
    return term.name, term.condition, term.actions, term.outcome, term.goto


def _calls(term: Term) -> Iterator[str]:
    """Names of the policies that a term calls."""
    return (leaf.name for leaf in leaves(term.condition) if isinstance(leaf, MatchPolicy))


def _final_term(term: Term) -> Hashable:
    """The same where no policy calls another: what the last word on a route sets, no later match can see."""
    ends = term.goto is None and term.outcome in (Outcome.ACCEPT, Outcome.REJECT)
    return (term.name, term.condition, (), term.outcome, None) if ends else _term(term)


def lists_of(chain: Chain) -> frozenset[Key]:
    """The lists that a chain looks at, by kind and key."""
    found: set[Key] = set()
    for each in chain.filters:
        kind = {"prefix-list": "prefix", "distribute-list": "acl"}.get(each.kind, "path")
        found.add((kind, each.name if kind == "path" else (chain.version, each.name)))
    for term in terms_of(chain.device, chain.policies):
        for leaf in leaves(term.condition):
            found |= set(_lists_of_leaf(leaf))
        for action in term.actions:
            name = getattr(action, "list_name", None)
            if name is not None:
                found.add(("community", (getattr(action, "kind", "standard"), name)))
    return frozenset(found)


def _lists_of_leaf(leaf: Condition) -> Iterator[Key]:
    match leaf:
        case MatchPrefixList(names, version):
            yield from (("prefix", (version, name)) for name in names)
        case MatchAcl(names, version):
            yield from (("acl", (version, name)) for name in names)
        case MatchAsPath(names):
            yield from (("path", name) for name in names)
        case MatchCommunity():
            yield from (("community", (leaf.kind, name)) for name in leaf.names)
        case MatchNextHop() | MatchPeer():
            yield from (("prefix", (version, name)) for name in leaf.prefix_lists for version in (4, 6))
            yield from (("acl", (version, name)) for name in leaf.acls for version in (4, 6))


def _content(device: Device, key: Key) -> Hashable:
    """What a list says; None where it is not there."""
    kind, name = key
    held: Anything = _table(device, kind).get(name)
    if kind == "acl" and held is None and isinstance(name, tuple):
        held = device.acls.get((0, name[1]))
    if held is None:
        return None
    if kind == "acl":
        return tuple((line.permit, line.sources, line.destinations) for line in held.lines)
    return tuple(replace(entry, source=_NOWHERE) for entry in held.entries)


def _table(device: Device, kind: str) -> Mapping[Anything, Anything]:
    tables: Mapping[str, Mapping[Anything, Anything]] = {
        "prefix": device.prefix_lists, "acl": device.acls, "path": device.as_path_lists,
        "community": device.community_lists,
    }  # fmt: skip
    return tables[kind]


def with_lists_of(before: Chain, after: Chain) -> Device:
    """The new device with its lists as they were; what was emptied or is gone stays so, a list that is new comes."""
    asked = lists_of(before)
    new = after.device
    found: dict[str, dict[Anything, Anything]] = {}
    for kind in ("prefix", "path", "community", "acl"):
        olds, held = _table(before.device, kind), dict(_table(new, kind))
        for key in [key for key, now in held.items() if _filled(now)]:
            if key in olds:
                held[key] = olds[key]
            elif (kind, key) in asked:
                del held[key]  # a list that was looked at before it was there
        found[kind] = held
    return replace(
        new,
        prefix_lists=found["prefix"],
        as_path_lists=found["path"],
        community_lists=found["community"],
        acls=found["acl"],
    )


def _filled(listed: Anything) -> bool:
    return bool(listed.lines if isinstance(listed, Acl) else listed.entries)
