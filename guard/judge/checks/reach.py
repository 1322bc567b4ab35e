"""Whether sites still exchange traffic: data centers, pops, and any two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import at_risk, both, cascade_lines, datacenters, hold_if
from guard.judge.finding import Observation, listed, some
from guard.model.facts import Assessment, SiteFact
from guard.model.inventory import DATACENTER, EXTERNAL, POP

Pair = tuple[str, str]


def datacenter_isolation(case: Case, step: StepView, params: Parameters) -> Observations:
    """A data center exchanges traffic, both ways, with no other data center or pop.

    Breaks: everything whose only copy is there, and everything that needs it.
    Example: a metric or a filter that leaves the data center's routes out of the backbone.
    Source: Facebook, 4 October 2021.
    """
    before, after = both(case, step)
    olds = {site.name: site for site in before.sites}
    for site in after.sites:
        old = olds.get(site.name)
        if site.kind != DATACENTER or old is None or not old.present:
            continue  # what the change only adds was not there to lose
        if site.isolated or not site.present:
            yield Observation(
                f"data center {site.name} exchanges traffic with no other site"
                if site.present
                else f"data center {site.name} has no device left",
                subjects=(site.name,),
                evidence=(_reached(old),),
                existing=old.isolated,
            )


def site_isolation(case: Case, step: StepView, params: Parameters) -> Observations:
    """A pop that reached a data center reaches none; held where a planned change names it in `expect.at_risk`.

    Breaks: the pop serves its users with nothing behind it.
    Example: the second uplink of a pop is drained while the first is still down.
    Source: T-Mobile, 15 June 2020 (Atlanta cut off by a link failure and wrong OSPF weights).
    """
    before, after = both(case, step)
    olds = {site.name: site for site in before.sites}
    centers_before, centers = datacenters(before), datacenters(after)
    for site in after.sites:
        old = olds.get(site.name)
        if site.kind != POP or old is None or not old.present or site.reaches & centers:
            continue
        if not (old.reaches & centers_before):
            if centers_before - {site.name}:
                message = f"pop {site.name} reaches no data center, and did not before"
                yield Observation(message, subjects=(site.name,), existing=True)
            continue
        yield Observation(
            f"pop {site.name} reaches no data center any more",
            subjects=(site.name,),
            evidence=(_reached(old),),
            at_most=hold_if(at_risk(case, site.name)),
        )


def _reached(site: SiteFact) -> str:
    return f"before, {site.name} exchanged traffic with {listed(site.reaches) or 'nobody'}"


def reachability_loss(case: Case, step: StepView, params: Parameters) -> Observations:
    """Two sites, or a site and a service, that exchanged traffic no longer do, both still being there.

    Breaks: whoever uses the pair; the rest of the network may look healthy.
    Example: an access group in the wrong direction, a static route to the wrong next hop.
    Source: RFC 7454 practice; the question that reachability analysis (HSA, Batfish) asks first.
    """
    before, after = both(case, step)
    there = {site.name for site in after.sites if site.present}
    lost = [pair for pair in _lost_pairs(before, after) if there.issuperset(pair)]
    for site, others in _by_worst(lost):
        yield Observation(
            f"{site} no longer exchanges traffic with {listed(others)}",
            subjects=(site, *some(others)),
            evidence=some([_direction(after, site, other) for other in others]),
            main=(site, *others),
            key=f"site {site} {others}",
            group="sites",
        )
    services = {service.name for service in after.services}
    gone = [
        (site, name)
        for site, name in before.service_reach - after.service_reach
        if name in services and (site in there or site not in {each.name for each in before.sites})
    ]
    for name, sites in _grouped((service, site) for site, service in gone):
        yield Observation(
            f"service {name} is no longer reached from {listed(sites)}",
            subjects=(name, *some(sites)),
            evidence=cascade_lines(after.cascade, name),
            main=(name, *sites),
            key=f"service {name} {sites}",
            group="services",
        )


def _lost_pairs(before: Assessment, after: Assessment) -> set[Pair]:
    """Pairs that exchanged traffic and do not any more, each once; told site by site, as most keep theirs."""
    held = {site.name: site.reaches for site in after.sites}
    nobody: frozenset[str] = frozenset()
    return {
        (min(site.name, other), max(site.name, other))
        for site in before.sites
        for other in site.reaches - held.get(site.name, nobody)
        if site.name not in held.get(other, nobody)
    }


def _by_worst(pairs: Iterable[Pair]) -> Iterator[tuple[str, list[str]]]:
    """Pairs told from the side of whoever lost most: a site that lost ten is one sentence, not ten."""
    left = set(pairs)
    while left:
        counts = Counter(site for pair in left for site in pair)
        worst = min(counts, key=lambda site: (-counts[site], site))
        mine = {pair for pair in left if worst in pair}
        yield worst, sorted(one if other == worst else other for one, other in mine)
        left -= mine


def _grouped(pairs: Iterable[Pair]) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for one, other in sorted(pairs):
        groups.setdefault(one, []).append(other)
    yield from groups.items()


def _direction(after: Assessment, one: str, other: str) -> str:
    sends = {site.name: site.sends_to for site in after.sites}
    ways = [f"{a} -> {b}" for a, b in ((one, other), (other, one)) if b not in sends.get(a, frozenset())]
    return f"not delivered: {', '.join(ways) or f'{one} <-> {other}'}"


def asymmetric_reachability(case: Case, step: StepView, params: Parameters) -> Observations:
    """Traffic between two sites is delivered one way only, and was not so before.

    Breaks: every protocol that waits for an answer, while a one-way probe looks fine.
    Example: a filter or a missing return route at one end.
    Source: RFC 4271 has no notion of a way back; it must be asked for.
    """
    before, after = both(case, step)
    old = case.base.once("one way", lambda _: frozenset(_one_way(before)))
    for one, other in sorted(_one_way_now(before, after, old)):
        yield Observation(
            f"traffic from {one} to {other} is delivered, the way back is not",
            subjects=(one, other),
            existing=(one, other) in old,
            key=f"{one} -> {other}",
            group="one way",
            main=(one, other),
        )


def _one_way(assessment: Assessment) -> Iterator[Pair]:
    sends = _sends(assessment)
    for name, others in sends.items():
        yield from ((name, other) for other in others if other in sends and name not in sends[other])


def _one_way_now(before: Assessment, after: Assessment, old: frozenset[Pair]) -> Iterator[Pair]:
    """The same after a change: of two sites that send as they sent, it is as it was."""
    were, sends = _sends(before), _sends(after)
    moved = {name for name in were.keys() | sends.keys() if were.get(name) != sends.get(name)}
    yield from (pair for pair in old if moved.isdisjoint(pair))
    for name in moved & sends.keys():
        others = sends[name]
        yield from ((name, other) for other in others if other in sends and name not in sends[other])
        for other in sends.keys() - others - moved:
            if name in sends[other]:
                yield other, name


def _sends(assessment: Assessment) -> dict[str, frozenset[str]]:
    return {site.name: site.sends_to for site in assessment.sites if site.kind != EXTERNAL}


CHECKS = (
    Check("datacenter-isolation", datacenter_isolation, needs=NETWORK),
    Check("site-isolation", site_isolation, needs=NETWORK),
    Check("reachability-loss", reachability_loss, needs=NETWORK),
    Check("asymmetric-reachability", asymmetric_reachability, needs=NETWORK),
)
