"""Whether links carry more than they can, from the inventory's demands and capacities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.finding import Observation, some
from guard.model.facts import LinkLoads
from guard.model.state import InterfaceId

#: Loads that differ by less than this share are the same load.
_SAME = 1e-6


def link_overload(case: Case, step: StepView, params: Parameters) -> Observations:
    """A link would carry more than its capacity, now or after one more failure.

    Loads come from `capacity.demands`, split evenly over equal-cost ways; the busier direction counts. What was over
    its capacity in the base is existing, unless it gets worse.
    Breaks: queues fill, packets of everybody on the link are lost, sessions over it flap.
    Example: the second of two parallel circuits is drained while the first one is half full.
    Source: Rogers, 8 July 2022, and Cloudflare, 17 July 2020: one site took what all others used to carry.
    """
    after, before = step.view.loads, case.base.loads
    if after is None:
        return
    limit = params.number("max_percent") / 100
    yield from _now(step, before, after, limit)
    yield from _after_failures(step, before, after, limit)
    for demand in after.lost:
        yield Observation(
            f"the demand {demand} has no way that its load could be told of",
            subjects=(demand,),
            existing=before is not None and demand in before.lost,
            undecided=True,
        )
    if not after.complete:
        yield Observation("there are more failures than loads were computed for", undecided=True)


def _now(step: StepView, before: LinkLoads | None, after: LinkLoads, limit: float) -> Iterator[Observation]:
    olds = before.loads if before is not None else {}
    for place, load, most in overloads(step, after.loads, limit):
        was = olds.get(place, 0.0)
        yield Observation(
            f"{place} would carry {load:,.0f} of {most:,.0f} Mb/s",
            subjects=(str(place),),
            evidence=(f"{place}: {was:,.0f} Mb/s before, {load:,.0f} now, of {most:,.0f}",),
            existing=was > most * limit and load <= was * (1 + _SAME),
        )


def _after_failures(step: StepView, before: LinkLoads | None, after: LinkLoads, limit: float) -> Iterator[Observation]:
    over_now = {place for place, _, _ in overloads(step, after.loads, limit)}
    olds = {scenario.reason: loads for scenario, loads in before.after_failures} if before is not None else {}
    told: dict[tuple[InterfaceId, bool], list[str]] = {}
    for scenario, loads in after.after_failures:
        for place, load, most in overloads(step, loads, limit):
            if place in over_now:
                continue
            was = olds.get(scenario.reason, {}).get(place, 0.0)
            existing = was > most * limit and load <= was * (1 + _SAME)
            text = f"failure of {scenario.reason}: {load:,.0f} of {most:,.0f} Mb/s (before the change: {was:,.0f})"
            told.setdefault((place, existing), []).append(text)
    for (place, existing), lines in told.items():
        yield Observation(
            f"after one more failure {place} would carry more than it can",
            subjects=(str(place),),
            evidence=some(lines),
            existing=existing,
            key=f"{place} after failure {existing}",
        )


def overloads(
    step: StepView, loads: Mapping[InterfaceId, float], limit: float = 1.0
) -> Iterator[tuple[InterfaceId, float, float]]:
    """(interface, load, capacity) of what carries more than its share of the capacity."""
    for each in step.snapshot.inventory.capacities:
        load = loads.get(each.interface, 0.0)
        if load > each.mbps * limit * (1 + _SAME):
            yield each.interface, load, each.mbps


CHECKS = (
    Check(
        "link-overload",
        link_overload,
        needs=frozenset({"network", "demands"}),
        parameters=(Parameter("max_percent", 100, "how much of its capacity a link may carry"),),
    ),
)
