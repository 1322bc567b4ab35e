"""What one more failure would do after a step that it would not have done before."""

from __future__ import annotations

from collections.abc import Iterator

from guard.judge.case import Case, StepView
from guard.judge.catalogue import FAILURES, Check, Observations, Parameters
from guard.judge.checks.common import both, planned
from guard.judge.finding import Enforcement, Observation, some
from guard.model.change import DownUp
from guard.model.facts import FailureOutcome, FailureSweep
from guard.model.state import Scenario


def shared_risk(case: Case, step: StepView, params: Parameters) -> Observations:
    """After some step, one more failure would isolate a site, or withdraw a listed advertisement everywhere.

    Only what would have survived the same failure before. Held where the change is temporary or consists of `down`
    steps, a warning where it is planned (`temporary`, `until`) and names the site in `expect.at_risk`.
    Breaks: nothing yet; the next fibre cut or power feed takes the site.
    Example: one of two circuits is drained, and the other shares its conduit with a third.
    Source: T-Mobile, 15 June 2020: latent for hours, then a leased fibre failed.
    """
    before, after = both(case, step)
    old, new = case.base.failures, step.view.failures
    if old is None or new is None:
        return
    known = {site.name for site in before.sites if site.present and not site.isolated}
    heard = {(each.name, each.prefix) for each in before.advertisements if each.sites}  # else there is none to lose
    isolated = {site.name for site in after.sites if site.isolated or not site.present}
    lost = {(each.name, each.prefix) for each in after.advertisements if not each.sites}
    at_most = Enforcement.HOLD if case.change.temporary or _only_down(case) else None
    sites: dict[str, list[str]] = {}
    prefixes: dict[tuple[str, str], list[str]] = {}
    for outcome, was in _matched(old, new):
        for site in sorted(outcome.sites_isolated - was.sites_isolated - isolated):
            if site in known:
                sites.setdefault(site, []).append(outcome.scenario.reason)
        for name, prefix in sorted(outcome.advertisements_lost & heard - was.advertisements_lost - lost):
            prefixes.setdefault((name, str(prefix)), []).append(outcome.scenario.reason)
    for site, reasons in sorted(sites.items()):
        yield Observation(
            f"one more failure would isolate {site}: {reasons[0]}"
            + (f" (or one of {len(reasons) - 1} others)" if len(reasons) > 1 else ""),
            subjects=(site, *some(reasons)),
            evidence=some(
                [f"failure of {reason}: {site} isolated; it survives that in the base" for reason in reasons]
            ),
            at_most=Enforcement.WARN if planned(case) and site in case.change.expect.at_risk else at_most,
            key=f"site {site}",
        )
    for (name, lost_prefix), reasons in sorted(prefixes.items()):
        accepted = planned(case) and _sites_of(case, name, lost_prefix) <= frozenset(case.change.expect.at_risk)
        yield Observation(
            f"one more failure would withdraw {lost_prefix} ({name}) everywhere: {reasons[0]}",
            subjects=(name, lost_prefix, *some(reasons)),
            evidence=some([f"failure of {reason}: {lost_prefix} is sent by no site" for reason in reasons]),
            at_most=Enforcement.WARN if accepted else at_most,
            key=f"advertisement {name} {lost_prefix}",
        )
    yield from _unseen(old, new)


def _only_down(case: Case) -> bool:
    return all(isinstance(part, DownUp) for step in case.change.steps for part in step.parts)


def _sites_of(case: Case, name: str, prefix: str) -> frozenset[str]:
    assert case.base.assessment is not None
    found = [
        each.sites for each in case.base.assessment.advertisements if (each.name, str(each.prefix)) == (name, prefix)
    ]
    return found[0] if found else frozenset({""})


def _matched(old: FailureSweep, new: FailureSweep) -> Iterator[tuple[FailureOutcome, FailureOutcome]]:
    """Each failure after the step with the same one in the base; what could not fail there harmed nobody."""
    olds = {_key(each.scenario): each for each in old.outcomes}
    for outcome in new.outcomes:
        nothing = FailureOutcome(outcome.scenario, frozenset(), frozenset())
        was = olds.get(_key(outcome.scenario), nothing)
        if not outcome.undecided and not was.undecided:
            yield outcome, was


def _key(scenario: Scenario) -> tuple[frozenset[str], frozenset[object]]:
    return (scenario.down_nodes, frozenset(scenario.down_interfaces))


def _unseen(old: FailureSweep, new: FailureSweep) -> Iterator[Observation]:
    if not new.complete or not old.complete:
        yield Observation(
            "not every failure could be examined",
            undecided=True,
            evidence=(f"{new.examined} examined, {new.simulated} simulated",),
            key="incomplete",
        )
    already = {_key(each.scenario) for each in old.outcomes if each.undecided}
    for outcome in new.outcomes:
        if outcome.undecided:
            yield Observation(
                f"what the failure of {outcome.scenario.reason} would do is not known: {outcome.undecided}",
                subjects=(outcome.scenario.reason,),
                undecided=True,
                existing=_key(outcome.scenario) in already,
                group="undecided",
            )


CHECKS = (Check("shared-risk", shared_risk, needs=FAILURES),)
