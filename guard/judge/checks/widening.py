"""Routing policies that let more through than the lines of the change say.

Exact for the cases listed in the check; it does not compare the sets of routes that two policies accept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.checks.policy_names import leaves, names_used
from guard.judge.finding import Observation
from guard.model.bgp import BgpNeighbor, NeighborFamily
from guard.model.device import Device
from guard.model.policy import (
    All,
    Condition,
    MatchAsPath,
    MatchCommunity,
    MatchPrefixList,
    Outcome,
    PrefixList,
    RoutePolicy,
    Term,
)
from guard.model.provenance import Source

_TAKES = (Outcome.ACCEPT, Outcome.NEXT_TERM)


class Said(NamedTuple):
    """What became wider: the policy or list, in which term, why, and where it stands."""

    subject: str
    term: str
    why: str
    source: Source


def policy_widened(case: Case, step: StepView, params: Parameters) -> Observations:
    """The policy of a session or redistribution that was there before now accepts routes that no added line names.

    A term lost a match; a term that accepts without a match is new, or stands in the policy that is bound instead; a
    list that a term looks at is empty or no longer defined; an added entry is shorter than /8 (IPv6 /16) and takes
    more-specifics; a term that was matched stands behind one that takes all. A new external session counts only if its
    import policy has no match.
    Breaks: everything that the policy kept out comes in, often with the preference meant for a few.
    Example: `no match ip address prefix-list SITE-LOCAL` in a term that sets local-preference 200 and accepts.
    Source: Cloudflare, 17 July 2020.
    """
    for name in sorted(step.delta.devices.turns):
        old, new = case.base.snapshot.devices.get(name), step.snapshot.devices.get(name)
        if new is None:
            continue
        if old is not None:
            for said in dict.fromkeys(_wider(old, new, params)):
                yield _observed(name, said)
        yield from _new_sessions(old, new, step)


def _observed(device: str, said: Said) -> Observation:
    term = f" term {said.term}" if said.term else ""
    return Observation(
        f"{device}: {said.subject}{term} {said.why}",
        subjects=(device, said.subject, said.term) if said.term else (device, said.subject),
        evidence=(f"{said.source}: {said.subject}{term} {said.why}",),
        key=f"{device} {said.subject} {said.term} {said.why}",
        group=f"{device} {said.subject}",
        main=(device, said.subject),
    )


def _wider(old: Device, new: Device, params: Parameters) -> Iterator[Said]:
    both = _bound(old) & _bound(new)
    used = {called for name in both for called in (name, *names_used(new, name), *names_used(old, name))}
    for name in sorted(used):
        before, after = old.policies.get(name), new.policies.get(name)
        if before is not None and after is not None and before != after:
            yield from _terms(before, after)
        if before is not None:
            yield from _lists(old, new, before)
    lists = used | _list_filters(old) & _list_filters(new)
    for key, after_list in sorted(new.prefix_lists.items()):
        before_list = old.prefix_lists.get(key)
        if before_list is not None and before_list != after_list and key[1] in lists:
            yield from _entries(before_list, after_list, params)
    yield from _rebound(old, new)


def _rebound(old: Device, new: Device) -> Iterator[Said]:
    """Another policy stands where one that took by match alone stood, and it accepts without a match."""
    were = dict(_places(old))
    for place, names in _places(new):
        before = were.get(place, ())
        if before == names or not (before and names) or not _by_match(old, before):
            continue
        for name in names:
            policy = new.policies.get(name)
            for term in policy.terms if policy is not None and name not in before else ():
                if term.outcome is Outcome.ACCEPT and _matchless(term.condition):
                    yield Said(name, term.name, f"accepts without a match, and is now that of {place}", term.source)


def _places(device: Device) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where policies are bound, as text, and their names."""
    for (node, _, peer), neighbor in _neighbors(device):
        for family in neighbor.families:
            yield f"session {node} -> {peer} IPv{family.version} in", family.import_policies
            yield f"session {node} -> {peer} IPv{family.version} out", family.export_policies
    for process in device.bgp:
        for each in process.families:
            for one in each.redistributions:
                yield f"redistribution of {one.protocol} into BGP IPv{each.version}", (one.policy,)
    for ospf in device.ospf:
        for one in ospf.redistributions:
            yield f"redistribution of {one.protocol} into OSPF {ospf.process}", (one.policy,)


