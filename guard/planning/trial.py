"""Parts of a change tried out: judged on the same base by the same policies, each combination once, and not forever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from guard.engines.engine import Engine
from guard.judge.finding import Finding, Verdict
from guard.judge.judge import judge
from guard.judge.policy import PolicySet
from guard.judge.verdict import of
from guard.model.change import Change, Step, StepPart
from guard.model.errors import InputInvalid
from guard.pipeline import CheckRequest, case_of, quiet, steps_of
from guard.snapshot.snapshot import Snapshot

#: Judgements that one question may cost; each is about a check of the change.
TRIALS_AT_MOST = 300


class OutOfTrials(Exception):
    """The bound was reached: what is known so far may not be the smallest or the largest."""


@dataclass(slots=True)
class Trial:
    """Judges variants of one change. `count` says how many it took."""

    base: Snapshot
    policies: PolicySet
    engine: Engine
    now: datetime
    failures: int | None = None
    most: int = TRIALS_AT_MOST
    count: int = 0
    _known: dict[tuple[tuple[int, ...], ...], tuple[Finding, ...] | None] = field(default_factory=dict)
    _kept: list[StepPart] = field(default_factory=list)  # so that an id names one part for as long as it is a key

    def findings(self, change: Change, steps: Sequence[tuple[StepPart, ...]]) -> tuple[Finding, ...] | None:
        """What stands in the way of a change of these steps alone; None where they cannot be applied by themselves."""
        key = tuple(tuple(id(part) for part in parts) for parts in steps)
        if key not in self._known:
            if self.count >= self.most:
                raise OutOfTrials
            self.count += 1
            self._kept += [part for parts in steps for part in parts]
            self._known[key] = self._judged(change, steps)
        return self._known[key]

    def _judged(self, change: Change, steps: Sequence[tuple[StepPart, ...]]) -> tuple[Finding, ...] | None:
        source = change.steps[0].source
        variant = replace(change, steps=tuple(Step(n, parts, source) for n, parts in enumerate(steps, 1)))
        request = CheckRequest({}, "", change.id, {}, (), self.now, failures=self.failures)
        try:
            case = case_of(request, variant, self.base, steps_of(variant, self.base), self.engine, quiet)
        except InputInvalid:
            return None
        return stopping(judge(case, self.policies).findings)


def stopping(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that ask for more than ALLOW."""
    return tuple(each for each in findings if of(each) is not Verdict.ALLOW)


def worst(findings: Iterable[Finding]) -> Verdict:
    """What these findings ask for together."""
    verdicts = {of(each) for each in findings}
    return next((each for each in (Verdict.BLOCK, Verdict.HOLD) if each in verdicts), Verdict.ALLOW)


def told(finding: Finding) -> str:
    """One finding in a line."""
    return f"{finding.policy} ({finding.enforcement.value}, {finding.status.value}): {finding.message}"
