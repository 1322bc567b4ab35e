"""Two engines that were asked the same and answer differently."""

from __future__ import annotations

from guard.engines.agreement import Difference, Fact
from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.finding import Enforcement, Observation, Status
from guard.judge.opinion import SecondOpinion


def engine_disagreement(case: Case, step: StepView, params: Parameters) -> Observations:
    """A second engine gives other facts than the first, or finds what the first does not.

    Held is a difference by which packets go or neighbours hear something; one that both had in the base already, in the
    same words, exists and is reported. A difference that is known (guard/engines/known_differences.py) or that nothing
    goes by, such as a metric, is a warning with its reason. Where the second engine has no answer it is undecided.
    Breaks: one engine has a bug, and the verdict is built on it.
    Example: guard takes a session for up that Batfish holds incompatible.
    Source: Facebook, 4 October 2021: the audit tool that should have stopped the command had a bug.
    """
    opinion = case.second
    if opinion is None or len(opinion.differences) <= step.number:
        return
    before = {each.identity for each in opinion.differences[0]}
    for each in opinion.differences[step.number]:
        if each.fact is Fact.UNKNOWN:
            yield _unknown(each, opinion, existing=each.identity in before and not _touches(step, each))
        else:
            yield _differs(each, opinion, existing=each.identity in before)


def only_second(case: Case, params: Parameters) -> Observations:
    """What the second engine's facts violate and the first one's do not, over the whole change."""
    opinion = case.second
    for each in opinion.findings if opinion is not None else ():
        assert opinion is not None
        yield Observation(
            f"{opinion.engine} finds {each.policy} at step {each.step}, {opinion.first} does not: {each.message}",
            subjects=(each.policy, *each.subjects),
            evidence=each.evidence,
            undecided=each.status is Status.UNDECIDED,
            key=f"finding {each.policy} {each.step} {sorted(each.subjects)} {each.message}",
        )


def _differs(each: Difference, opinion: SecondOpinion, *, existing: bool) -> Observation:
    mild = each.known is not None or not each.decides
    reason = (f"known: {each.known.name}: {each.known.reason} ({each.known.source})",) if each.known else ()
    said = f"{opinion.first} says {each.answers[0]}, {opinion.engine} says {each.answers[1]}"
    return Observation(
        f"{each.fact.value} {each.subject}: {said}",
        subjects=(each.subject, *each.nodes),
        evidence=(f"{each.subject}: {said}", *reason, *map(str, each.sources)),
        existing=existing,
        at_most=Enforcement.WARN if mild else None,
        key=f"{each.fact} {each.subject}",
        group=f"{each.fact} {each.known.name if each.known else ''} {each.decides}",
        main=(each.subject,),
    )


def _unknown(each: Difference, opinion: SecondOpinion, *, existing: bool) -> Observation:
    said = f"{opinion.first} {each.answers[0]}, {opinion.engine} {each.answers[1]}"
    return Observation(
        f"{each.subject} is known to one engine alone: {said}",
        subjects=(each.subject,),
        evidence=(said,),
        existing=existing,
        undecided=not existing,
        key=f"unknown {each.subject} {existing}",
        group=f"unknown {existing}",
    )


def _touches(step: StepView, each: Difference) -> bool:
    """Whether the change alters a device of which one engine knows nothing, or nothing is known at all."""
    return not each.nodes or any(node in step.delta.devices.turns for node in each.nodes)


CHECKS = (Check("engine-disagreement", judge=engine_disagreement, judge_change=only_second, needs=NETWORK),)
