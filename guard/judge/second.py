"""How a second engine's opinion of a change is formed: what it is asked, and what of its answers counts.

Law: the second engine may only make a verdict stricter; where it has no answer, that is said (DESIGN law 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from guard.engines.agreement import Difference, agreement, reach_agreement
from guard.judge.case import Case
from guard.judge.finding import Finding, Status, Verdict, strictness
from guard.judge.judge import judge
from guard.judge.opinion import SecondOpinion
from guard.judge.policy import PolicySet
from guard.judge.verdict import of
from guard.model.facts import Assessment
from guard.model.state import NetworkState
from guard.snapshot.snapshot import Snapshot

NAME = "engine-disagreement"


def second_opinion(
    first: Case, other: Case, own: Sequence[Finding], policies: PolicySet, *, engines: tuple[str, str]
) -> SecondOpinion:
    """What the facts of `other` say of the change that `first` was judged on, with the findings `own`."""
    known: dict[str, tuple[Difference, ...]] = {}
    for mine, theirs in zip(first.views, other.views, strict=True):
        if mine.assessment is not None and theirs.assessment is not None and mine.snapshot.digest not in known:
            known[mine.snapshot.digest] = compared(mine.snapshot, mine.assessment, theirs.assessment)
    found = judge(other, without_failures(policies)).findings
    return SecondOpinion(
        engine=engines[1],
        first=engines[0],
        differences=tuple(known.get(view.snapshot.digest, ()) for view in first.views),
        findings=only_there(found, own),
    )


def disagreeing(policies: PolicySet) -> PolicySet:
    """The policies that judge what two engines disagree on."""
    kept = tuple(each for each in policies.policies if each.check is not None and each.check.name == NAME)
    return replace(policies, policies=kept)


def without_failures(policies: PolicySet) -> PolicySet:
    """What a second engine is asked to judge: not every failure of every moment, which it would have to compute."""
    kept = tuple(
        each
        for each in policies.policies
        if each.check is None or (each.check.name != NAME and "failures" not in each.check.needs)
    )
    return replace(policies, policies=kept)


def compared(snapshot: Snapshot, one: Assessment, other: Assessment) -> tuple[Difference, ...]:
    """All differences of one moment. What became of services is compared as such; states where they assume the same."""
    reach = reach_agreement(one, other)
    if not _same_assumptions(one.state, other.state):
        return reach
    return (*agreement(one.state, other.state, snapshot), *reach)


def _same_assumptions(one: NetworkState, other: NetworkState) -> bool:
    """Whether the health fixed points withdrew the same instances: otherwise every fact would differ for that."""
    mine, theirs = one.scenario, other.scenario
    return (mine.down_nodes, mine.down_interfaces) == (theirs.down_nodes, theirs.down_interfaces)


def only_there(found: Iterable[Finding], own: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings that would stop the change and that the first engine's facts do not give (as strict, on the same)."""
    return tuple(each for each in found if of(each) is not Verdict.ALLOW and not _said(each, own))


def _said(finding: Finding, own: Sequence[Finding]) -> bool:
    told = [
        each
        for each in own
        if each.policy == finding.policy
        and of(each) is not Verdict.ALLOW
        and (strictness(each.enforcement) >= strictness(finding.enforcement) or finding.status is Status.UNDECIDED)
    ]
    subjects = frozenset(subject for each in told for subject in each.subjects)
    return bool(told) and (not finding.subjects or not subjects.isdisjoint(finding.subjects))
