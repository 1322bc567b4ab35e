"""Judging: every policy over every step of a case, waivers applied, one verdict.

Law: the verdict is derived from the findings that are reported, so the two cannot disagree; a check that cannot be
computed is undecided, and no check at all is never ALLOW.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from guard.judge.binding import things
from guard.judge.case import Case, StepView, Undecided
from guard.judge.catalogue import Check
from guard.judge.expression import Outcome, Validation, evaluate
from guard.judge.facts_view import facts
from guard.judge.finding import Enforcement, Finding, Observation, Status, Verdict, some, strictness
from guard.judge.policy import Policy, PolicySet, bound
from guard.judge.verdict import ORDER, of, verdict
from guard.judge.waiver import Waiver

#: Built-in checks with nothing to judge where nobody says what the network is for.
_OF_INTENT = (
    "asymmetric-reachability", "backbone-withdrawal", "datacenter-isolation", "dns-empty-critical-name",
    "dns-service-survival", "flow-intent", "reachability-loss", "recovery-lockout", "service-dependency",
    "shared-risk", "site-isolation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """`evaluated`: policies that could really be judged. `notes` say what was skipped, and why."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    evaluated: int
    notes: tuple[str, ...] = ()


class _Seen(NamedTuple):
    """One observation of one policy, with where it was first seen at its worst and what it amounts to."""

    step: int
    observation: Observation
    finding: Finding


def judge(case: Case, policies: PolicySet) -> Judgement:
    """Judge a case by a set of policies."""
    findings: list[Finding] = []
    idle: dict[str, list[str]] = {}
    evaluated = 0
    for policy in policies.policies:
        skipped = _skipped(case, policy)
        if skipped:
            idle.setdefault(skipped, []).append(policy.name)
            continue
        evaluated += 1
        waivers = tuple(each for each in policies.waivers if each.policy == policy.name)
        variants = _as_bound(case, policy, policies)
        findings += _strictest(_findings(case, each, waivers, tuple(_observations(case, each))) for each in variants)
    notes = [f"skipped, as {why}: {', '.join(names)}" for why, names in idle.items()]
    blind = [] if any(view.inventory.given for view in case.views) else _without_intent(policies, idle)
    if blind:
        notes.append(f"without an inventory these have nothing to judge by: {', '.join(blind)}")
    notes += [
        f"the waiver of {each.policy} for {', '.join(each.subjects)} expired on {each.expires:%Y-%m-%d}"
        for each in policies.waivers
        if each.expires <= case.now
    ]
    if not evaluated:
        nothing = "no check could be evaluated"
        findings.append(Finding("not-modelled", Enforcement.HOLD, Status.UNDECIDED, 0, nothing))
    ordered = tuple(sorted(findings, key=_urgency))
    return Judgement(verdict(ordered, evaluated), ordered, evaluated, tuple(notes))


def _without_intent(policies: PolicySet, idle: Mapping[str, list[str]]) -> list[str]:
    skipped = {name for names in idle.values() for name in names}
    checked = (each for each in policies.policies if each.check and each.check.name in _OF_INTENT)
    return [each.name for each in checked if each.name not in skipped]


def _as_bound(case: Case, policy: Policy, policies: PolicySet) -> list[Policy]:
    """The policy as each binding for this change wants it; as it says of itself where there is none."""
    own = [each for each in policies.bindings if each.policy == policy.name]
    touched = things(case) if own else ()
    wanted = [bound(policy, each) for each in own if each.where.covers(case.change.author, touched)]
    return wanted or [policy]


def _strictest(told: Iterable[list[Finding]]) -> list[Finding]:
    """What a policy finds under each of its bindings, the same thing told once."""
    kept: dict[tuple[object, ...], Finding] = {}
    for each in (finding for findings in told for finding in findings):
        same = (each.status, each.step, each.message, each.subjects)
        if same not in kept or strictness(each.enforcement) > strictness(kept[same].enforcement):
            kept[same] = each
    return list(kept.values())


