"""The set of routes that a chain of policies accepts, compared exactly: is there one that only one of two chains takes?

Prefix space is cut into cells by everything that the policies compare prefixes with; every other condition is a
question about the route that is left open until somebody asks it, and then answered both ways. Communities and AS paths
are decided as sets and as regular languages, numbers by their bounds; what is left (next hops, conditions that are not
modelled) is free: equal questions have equal answers, different ones may have any.
Law: a way is followed only while some route can take it. What needs too many, or cannot be told, is Undecidable.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from guard.model.address import Address, Prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, ListFilter, Segment
from guard.model.device import Device
from guard.model.policy import (
    Condition,
    MatchAcl,
    MatchPolicy,
    MatchPrefixList,
    MatchPrefixRanges,
    MatchProtocol,
    Outcome,
    PrefixRange,
    Term,
    leaves,
)
from guard.simulate.accepted.open_evaluator import PLAIN, UNKNOWN, Asked, OpenEvaluator
from guard.simulate.accepted.prefix_space import acl_ranges, cells
from guard.simulate.accepted.route_facts import Answers, Question, found_value, possible
from guard.simulate.accepted.text_space import Undecidable
from guard.simulate.bgp.policy import passes
from guard.simulate.policy.evaluator import RouteView

R = TypeVar("R")

#: Ways through policies that are followed in one comparison; real ones need some thousands.
PATHS_AT_MOST = 60_000
#: Cells of prefixes that one comparison looks at.
CELLS_AT_MOST = 200_000


class Chain(NamedTuple):
    """What decides at one place: the filters and policies of a device, for routes of one IP version.

    `default`: protocols whose routes pass where the chain ends undecided. `undefined`: as for `Evaluator.evaluate`.
    """

    device: Device
    version: int
    policies: tuple[str, ...]
    filters: tuple[ListFilter, ...] = ()
    protocols: tuple[str, ...] = ("bgp",)
    default: frozenset[str] = frozenset()
    undefined: bool | None = None
    peer: Address | None = None


class Newly(NamedTuple):
    """Routes that a chain takes and the one before did not, by one of them.

    `terms`: those that accepted it, none where the chain's default did. `kept`: with the lists as they were, it would
    be taken as well.
    """

    prefix: Prefix
    protocol: str
    answers: tuple[tuple[Question, bool], ...]
    terms: tuple[Term, ...]
    kept: bool


def example(newly: Newly) -> RouteView | None:
    """One of these routes; None where it is not known what it would have to be (a condition that is not modelled)."""
    answers = dict(newly.answers)
    if any(question[0] == "free" for question in answers):
        return None
    try:
        return _example(newly, answers)
    except Undecidable:
        return None


def _example(newly: Newly, answers: Answers) -> RouteView:
    path = found_value(answers, "path")
    kinds = ("standard", "large", "extended")
    communities = (each for kind in kinds for each in found_value(answers, ("communities", kind)) or ())
    numbers = {name: found_value(answers, name) for name in ("metric", "local-preference", "weight", "tag", "origin")}
    attributes = BgpAttributes(
        as_path=(Segment(SEQUENCE, tuple(map(int, str(path).split()))),) if path else (),
        origin=numbers["origin"] or 0,
        local_preference=numbers["local-preference"],
        med=numbers["metric"],
        weight=numbers["weight"] or 0,
        communities=tuple(sorted(communities)),
        tag=numbers["tag"] or 0,
    )
    return RouteView(
        newly.prefix,
        attributes,
        protocol=newly.protocol,
        route_type=str(found_value(answers, "route-type") or ""),
        process=str(found_value(answers, "process") or ""),
        interface=str(found_value(answers, "interface") or ""),
        rpki=str(found_value(answers, "rpki") or "not-found"),
    )


class _Bound:
    """Counts ways, and ends a comparison that takes too many."""

    def __init__(self) -> None:
        self.left = PATHS_AT_MOST

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Undecidable(f"more than {PATHS_AT_MOST} ways through the policies")


def newly_accepted(before: Chain, after: Chain, kept: Chain, marks: Callable[[Prefix], Hashable]) -> Iterator[Newly]:
    """Routes that `after` accepts and `before` does not, at least one for each way of being accepted.

    `kept` is `after` with the lists of before. `marks`: what else tells prefixes apart that policies treat alike.
    """
    chains = (before, after, kept)
    old, new, same = (OpenEvaluator(each.device) for each in chains)
    bound = _Bound()
    for prefix in _representatives(chains, marks):
        for protocol in sorted({*before.protocols, *after.protocols}):

            def run(answers: Answers, prefix: Prefix = prefix, protocol: str = protocol) -> Newly | None:
                if not _accepts(new, after, prefix, protocol, answers):
                    return None
                terms = tuple(term for term in new.matched if term.outcome is Outcome.ACCEPT)
                if _accepts(old, before, prefix, protocol, answers):
                    return None
                still = _accepts(same, kept, prefix, protocol, answers)
                return Newly(prefix, protocol, tuple(answers.items()), terms, still)

            yield from (found for found in _ways(run, bound) if found is not None)


def terms_reached(device: Device, policy: str, wanted: frozenset[str]) -> frozenset[str]:
    """Which of the wanted terms of a policy some route comes to and matches."""
    evaluator = OpenEvaluator(device)
    terms = {id(term): term.name for term in device.policies[policy].terms}
    found: set[str] = set()
    bound = _Bound()
    for version in (4, 6):
        chain = Chain(device, version, (policy,))
        for prefix in itertools.chain(_likely(chain), _representatives((chain,), lambda _: None)):
            for protocol in protocols_of(device, (policy,)):

                def run(
                    answers: Answers, chain: Chain = chain, prefix: Prefix = prefix, protocol: str = protocol
                ) -> None:
                    _accepts(evaluator, chain, prefix, protocol, answers)
                    found.update(terms[id(term)] for term in evaluator.matched if id(term) in terms)

                for _ in _ways(run, bound):
                    if wanted <= found:
                        return wanted
    return frozenset(found) & wanted


def _ways(run: Callable[[Answers], R], bound: _Bound) -> Iterator[R]:
    """The outcomes of `run` for every set of answers that it asks for and that some route gives."""
    open_ends: list[Answers] = [{}]
    while open_ends:
        answers = open_ends.pop()
        bound.spend()
        try:
            outcome = run(answers)
        except Asked as asked:
            for answer in (False, True):
                more = {**answers, asked.question: answer}
                if possible(more, asked.question):
                    open_ends.append(more)
            continue
        yield outcome


def _accepts(evaluator: OpenEvaluator, chain: Chain, prefix: Prefix, protocol: str, answers: Answers) -> bool:
    evaluator.answers = answers
    evaluator.matched.clear()
    attributes = UNKNOWN if protocol == "bgp" else PLAIN
    if not passes(evaluator, chain.filters, prefix, attributes):
        return False
    default = protocol in chain.default
    if not chain.policies:
        return default
    view = RouteView(prefix, attributes, protocol=protocol, peer=chain.peer)
    return evaluator.evaluate(chain.policies, view, default=default, undefined=chain.undefined) is not None


# ------------------------------------------------------------------------------------------------ prefixes


def _representatives(chains: Iterable[Chain], marks: Callable[[Prefix], Hashable]) -> Iterator[Prefix]:
    """One prefix for each answer that the chains' conditions on prefixes give together."""
    held = tuple(chains)
    version = held[0].version
    ranges: dict[PrefixRange, None] = {}
    tests: dict[Hashable, tuple[OpenEvaluator, Condition]] = {}
    for chain in held:
        evaluator = OpenEvaluator(chain.device)
        for condition in dict.fromkeys(_conditions(chain)):
            tests.setdefault((condition, *_lists(chain.device, condition)), (evaluator, condition))
    for evaluator, condition in tests.values():
        ranges.update(dict.fromkeys(_ranges(evaluator.device, condition, version)))
    seen: set[Hashable] = set()
    for number, prefix in enumerate(cells(ranges, version)):
        if number >= CELLS_AT_MOST:
            raise Undecidable(f"more than {CELLS_AT_MOST} kinds of prefixes")
        view = RouteView(prefix, UNKNOWN)
        answer = (marks(prefix), *(evaluator.holds(condition, view) for evaluator, condition in tests.values()))
        if answer not in seen:
            seen.add(answer)
            yield prefix


