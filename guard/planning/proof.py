"""Proof that guard catches what it must, on this very snapshot, with these policies and this engine (DESIGN law 11).

Law: without a proof there is no ALLOW. A known-bad change must give its finding as new (waived counts: somebody
accepted it with open eyes; softer enforcement too), the harmless one none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from guard import __version__
from guard.engines.engine import Engine
from guard.judge.finding import Finding, Status, listed
from guard.judge.judge import judge
from guard.judge.policy import PolicySet, load_policies
from guard.judge.standing import Standing
from guard.model.change import Change, Step
from guard.model.digest import value_digest
from guard.model.errors import EngineLost, InputInvalid
from guard.pipeline import CheckRequest, Progress, case_of, quiet, steps_of
from guard.planning.bad import SOURCE, Bad, Left
from guard.planning.bad_changes import bad_changes
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

#: What an operator accepted is seen all the same.
_SEEN = frozenset({Status.NEW, Status.WAIVED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One known change as it came out; `fault` "": as it must."""

    name: str
    wanted: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was tried on which base, by which policies and engines. `left`: changes that the base does not permit."""

    base: str
    policies: str
    engines: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    left: tuple[Left, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether something was tried, and all came out as it must."""
        return bool(self.outcomes) and not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(f"{each.name}: {each.fault}" for each in self.outcomes if each.fault)

    def document(self) -> dict[str, Any]:
        """JSON-ready; its digest is what a verdict names."""
        return {
            "base": self.base,
            "policies": self.policies,
            "engines": list(self.engines),
            "guard_version": __version__,
            "passed": self.passed,
            "cases": [{"name": e.name, "wanted": list(e.wanted), "fault": e.fault} for e in self.outcomes],
            "not_built": [{"name": each.name, "why": each.why} for each in self.left],
        }

    @property
    def standing(self) -> Standing:
        return Standing(value_digest(self.document()), self.passed, self.summary)

    @property
    def summary(self) -> str:
        """One line for people."""
        caught = sum(1 for each in self.outcomes if each.wanted and not each.fault)
        bad = sum(1 for each in self.outcomes if each.wanted)
        told = f"{caught} of {bad} known-bad changes are caught, {len(self.left)} could not be built"
        return told if self.passed else f"{told}: {listed(self.faults, 3) or 'nothing could be tried'}"


def prove(
    base_files: Mapping[str, str],
    policies: Sequence[Mapping[str, str]],
    engines: Sequence[Engine],
    now: datetime,
    progress: Progress = quiet,
) -> Proof:
    """Try every known change that the snapshot permits."""
    return prove_with(load(base_files), load_policies(*policies), engines, now, progress)


def prove_with(
    base: Snapshot, policies: PolicySet, engines: Sequence[Engine], now: datetime, progress: Progress = quiet
) -> Proof:
    """The same for values that were read before."""
    request = CheckRequest({}, "", "proof", {}, (), now, failures=0)
    outcomes: list[Outcome] = []
    left: dict[Left, None] = {}
    for engine in engines:
        by = f" ({engine.name})" if len(engines) > 1 else ""
        try:
            for found in _tried(request, base, policies, engine, progress):
                if isinstance(found, Left):
                    left[found] = None
                else:
                    outcomes.append(replace(found, name=f"{found.name}{by}"))
        except EngineLost as error:
            outcomes.append(Outcome(f"an answer of {engine.name}", (), str(error)))
    names = tuple(engine.name for engine in engines)
    return Proof(base.digest, policies.digest, names, tuple(outcomes), tuple(left))


def _tried(
    request: CheckRequest, base: Snapshot, policies: PolicySet, engine: Engine, progress: Progress
) -> Iterator[Outcome | Left]:
    """Each known change as one engine sees it: what it permits is built from what that engine says of the base."""
    standing = case_of(request, change_of(Bad("", (), ())), base, (), engine, quiet).base
    made, left = bad_changes(standing)
    yield from left
    for number, bad in enumerate(made):
        progress(f"proving: {bad.name}", number / len(made))
        try:
            findings = _findings(request, bad, base, policies, engine)
        except InputInvalid as error:
            yield Left(bad.name, f"cannot be applied: {error}")
            continue
        yield Outcome(bad.name, tuple(each.policy for each in bad.wanted), fault_of(bad, findings))


def change_of(bad: Bad) -> Change:
    """The change as somebody would send it."""
    steps = tuple(Step(number, parts, SOURCE) for number, parts in enumerate((bad.parts, *bad.later), 1))
    return Change("proof", bad.name, "guard", "", "", steps, effect=bad.effect)


def _findings(
    request: CheckRequest, bad: Bad, base: Snapshot, policies: PolicySet, engine: Engine
) -> tuple[Finding, ...]:
    change = change_of(bad)
    return judge(case_of(request, change, base, steps_of(change, base), engine, quiet), policies).findings


def fault_of(bad: Bad, findings: Sequence[Finding]) -> str:
    """What is wrong with the findings of one known change; "" if nothing is."""
    if not bad.wanted:
        new = sorted({each.policy for each in findings if each.status is Status.NEW})
        return f"it must give no finding, and gives {listed(new)}" if new else ""
    seen: dict[str, set[str]] = {}
    for each in findings:
        if each.status in _SEEN:
            seen.setdefault(each.policy, set()).update(each.subjects)
    missed = [
        f"{want.policy} {want.subject}".rstrip()
        for want in bad.wanted
        if want.policy not in seen or (want.subject and not _named(want.subject, seen[want.policy]))
    ]
    return f"does not give {listed(missed)}" if missed else ""


def _named(subject: str, subjects: set[str]) -> bool:
    """Long lists of subjects are cut and end in `… and N more`."""
    return subject in subjects or any(each.startswith("… and ") for each in subjects)