def joined(one: Judgement, other: Judgement) -> Judgement:
    """Two judgements of one case, by different policies, as one."""
    findings = tuple(sorted(dict.fromkeys((*one.findings, *other.findings)), key=_urgency))
    evaluated = one.evaluated + other.evaluated
    notes = tuple(dict.fromkeys((*one.notes, *other.notes)))
    return Judgement(verdict(findings, evaluated), findings, evaluated, notes)


def _urgency(finding: Finding) -> tuple[Any, ...]:
    """What decides first; then by step and name."""
    return (-ORDER[of(finding)], finding.status is Status.EXISTING, -strictness(finding.enforcement), finding.step,
            finding.policy, finding.subjects)  # fmt: skip


# ------------------------------------------------------------------------------------------------ observing


def _skipped(case: Case, policy: Policy) -> str:
    """Why a policy has nothing to judge here; empty where it has."""
    needs = policy.check.needs if policy.check else frozenset()
    if "network" in needs and not case.has_network:
        return "the snapshot has no configurations"
    if "failures" in needs and case.base.failures is None and not any(step.view.failures for step in case.steps):
        return "no failures were asked for"
    if "demands" in needs and not any(view.loads for view in case.views):
        return "the inventory gives no demands"
    if "zones" in needs and not any(view.snapshot.zones or view.snapshot.server_zones for view in case.views):
        return "the snapshot has no zones"
    return ""


def _observations(case: Case, policy: Policy) -> Iterator[tuple[int, Observation]]:
    if policy.check is not None and policy.check.judge_change is not None:
        yield from ((0, each) for each in policy.check.judge_change(case, policy.parameters))
    base = _base_outcomes(case, policy)
    for step in case.steps:
        blind = tuple(_blind(case, step, policy))
        yield from ((step.number, each) for each in blind)
        if blind:
            continue
        if policy.check is None:
            yield from ((step.number, each) for each in _validated(case, step, policy, base))
        elif policy.check.judge is not None:
            yield from ((step.number, each) for each in policy.check.judge(case, step, policy.parameters))


def _blind(case: Case, step: StepView, policy: Policy) -> Iterator[Observation]:
    """What keeps a policy from being judged after this step."""
    name = policy.check.name if policy.check else policy.name
    needs_network = case.has_network and (policy.check is None or "network" in policy.check.needs)
    for each in (*case.undecided, *step.undecided):
        if name in each.checks or (not each.checks and needs_network):
            yield _undecided(each)
    for view, words in ((case.base, "the base"), (step.view, f"step {step.number}")):
        if needs_network and view.assessment is None:
            yield Observation(f"the state of {words} could not be computed", undecided=True)
    if policy.check is not None and "failures" in policy.check.needs and _sweep_missing(case, step):
        yield Observation("the failures after this step were not examined", undecided=True)


def _sweep_missing(case: Case, step: StepView) -> bool:
    return case.base.failures is None or step.view.failures is None


def _undecided(each: Undecided) -> Observation:
    return Observation(each.message, subjects=each.subjects, undecided=True, group="undecided")


# ------------------------------------------------------------------------------------------------ CEL


def _base_outcomes(case: Case, policy: Policy) -> tuple[Outcome, ...]:
    """What each validation says of the base itself: what was so before is existing."""
    if not policy.validations:
        return ()
    given = facts(case, None, (text for each in policy.validations for text in each.texts))
    return tuple(evaluate(each, given) for each in policy.validations)


def _validated(case: Case, step: StepView, policy: Policy, base: tuple[Outcome, ...]) -> Iterator[Observation]:
    given = facts(case, step, (text for each in policy.validations for text in each.texts))
    for number, (validation, before) in enumerate(zip(policy.validations, base, strict=True)):
        outcome = evaluate(validation, given)
        if outcome.error:
            yield Observation(
                f"{validation.message}: cannot be evaluated", evidence=(outcome.error,), undecided=True,
                key=f"error {number}",
            )  # fmt: skip
        elif not outcome.held:
            yield from _violated(validation, before, outcome, number)


