"""The policies' own tests: each policy's cases, judged by that policy alone (`guard policy test`).

Law: a policy that nothing shows to hold, or nothing shows to be violated, fails its test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from guard.judge.case import Case
from guard.judge.finding import Finding, Status
from guard.judge.given import Given, read_case
from guard.judge.judge import judge
from guard.judge.policy import Policy, PolicySet

_STATUS = {"violated": Status.NEW, "existing": Status.EXISTING, "undecided": Status.UNDECIDED}


@dataclass(frozen=True, slots=True)
class Result:
    """One case, or what is missing of a policy's cases (`case` then says which). `passed` False: `why` says it."""

    policy: str
    case: str
    passed: bool
    why: str = ""
    place: str = ""


def run_tests(policies: PolicySet) -> tuple[Result, ...]:
    """Run the cases of every policy of a set; InputInvalid where a case cannot be read."""
    return tuple(result for policy in policies.policies for result in test_policy(policy))


#: The findings of a case by a set of policies.
Judged = Callable[[Case, PolicySet], Sequence[Finding]]


def test_policy(policy: Policy, judged: Judged | None = None) -> Iterator[Result]:  # noqa: PT028  (no test)
    """The results of one policy's cases, and of having cases for both outcomes. `judged`: by whom, if not by judge."""
    given = [read_case(node) for node in policy.cases]
    for each in given:
        why = _failure(policy, each, judged)
        yield Result(policy.name, each.name, not why, why, str(each.source))
    for wanted in ("held", "violated"):
        if not any(each.expect == wanted for each in given):
            yield Result(policy.name, f"a case where it is {wanted}", False, "there is none", str(policy.source))


test_policy.__test__ = False  # type: ignore[attr-defined]  # pytest: the name is not an invitation


def _failure(policy: Policy, given: Given, judged: Judged | None) -> str:
    """Why the case fails; empty where it passes."""
    judgement = judge(given.case, PolicySet((policy,)))
    if not judgement.evaluated:
        return f"it was not evaluated: {'; '.join(judgement.notes)}"
    told = judgement.findings if judged is None else judged(given.case, PolicySet((policy,)))
    findings = [each for each in told if each.policy == policy.name]
    worse = [each for each in findings if each.status is not Status.EXISTING]
    if given.expect == "held":
        return f"expected nothing, found {_told(worse)}" if worse else ""
    wanted = [each for each in findings if each.status is _STATUS[given.expect]]
    if not wanted:
        return f"expected it to be {given.expect}, found {_told(findings)}"
    if given.expect == "existing" and worse:
        return f"expected nothing new, found {_told(worse)}"
    return "" if any(_fits(each, given) for each in wanted) else f"expected {_wanted(given)}, found {_told(wanted)}"


def _fits(finding: Finding, given: Given) -> bool:
    return (
        given.enforcement in ("", finding.enforcement)
        and given.step in (None, finding.step)
        and set(given.subjects) <= set(finding.subjects)
    )


def _wanted(given: Given) -> str:
    step = f"step {given.step}" if given.step is not None else ""
    return ", ".join(part for part in (given.enforcement, step, *given.subjects) if part)


def _told(findings: list[Finding]) -> str:
    return "; ".join(
        f"{each.enforcement.value} {each.status.value} at step {each.step}: {each.message} [{', '.join(each.subjects)}]"
        for each in findings
    ) or "nothing"  # fmt: skip
