"""Routing policies that let more through than the lines of the change say.

The sets of routes that the policies of a place accept before and after are compared exactly (simulate/accepted/space);
what is new is then looked for in the lines that were added. Where the sets cannot be compared, that is undecided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.checks.policy_names import names_used
from guard.judge.checks.widening_lines import Lines, matchless, meaning, same_term, with_lists_of
from guard.judge.checks.widening_places import Bound, neighbors, places
from guard.judge.finding import Observation
from guard.model.bgp import NeighborFamily
from guard.model.device import Device
from guard.model.policy import (
    Condition,
    MatchAsPath,
    MatchCommunity,
    MatchPolicy,
    MatchPrefixList,
    Outcome,
    PrefixList,
    RoutePolicy,
    Term,
    leaves,
)
from guard.model.provenance import Source
from guard.simulate.accepted.space import Chain, Newly, newly_accepted, terms_reached
from guard.simulate.accepted.text_space import Undecidable


class Said(NamedTuple):
    """What became wider: the policy or list, in which term, why, and where it stands."""

    subject: str
    term: str
    why: str
    source: Source | None


def policy_widened(case: Case, step: StepView, params: Parameters) -> Observations:
    """The policy of a session or redistribution that was there before now accepts routes that no added line names.

    The routes that it accepts before and after are compared exactly, over prefixes, communities and AS paths. A route
    that is new must be one of an added match or entry. So a term that lost a match counts, one that accepts without a
    match, one that accepts what it rejected, a `deny` that is gone, a list that a term looks at and that is empty or no
    longer defined, and an added entry shorter than /8 (IPv6 /16) that takes more-specifics; and so does a term that was
    matched and can no longer match. A removed entry and an unbound map are no widening. A new external session counts
    only if its import policy has no match.
    Breaks: everything that the policy kept out comes in, often with the preference meant for a few.
    Example: `no match ip address prefix-list SITE-LOCAL` in a term that sets local-preference 200 and accepts.
    Source: Cloudflare, 17 July 2020.
    """
    for name in sorted(step.delta.devices.turns):
        old, new = case.base.snapshot.devices.get(name), step.snapshot.devices.get(name)
        if new is None:
            continue
        if old is not None:
            yield from _compared(name, old, new, params)
        yield from _new_sessions(old, new, step)


def _compared(name: str, old: Device, new: Device, params: Parameters) -> Observations:
    for said in widened(old, new, params):
        if isinstance(said, Said):
            yield _observed(name, said)
        else:
            yield Observation(
                f"{name}: what {said.place} accepts cannot be compared: {said.why}",
                subjects=(name,), key=f"{name} {said.place}", undecided=True,
            )  # fmt: skip


class Unclear(NamedTuple):
    """A place whose sets of routes cannot be compared, and why."""

    place: str
    why: str


def widened(old: Device, new: Device, params: Parameters) -> Iterator[Said | Unclear]:
    """What a device accepts more than before; of each term the first reason, which is as good as the second."""
    told = set[tuple[str, str]]()
    for each in _wider(old, new, params):
        key = (each.subject, each.term) if isinstance(each, Said) else (each.place, each.why)
        if key not in told:
            told.add(key)
            yield each


def _observed(device: str, said: Said) -> Observation:
    term = f" term {said.term}" if said.term else ""
    return Observation(
        f"{device}: {said.subject}{term} {said.why}",
        subjects=(device, said.subject, said.term) if said.term else (device, said.subject),
        evidence=(f"{said.source}: {said.subject}{term} {said.why}",) if said.source is not None else (),
        key=f"{device} {said.subject} {said.term} {said.why}",
        group=f"{device} {said.subject}",
        main=(device, said.subject),
    )


def _wider(old: Device, new: Device, params: Parameters) -> Iterator[Said | Unclear]:
    before, after = places(old), places(new)
    both = _bound(before) & _bound(after)
    used = {called for name in both for called in (name, *names_used(new, name), *names_used(old, name))}
    kept = sorted(used & set(old.policies) & set(new.policies))
    for name in kept:
        yield from _lists(old, new, old.policies[name])
    seen = set[tuple[object, ...]]()
    for place, now in after.items():
        was = before.get(place)
        if was is None or not (now.chain.policies or now.chain.filters):
            continue  # a new place; an unbound policy
        key = (was.chain[1:], now.chain[1:], was.open)
        if key not in seen and meaning(was.chain) != meaning(now.chain):
            yield from _place(place, was, now, params)
        seen.add(key)
    for name in kept:
        yield from _dead(old, new, name)


def _bound(found: Mapping[str, Bound]) -> frozenset[str]:
    return frozenset(name for each in found.values() for name in each.chain.policies)


# ------------------------------------------------------------------------------------------------ one place


def _place(place: str, was: Bound, now: Bound, params: Parameters) -> Iterator[Said | Unclear]:
    """Routes that are accepted at a place and were not, if no added line names them."""
    before, after = _comparable(was, now.chain), now.chain
    lines = Lines(before, after, params.integer("shortest_v4" if after.version == 4 else "shortest_v6"))
    kept = after._replace(device=with_lists_of(before, after))
    if meaning(kept) == meaning(before) and not lines.has_short:
        return  # all that changed is entries, which name what they add
    try:
        for each in newly_accepted(before, after, kept, lines.marks):
            said = _said(place, each, lines)
            if said is not None:
                yield said
    except Undecidable as problem:
        yield Unclear(place, str(problem))


def _comparable(was: Bound, after: Chain) -> Chain:
    """What was bound, without what is no longer: an unbound policy or filter is no widening."""
    kinds = {each.kind for each in after.filters}
    chain = was.chain
    filters = tuple(each for each in chain.filters if each.kind in kinds)
    policies = chain.policies if after.policies else ()
    if policies:
        return chain._replace(filters=filters)
    closed = not was.open and not chain.policies and not chain.filters
    return chain._replace(filters=filters, policies=(), default=frozenset() if closed else frozenset(after.protocols))


def _said(place: str, newly: Newly, lines: Lines) -> Said | None:
    """What is to be said of routes that are newly accepted; None where an added line names them."""
    if not newly.kept:
        entry = lines.short_entry(newly.prefix)
        if entry is None:
            return None
        name, found = entry
        return Said(
            name, str(found.sequence or ""), f"permits {found.range.prefix} le {found.range.high}", found.source
        )
    if lines.named(newly):
        return None
    if not newly.terms:
        after = lines.after
        subject = (*after.policies, *(each.name for each in after.filters))[-1]
        policy = after.device.policies.get(subject)
        source = policy.source if policy is not None else None
        return Said(subject, "", f"accepts {_text(newly)}, which no added line names", source)
    term = newly.terms[-1]
    policy_name = lines.policy_of(term)
    return Said(policy_name, term.name, _why(place, newly, term, lines), term.source)


def _why(place: str, newly: Newly, term: Term, lines: Lines) -> str:
    policy = lines.policy_of(term)
    old = lines.old_term(term)
    bare = matchless(term.condition)
    if old is not None and old.outcome in (Outcome.ACCEPT, Outcome.NEXT_TERM):
        if bare and not matchless(old.condition):
            return "lost its match, and takes everything"
        if set(leaves(term.condition)) < set(leaves(old.condition)):
            return "lost a match"
    if bare and (old is None or old.outcome is Outcome.REJECT):
        rebound = policy not in lines.before.policies and policy in lines.after.policies
        return f"accepts without a match, and is now that of {place}" if rebound else "accepts without a match"
    if old is not None and old.outcome is Outcome.REJECT:
        return "accepts what it rejected"
    return f"accepts {_text(newly)}, which no added line names"


def _text(newly: Newly) -> str:
    return f"routes like {newly.prefix}" + ("" if newly.protocol == "bgp" else f" ({newly.protocol})")


# ------------------------------------------------------------------------------------------------ dead terms


def _dead(old: Device, new: Device, name: str) -> Iterator[Said]:
    """Terms that are still there, were matched, and can no longer match."""
    chains = (Chain(old, 4, (name,)), Chain(new, 4, (name,)))
    if meaning(chains[0]) == meaning(chains[1]):
        return
    before, after = old.policies[name], new.policies[name]
    kept = {term.name for term in after.terms if not _calls(term) and same_term(new, before, term) is not None}
    behind = _behind_all(after.terms)
    try:
        lost = frozenset(kept) - terms_reached(new, name, frozenset(kept))
        olds = {each.name: same_term(new, before, each) for each in after.terms if each.name in lost}
        were = terms_reached(old, name, frozenset(each.name for each in olds.values() if each is not None))
        gone = [each for each, was in olds.items() if was is not None and was.name in were]
    except Undecidable:
        gone = [each for each in behind if each in kept and each not in _behind_all(before.terms)]
    for each in gone:
        term = next(one for one in after.terms if one.name == each)
        by = f": term {behind[each]} takes everything" if each in behind else ""
        yield Said(name, each, f"can no longer match{by}", term.source)


def _calls(term: Term) -> bool:
    return any(isinstance(leaf, MatchPolicy) for leaf in leaves(term.condition))


def _behind_all(terms: tuple[Term, ...]) -> Mapping[str, str]:
    """Terms behind one that takes or rejects everything, and which one that is."""
    for at, term in enumerate(terms):
        if matchless(term.condition) and term.outcome in (Outcome.ACCEPT, Outcome.REJECT) and term.goto is None:
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


# ------------------------------------------------------------------------------------------------ new sessions


def _new_sessions(old: Device | None, new: Device, step: StepView) -> Iterator[Observation]:
    """External sessions that were not configured before and import without a match."""
    if step.assessment is None:
        return
    external = {end.key for end in step.assessment.state.sessions if end.external}
    had = {key for key, _, _ in neighbors(old)} if old is not None else set()
    for key, neighbor, process in neighbors(new):
        if key in had or key not in external:
            continue
        for family in neighbor.families:
            if family.activated and not _imports_by_match(new, family):
                # Whoever adds the session without a policy did not mean it to stay deaf: the next line opens it.
                deaf = process.ebgp_requires_policy and not family.import_policies
                what = "has no import policy: it accepts none until one is bound or none is required (RFC 8212)"
                yield Observation(
                    f"{new.name}: new session with {key[2]} "
                    + (what if deaf else f"imports IPv{family.version} routes without a match"),
                    subjects=(new.name, f"{new.name} -> {key[2]}"),
                    evidence=(str(neighbor.source),),
                    key=f"{key} {family.version}",
                    main=(new.name, f"{new.name} -> {key[2]}"),
                )


def _imports_by_match(device: Device, family: NeighborFamily) -> bool:
    if family.import_filters:
        return True
    policies = [device.policies[name] for name in family.import_policies if name in device.policies]
    accepting = [term for policy in policies for term in policy.terms if term.outcome is Outcome.ACCEPT]
    return bool(policies) and not any(matchless(term.condition) for term in accepting)


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