def _by_match(device: Device, names: tuple[str, ...]) -> bool:
    """Whether these policies are defined, and none of them accepts what it does not match."""
    policies = [device.policies.get(name) for name in names]
    return all(
        policy is not None and not any(t.outcome is Outcome.ACCEPT and _matchless(t.condition) for t in policy.terms)
        for policy in policies
    )


def _bound(device: Device) -> frozenset[str]:
    """Policies that some session or redistribution of the device uses."""
    found = set[str]()
    for process in device.bgp:
        for neighbor in process.neighbors:
            for family in neighbor.families:
                found.update(family.import_policies, family.export_policies)
        for each in process.families:
            found.update(one.policy for one in each.redistributions)
    for ospf in device.ospf:
        found.update(one.policy for one in ospf.redistributions)
    for isis in device.isis:
        found.update(one.policy for _, one in isis.redistributions)
    return frozenset(found - {""})


def _list_filters(device: Device) -> set[str]:
    return {
        each.name
        for process in device.bgp
        for neighbor in process.neighbors
        for family in neighbor.families
        for each in (*family.import_filters, *family.export_filters)
    }


# ------------------------------------------------------------------------------------------------ terms


def _terms(before: RoutePolicy, after: RoutePolicy) -> Iterator[Said]:
    olds = {term.name: term for term in before.terms}
    for term in after.terms:
        old = olds.get(term.name)
        if term.outcome not in _TAKES:
            continue
        if old is None or old.outcome is Outcome.REJECT:
            if term.outcome is Outcome.ACCEPT and _matchless(term.condition) and not _ends_with_accept(before):
                yield Said(after.name, term.name, "accepts without a match", term.source)
        elif _lost_a_match(old.condition, term.condition):
            what = "lost its match, and takes everything" if _matchless(term.condition) else "lost a match"
            yield Said(after.name, term.name, what, term.source)
    yield from _shadowed(before, after)


def _ends_with_accept(policy: RoutePolicy) -> bool:
    """Whether what no term names was accepted already."""
    return bool(policy.terms) and policy.terms[-1].outcome is Outcome.ACCEPT and _matchless(policy.terms[-1].condition)


def _matchless(condition: Condition) -> bool:
    return isinstance(condition, All) and all(_matchless(part) for part in condition.parts)


def _lost_a_match(old: Condition, new: Condition) -> bool:
    """Whether every match that is left was there before, and some is gone."""
    olds, news = set(leaves(old)), set(leaves(new))
    return news < olds


def _shadowed(before: RoutePolicy, after: RoutePolicy) -> Iterator[Said]:
    """Terms that are still there and stand behind one that takes or rejects everything, which was not so before."""
    behind_before = set(_behind_all(before.terms))
    kept = {term.name for term in before.terms}
    for name, by in _behind_all(after.terms).items():
        if name in kept and name not in behind_before:
            term = next(each for each in after.terms if each.name == name)
            yield Said(after.name, name, f"can no longer match: term {by} takes everything", term.source)


def _behind_all(terms: tuple[Term, ...]) -> Mapping[str, str]:
    for at, term in enumerate(terms):
        if _matchless(term.condition) and term.outcome in (Outcome.ACCEPT, Outcome.REJECT) and term.goto is None:
            return {each.name: term.name for each in terms[at + 1 :]}
    return {}


# ------------------------------------------------------------------------------------------------ lists


