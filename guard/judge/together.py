"""Changes that were allowed and are not yet done, taken together with the one that is judged (cumulative-risk).

Law: what a change does by itself is judged by itself, and what the earlier ones do together was judged when they came;
only what neither shows is told here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime

from guard.judge.finding import Finding, Status, Verdict, strictness
from guard.judge.policy import PolicySet
from guard.judge.verdict import of
from guard.model.change import BaseNamed, Change, Expect, Step

NAME = "cumulative-risk"

#: Policies that judge one change and its text, not what the network is afterwards: they do not add up.
_OF_ONE_CHANGE = frozenset(
    (
        NAME, "blast-radius", "dns-alias", "dns-apex", "dns-conflict", "dns-intermediate-state", "dns-invalid",
        "dns-name-typo", "dns-serial", "dns-truncation", "dns-ttl", "dns-wildcard-exposure", "engine-disagreement",
        "intent-weakened", "not-modelled", "policy-widened", "restore-surge", "stale-base", "undeclared-effect",
        "undefined-reference", "unknown-command",
    )
)  # fmt: skip


def adding_up(policies: PolicySet) -> PolicySet:
    """The policies that several changes can violate together, the operator's own among them."""
    kept = tuple(each for each in policies.policies if (each.check.name if each.check else "") not in _OF_ONE_CHANGE)
    return replace(policies, policies=kept)


def alone(policies: PolicySet) -> PolicySet:
    """The policies that judge what is found together."""
    kept = tuple(each for each in policies.policies if each.check is not None and each.check.name == NAME)
    return replace(policies, policies=kept)


def combined(change: Change, earlier: Sequence[Change]) -> Change:
    """One change whose first step is all that was allowed earlier, in its order, and whose others are its own.

    What each author accepts is accepted; it is temporary only if all of them are, until the first of them ends.
    """
    every = (*earlier, change)
    parts = tuple(part for each in earlier for step in each.steps for part in step.parts)
    first = Step(1, parts, change.steps[0].source)
    ends = [each.until for each in every if each.until is not None]
    return replace(
        change,
        steps=(first, *(replace(step, number=step.number + 1) for step in change.steps)),
        expect=_accepted(each.expect for each in every),
        effect="any",
        base=BaseNamed(),
        temporary=all(each.temporary for each in every),
        until=_first(ends) if len(ends) == len(every) else None,
    )


def _first(ends: Sequence[datetime]) -> datetime:
    return min(ends)


def _accepted(expects: Iterable[Expect]) -> Expect:
    listed = tuple(expects)
    names = [each.name for each in fields(Expect)]
    return Expect(**{name: tuple(item for each in listed for item in getattr(each, name)) for name in names})


def beyond(found: Iterable[Finding], own: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of the combined change that neither its first step nor the change by itself (`own`) has as bad."""
    known: dict[str, list[Finding]] = {}
    for each in own:
        known.setdefault(each.policy, []).append(each)
    return tuple(
        replace(each, step=each.step - 1)
        for each in found
        if each.step > 1 and of(each) is not Verdict.ALLOW and not _said(each, known.get(each.policy, []))
    )


def _said(finding: Finding, known: Sequence[Finding]) -> bool:
    """Whether findings of the same policy, as strict, tell all that this one tells."""
    least = strictness(finding.enforcement)
    statuses = (finding.status, Status.UNDECIDED)
    told = [each for each in known if each.status in statuses and strictness(each.enforcement) >= least]
    subjects = frozenset(subject for each in told for subject in each.subjects)
    return bool(told) and (finding.subjects == () or subjects.issuperset(finding.subjects))