def _violated(validation: Validation, before: Outcome, outcome: Outcome, number: int) -> Iterator[Observation]:
    """Subjects that were wrong in the base already are existing, the others are new.

    The base is seen with the same change beside it, so what is wrong with the change would seem to have been so before.
    """
    was_violated = not before.held and not before.error and not validation.names_the_change
    old = [each for each in outcome.subjects if was_violated and each in before.subjects]
    new = [each for each in outcome.subjects if each not in old]
    if not outcome.subjects:
        old, new = ([], [])
        yield _cel(validation, outcome, (), was_violated and not validation.reads_the_change, number)
    if old:
        yield _cel(validation, outcome, tuple(old), True, number)
    if new:
        yield _cel(validation, outcome, tuple(new), False, number)


def _cel(
    validation: Validation, outcome: Outcome, subjects: tuple[str, ...], existing: bool, number: int
) -> Observation:
    return Observation(
        outcome.message or validation.message,
        subjects=subjects,
        evidence=(validation.expression,),
        existing=existing,
        key=f"{number} {existing} {sorted(subjects)}",
        main=subjects,
    )


# ------------------------------------------------------------------------------------------------ findings


def _findings(
    case: Case, policy: Policy, waivers: tuple[Waiver, ...], seen: Iterable[tuple[int, Observation]]
) -> list[Finding]:
    """One finding per thing and policy: at the step where it is worst, the first of these."""
    worst: dict[str, _Seen] = {}
    for number, observation in seen:
        found = _Seen(number, observation, _finding(case, policy, waivers, number, observation))
        identity = f"{observation.undecided} {observation.identity}"
        known = worst.get(identity)
        if known is None or _severity(found.finding) > _severity(known.finding):
            worst[identity] = found
    return _merged(worst.values())


def _severity(finding: Finding) -> tuple[int, bool, int]:
    return (ORDER[of(finding)], finding.status is not Status.EXISTING, strictness(finding.enforcement))


def _finding(case: Case, policy: Policy, waivers: tuple[Waiver, ...], number: int, observation: Observation) -> Finding:
    status = Status.NEW
    waiver = None
    if observation.existing and not (policy.absolute and not observation.undecided):
        status = Status.EXISTING
    elif observation.undecided:
        status = Status.UNDECIDED
    else:
        live = (each for each in waivers if each.expires > case.now)
        waiver = next((each for each in live if each.covers(policy.name, observation)), None)
        status = Status.WAIVED if waiver else Status.NEW
    return Finding(
        policy=policy.name,
        enforcement=observation.enforced(policy.enforcement),
        status=status,
        step=number,
        message=observation.message,
        subjects=observation.subjects,
        evidence=observation.evidence,
        waiver=waiver.text() if waiver else "",
    )


def _merged(seen: Iterable[_Seen]) -> list[Finding]:
    """Observations of one group, told at one step with one outcome, become one finding."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for number, (_, observation, finding) in enumerate(seen):
        name: object = observation.group or number
        key = (name, finding.step, finding.status, finding.enforcement, finding.waiver)
        groups.setdefault(key, []).append(finding)
    return [_joined(each) for each in groups.values()]


def _joined(findings: list[Finding]) -> Finding:
    first = findings[0]
    if len(findings) == 1:
        return replace(first, subjects=some(first.subjects), evidence=some(first.evidence))
    subjects = tuple(dict.fromkeys(subject for each in findings for subject in each.subjects))
    evidence = tuple(dict.fromkeys(text for each in findings for text in each.evidence))
    return replace(
        first,
        message=f"{first.message} (and {len(findings) - 1} more like this)",
        subjects=some(subjects),
        evidence=some(evidence),
    )


def needs_of(policies: PolicySet) -> frozenset[str]:
    """What the policies of a set need to be computed: network, failures, zones."""
    checks: list[Check] = [each.check for each in policies.policies if each.check]
    found = frozenset[str]().union(*(check.needs for check in checks))
    wants_failures = any(
        "failures" in text for each in policies.policies for one in each.validations for text in one.texts
    )
    return found | (frozenset({"failures"}) if wants_failures else frozenset())
