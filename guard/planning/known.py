"""Known answers: changes of which it is known what must be found. They are what mutants are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from guard.engines.engine import Engine
from guard.judge.case import Case, Undecided
from guard.judge.finding import Finding, Status
from guard.judge.given import read_case
from guard.judge.judge import judge
from guard.judge.policy import Policy, PolicySet
from guard.judge.policy_test import test_policy
from guard.model.change import Change
from guard.model.errors import InputInvalid
from guard.pipeline import CheckRequest, case_of, quiet, steps_of
from guard.planning.bad import Bad
from guard.planning.bad_changes import bad_changes
from guard.planning.mutation import Mutant
from guard.planning.proof import change_of, fault_of
from guard.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Answer:
    """One change with what is wrong with its findings ("" if nothing). `size`: what it costs, roughly."""

    name: str
    about: frozenset[str]
    size: int
    request: CheckRequest
    change: Change
    base: Snapshot
    wrong: Callable[[Sequence[Finding]], str]

    def case(self, engine: Engine) -> Case:
        """What the checks get to see of it; InputInvalid where the change cannot be applied."""
        return case_of(self.request, self.change, self.base, steps_of(self.change, self.base), engine, quiet)

    def asked(self, engine: Engine, policies: PolicySet) -> str:
        """What comes out wrong with this engine; a change that is refused is no answer."""
        try:
            return self.wrong(judge(self.case(engine), policies).findings)
        except InputInvalid:
            return ""


def size_of(base: Snapshot) -> int:
    """What a check of a network costs, roughly: devices first, then text."""
    return len(base.devices) * 1_000_000 + sum(map(len, base.files.values()))


def proof_answers(name: str, base: Snapshot, request: CheckRequest, engine: Engine) -> Iterator[Answer]:
    """The known-bad changes of a network, and the harmless one."""
    bare = replace(request, failures=0)
    empty = Change("proof", "", "guard", "", "", ())
    made, _ = bad_changes(case_of(bare, empty, base, (), engine, quiet).base)
    for bad in made:
        about = frozenset(each.policy for each in bad.wanted)

        def wrong(findings: Sequence[Finding], bad: Bad = bad) -> str:
            return fault_of(bad, findings)

        yield Answer(f"proof on {name}: {bad.name}", about, size_of(base), bare, change_of(bad), base, wrong)


def caught_by_own_cases(policy: Policy, mutant: Mutant) -> str:
    """The case of a policy's own tests that comes out otherwise with a mutant, "" if none does."""
    if mutant.variant is not None:
        results = test_policy(mutant.variant)
    else:
        if _swallows_what_is_undecided(policy, mutant):
            return "what cannot be computed is undecided"

        def mutated(case: Case, policies: PolicySet) -> Sequence[Finding]:
            return mutant.apply(case, judge(case, policies).findings)

        results = test_policy(policy, mutated)
    return next((each.case for each in results if not each.passed), "")


def _swallows_what_is_undecided(policy: Policy, mutant: Mutant) -> bool:
    """Whether a case that nobody can compute is no longer undecided for the policy (DESIGN law 1)."""
    name = policy.check.name if policy.check is not None else policy.name
    blind = Undecided("it could not be computed", (name,))
    for node in policy.cases:
        case = replace(read_case(node).case, undecided=(blind,))
        findings = judge(case, PolicySet((policy,))).findings
        if any(_is_blind(each, policy) for each in findings):
            return not any(_is_blind(each, policy) for each in mutant.apply(case, findings))
    return False


def _is_blind(finding: Finding, policy: Policy) -> bool:
    return finding.policy == policy.name and finding.status is Status.UNDECIDED
