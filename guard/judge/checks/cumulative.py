"""What a change does only together with others: with those not yet done, and with what the same people did of late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from guard.compare.sessions import sessions
from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.checks.common import percent
from guard.judge.finding import Observation, Status, listed, some
from guard.model.server_facts import PastChange
from guard.simulate.bgp.external import is_test_prefix


def together(case: Case, params: Parameters) -> Observations:
    """What the pipeline found by judging the change and the earlier ones as one."""
    names = listed([each.id or each.digest for each in case.earlier])
    for finding in case.together:
        yield Observation(
            f"together with {names}: {finding.message}",
            subjects=finding.subjects,
            evidence=(f"{finding.policy} at step {finding.step}", *finding.evidence),
            undecided=finding.status is Status.UNDECIDED,
            key=f"{finding.policy} {finding.step} {sorted(finding.subjects)} {finding.message}",
            main=finding.subjects,
        )


@dataclass(frozen=True, slots=True)
class _Sum:
    """What a step takes away, what was taken away before it within the window, and how much there was."""

    words: str
    now: frozenset[str]
    before: frozenset[str]
    total: int


def cumulative_risk(case: Case, step: StepView, params: Parameters) -> Observations:
    """Together with changes that were allowed and are not yet done, the change violates what it alone does not.

    A change counts until it is reported done, an active snapshot contains it, or a day has passed. Judged are all
    policies about the network and the zones, over the earlier changes in their order and then each step of this one.
    Done or not, what the same author or the same caller withdrew from the outside and which sessions they took down
    within `window_hours` is added up as if it were one change; from what a person approved on, it is counted anew.
    Breaks: each of several harmless changes takes away what the others rely on.
    Example: one team drains the northern circuit of a data center, another one the southern.
    Source: Cloudflare, 20 February 2026: a job withdrew 1,100 prefixes, one change at a time.
    """
    start = step.at - timedelta(hours=params.number("window_hours"))
    late = [each for each in case.past if each.at >= start]
    for who, changes in (
        (f"by {case.change.author}", [each for each in late if each.author and each.author == case.change.author]),
        ("sent by the same caller", [each for each in late if each.same_caller]),
    ):
        if not changes:
            continue  # nothing to add up
        for found, limit, floor in (
            (_prefixes(case, step, changes), "withdrawn_percent", "withdrawn_at_least"),
            (_sessions(case, step, changes), "sessions_percent", "sessions_at_least"),
        ):
            every = found.now | found.before
            few = len(every) < params.integer(floor) or percent(len(every), found.total) <= params.number(limit)
            if few or not found.now or not found.before - found.now:
                continue
            yield Observation(
                f"{len(every)} of {found.total} {found.words} within {params.number('window_hours'):g} h {who}",
                subjects=some(sorted(found.now)),
                evidence=some([f"{each.id or each.digest} at {each.at:%Y-%m-%dT%H:%MZ}" for each in changes]),
                key=f"{found.words} {who}",
                main=tuple(sorted(found.now)),
            )


def _prefixes(case: Case, step: StepView, changes: list[PastChange]) -> _Sum:
    sides = (case.base.assessment, step.assessment)
    had, has = (
        {str(prefix) for prefix, sites in side.advertised.items() if sites and not is_test_prefix(prefix)}
        if side is not None
        else set[str]()
        for side in sides
    )
    gone = dict[str, PastChange]()
    for change in _since_approved(changes, "withdrawn"):
        gone.update(dict.fromkeys(change.withdrawn, change))
        for prefix in change.advertised:
            gone.pop(prefix, None)
    before = frozenset(name for name, change in gone.items() if _away(case, change, name in had)) - (has - had)
    return _Sum("advertised prefixes are withdrawn", frozenset(had - has), before, len(had | before))


def _sessions(case: Case, step: StepView, changes: list[PastChange]) -> _Sum:
    base = case.base.assessment
    had = {str(each) for each in sessions(base.state.sessions) if each.up} if base is not None else set[str]()
    before = frozenset(
        name
        for change in _since_approved(changes, "sessions_lost")
        for name in change.sessions_lost
        if _away(case, change, name in had)
    )
    now = frozenset(map(str, step.delta.sessions_lost))
    return _Sum("BGP sessions are gone", now, before, len(had | before))


def _away(case: Case, change: PastChange, there: bool) -> bool:
    """Whether what a change took away is away still: the base lacks it, or is the one from before the change."""
    return not there or change.base == case.base.snapshot.digest


def _since_approved(changes: list[PastChange], what: str) -> Iterator[PastChange]:
    """The changes after the last one whose taking away a person approved."""
    settled = [number for number, each in enumerate(changes) if each.approved and getattr(each, what)]
    yield from changes[settled[-1] + 1 if settled else 0 :]


CHECKS = (
    Check(
        "cumulative-risk",
        judge=cumulative_risk,
        judge_change=together,
        parameters=(
            Parameter("window_hours", 24, "how long what the same author or caller took away is added up"),
            Parameter("withdrawn_percent", 10, "how much of the advertised prefixes may go within that time"),
            Parameter("withdrawn_at_least", 5, "fewer prefixes than this are no mass withdrawal"),
            Parameter("sessions_percent", 25, "how much of the sessions may go within that time"),
            Parameter("sessions_at_least", 4, "fewer sessions than this are no loss worth a stop"),
        ),
    ),
)