def _lists(device: Device, condition: Condition) -> Iterator[Hashable]:
    """The lists behind a condition on prefixes, as the objects that a device shares with its other versions."""
    match condition:
        case MatchPrefixList(names, version):
            for name in names:
                listed = device.prefix_lists.get((version, name))
                yield None if listed is None else tuple((entry.permit, entry.range) for entry in listed.entries)
        case MatchAcl(names, version):
            for name in names:
                acl = device.acls.get((version, name)) or device.acls.get((0, name))
                yield None if acl is None else tuple((x.permit, x.sources, x.destinations) for x in acl.lines)
        case _:
            yield device.vendor


def _likely(chain: Chain) -> Iterator[Prefix]:
    """Prefixes to begin with where any will do: the first few that the conditions name."""
    seen: set[Prefix] = set()
    for condition in dict.fromkeys(_conditions(chain)):
        for prefix, low, _ in itertools.islice(_ranges(chain.device, condition, chain.version), 3):
            if prefix.version == chain.version:
                seen.add(Prefix(prefix.version, prefix.value, max(low, prefix.length)))
    yield from sorted(seen)


def _conditions(chain: Chain) -> Iterator[Condition]:
    """Conditions on prefixes of a chain, its filters included."""
    for each in chain.filters:
        if each.kind == "prefix-list":
            yield MatchPrefixList((each.name,), chain.version)
        elif each.kind == "distribute-list":
            yield MatchAcl((each.name,), chain.version)
    for term in terms_of(chain.device, chain.policies):
        yield from (leaf for leaf in leaves(term.condition) if isinstance(leaf, _ON_PREFIXES))


_ON_PREFIXES = (MatchPrefixList, MatchAcl, MatchPrefixRanges)


def _ranges(device: Device, condition: Condition, version: int) -> Iterator[PrefixRange]:
    match condition:
        case MatchPrefixList(names, kind):
            for name in names:
                listed = device.prefix_lists.get((kind, name))
                yield from (entry.range for entry in (listed.entries if listed is not None else ()))
        case MatchAcl(names, kind):
            for name in names:
                acl = device.acls.get((kind, name)) or device.acls.get((0, name))
                yield from acl_ranges(acl, version) if acl is not None else ()
        case MatchPrefixRanges(ranges):
            yield from ranges


def terms_of(device: Device, policies: Iterable[str]) -> Iterator[Term]:
    """Terms of policies and of those that they call."""
    todo, seen = list(policies), set[str]()
    while todo:
        name = todo.pop()
        found = device.policies.get(name)
        if name in seen or found is None:
            continue
        seen.add(name)
        for term in found.terms:
            yield term
            todo += [leaf.name for leaf in leaves(term.condition) if isinstance(leaf, MatchPolicy)]


def protocols_of(device: Device, policies: Iterable[str]) -> tuple[str, ...]:
    """Protocols that policies speak of, and BGP."""
    found = {"bgp"}
    for term in terms_of(device, policies):
        for leaf in leaves(term.condition):
            found |= leaf.protocols if isinstance(leaf, MatchProtocol) else set()
    return tuple(sorted(found))
