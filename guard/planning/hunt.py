"""The hunt for mutants: each is held against known answers, the likeliest and cheapest first, until one is wrong.

Law: an answer that is wrong without a mutant is a fault of guard, and catches nothing. The order is fixed, so that two
hunts give the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from guard.engines.engine import Engine
from guard.judge.case import Case
from guard.judge.finding import Finding
from guard.judge.judge import judge
from guard.judge.policy import PolicySet
from guard.judge.policy_test import test_policy
from guard.model.errors import InputInvalid
from guard.planning.known import Answer, caught_by_own_cases
from guard.planning.mutant_engines import EngineMutant, Plain, StepMutant, engine_mutants
from guard.planning.mutant_parts import PartMutant, part_mutants
from guard.planning.mutation import SAME, SWALLOWED, Mutant, policy_mutants

#: Known answers that one mutant is held against: those about the same policies first, then the smallest.
ANSWERS_AT_MOST = 40
#: Of these, changes that must give nothing.
HARMLESS = 12
#: Cases kept, as several mutants are held against the same answer.
_KEPT = 24


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mutant. `by` "": it survived. `same`: why it is no mutant at all, and not counted."""

    mutant: str
    by: str = ""
    own: bool = False  # caught by a case of the policy's own, not by an answer that an engine computed
    same: str = ""


@dataclass(slots=True)
class Hunt:
    """One hunt. `faults`: answers that are wrong without a mutant; `asked`: answers that were looked at."""

    answers: Sequence[Answer]
    policies: PolicySet
    engine: Engine
    faults: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    _useless: set[str] = field(default_factory=set)
    _cases: OrderedDict[str, tuple[Case, tuple[Finding, ...]]] = field(default_factory=OrderedDict)

    def results(self, every: int = 1) -> Iterator[Result]:
        """Every mutant with what became of it; or a sample of them, each so many-th."""
        mutants = (*policy_mutants(self.policies.policies), *engine_mutants(), *part_mutants())
        for mutant in mutants[::every]:
            if mutant.name in SAME:
                yield Result(mutant.name, same=SAME[mutant.name])
            elif isinstance(mutant, Mutant):
                yield self._of_policy(mutant)
            else:
                yield self._of_engine(mutant)

    # ------------------------------------------------------------------------------------------------ policies

    def _of_policy(self, mutant: Mutant) -> Result:
        policy = self.policies.policy(mutant.policy)
        assert policy is not None, "a mutant is one of a policy of the set"
        cheap = mutant.variant is not None or mutant.what == SWALLOWED  # answers that an engine computes seldom tell
        if cheap and (own := caught_by_own_cases(policy, mutant)):
            return Result(mutant.name, f"its own case {own!r}", own=True)
        for answer in self._likely(frozenset({mutant.policy})):
            known = self._judged(answer) if mutant.policy in answer.about else None
            if known is None:
                continue
            case, findings = known
            found = mutant.apply(case, findings)
            if list(found) != list(findings) and answer.wrong(found):
                return Result(mutant.name, answer.name)
        if not cheap and (own := caught_by_own_cases(policy, mutant)):
            return Result(mutant.name, f"its own case {own!r}", own=True)
        return Result(mutant.name)

    def _judged(self, answer: Answer) -> tuple[Case, tuple[Finding, ...]] | None:
        """A case and its findings; None where the answer is wrong by itself, or is a change that is refused."""
        known = self._cases.get(answer.name)
        if known is not None:
            self._cases.move_to_end(answer.name)
            return known
        if answer.name in self._useless:
            return None
        self.asked.add(answer.name)
        try:
            case = answer.case(Plain(self.engine))
        except InputInvalid:
            self._useless.add(answer.name)
            return None
        findings = judge(case, self.policies).findings
        if fault := answer.wrong(findings):
            self.faults[answer.name] = fault
            self._useless.add(answer.name)
            return None
        self._cases[answer.name] = case, findings
        while len(self._cases) > _KEPT:
            self._cases.popitem(last=False)
        return case, findings

    # ------------------------------------------------------------------------------------------------ engines

    def _of_engine(self, mutant: EngineMutant | StepMutant | PartMutant) -> Result:
        for answer in self._likely(mutant.about):
            if self._right(answer) and self._notices(answer, mutant):
                return Result(mutant.name, answer.name)
        if isinstance(mutant, PartMutant) and (own := self._own_cases(mutant)):
            return Result(mutant.name, own, own=True)
        return Result(mutant.name)

    def _own_cases(self, mutant: PartMutant) -> str:
        """The case of a policy that should notice, and does."""
        for policy in self.policies.policies:
            if policy.name in mutant.about:
                with mutant.at_work():
                    failed = next((each.case for each in test_policy(policy) if not each.passed), "")
                if failed:
                    return f"the case {failed!r} of {policy.name}"
        return ""

    def _right(self, answer: Answer) -> bool:
        """Whether an answer is right without a mutant."""
        known = answer.name in self.asked and answer.name not in self._useless
        return known or self._judged(answer) is not None

    def _notices(self, answer: Answer, mutant: EngineMutant | StepMutant | PartMutant) -> bool:
        if isinstance(mutant, PartMutant):
            with mutant.at_work():
                return bool(answer.asked(Plain(self.engine), self.policies))
        return bool(answer.asked(mutant.engine(self.engine, answer.base), self.policies))

    def _likely(self, about: frozenset[str]) -> list[Answer]:
        """Those about the policies, then harmless ones, which must stay without a finding, then the others."""
        ordered = sorted(self.answers, key=lambda each: (each.size, each.name))
        fitting = [each for each in ordered if each.about & about][: ANSWERS_AT_MOST - HARMLESS]
        harmless = [each for each in ordered if not each.about and each.base.devices][:HARMLESS]
        others = [each for each in ordered if each.about and not each.about & about]
        return [*fitting, *harmless, *others][:ANSWERS_AT_MOST]