def _lists(old: Device, new: Device, policy: RoutePolicy) -> Iterator[Said]:
    """Lists of a term that had entries, and are empty or undefined while the term still looks at them."""
    after = new.policies.get(policy.name)
    terms = {term.name: term for term in after.terms} if after is not None else {}
    for term in policy.terms:
        later = terms.get(term.name)
        now = set(leaves(later.condition)) if later is not None else set[Condition]()
        for leaf in leaves(term.condition):
            if leaf in now and later is not None:
                for name in _emptied(old, new, leaf):
                    yield Said(policy.name, term.name, f"matches on {name}, which is empty now", later.source)


def _emptied(old: Device, new: Device, leaf: Condition) -> Iterator[str]:
    match leaf:
        case MatchPrefixList():
            for name in leaf.names:
                if _filled(old.prefix_lists.get((leaf.version, name))) and not _filled(
                    new.prefix_lists.get((leaf.version, name))
                ):
                    yield f"prefix-list {name}"
        case MatchAsPath():
            for name in leaf.names:
                if name in old.as_path_lists and not (name in new.as_path_lists and new.as_path_lists[name].entries):
                    yield f"as-path list {name}"
        case MatchCommunity():
            for name in leaf.names:
                key = (leaf.kind, name)
                if key in old.community_lists and not (key in new.community_lists and new.community_lists[key].entries):
                    yield f"community-list {name}"
        case _:
            return


def _filled(found: PrefixList | None) -> bool:
    return found is not None and bool(found.entries)


def _entries(before: PrefixList, after: PrefixList, params: Parameters) -> Iterator[Said]:
    olds = {(entry.permit, entry.range) for entry in before.entries}
    shortest = params.integer("shortest_v4" if after.version == 4 else "shortest_v6")
    for entry in after.entries:
        prefix, _, high = entry.range
        added = entry.permit and (entry.permit, entry.range) not in olds
        if added and prefix.length < shortest and high > prefix.length:
            yield Said(after.name, str(entry.sequence or ""), f"permits {prefix} le {high}", entry.source)


# ------------------------------------------------------------------------------------------------ new sessions


def _new_sessions(old: Device | None, new: Device, step: StepView) -> Iterator[Observation]:
    """External sessions that were not configured before and import without a match."""
    if step.assessment is None:
        return
    external = {end.key for end in step.assessment.state.sessions if end.external}
    had = {key for key, _ in _neighbors(old)} if old is not None else set()
    for key, neighbor in _neighbors(new):
        if key in had or key not in external:
            continue
        for family in neighbor.families:
            if family.activated and not _imports_by_match(new, family):
                yield Observation(
                    f"{new.name}: new session with {key[2]} imports IPv{family.version} routes without a match",
                    subjects=(new.name, f"{new.name} -> {key[2]}"),
                    evidence=(str(neighbor.source),),
                    key=f"{key} {family.version}",
                    main=(new.name, f"{new.name} -> {key[2]}"),
                )


def _neighbors(device: Device) -> Iterator[tuple[tuple[str, str, str], BgpNeighbor]]:
    for process in device.bgp:
        for neighbor in process.neighbors:
            if neighbor.address is not None or neighbor.interface is not None:
                yield (device.name, process.vrf, str(neighbor.address or neighbor.interface)), neighbor


def _imports_by_match(device: Device, family: NeighborFamily) -> bool:
    if family.import_filters:
        return True
    policies = [device.policies[name] for name in family.import_policies if name in device.policies]
    accepting = [term for policy in policies for term in policy.terms if term.outcome is Outcome.ACCEPT]
    return bool(policies) and not any(_matchless(term.condition) for term in accepting)


CHECKS = (
    Check(
        "policy-widened",
        policy_widened,
        parameters=(
            Parameter("shortest_v4", 8, "an added IPv4 entry shorter than this that takes more-specifics widens"),
            Parameter("shortest_v6", 16, "the same for IPv6"),
        ),
    ),
)
