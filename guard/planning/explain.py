"""Why a change is stopped: the smallest part of it that is stopped for the same reason, and the largest that passes.

Delta debugging (Zeller and Hildebrandt 2002) over steps and lines. Law: of the smallest cause nothing can be left out,
and to the largest passing part none of the lines can be added, each tried by itself; parts that cannot be applied
alone count as neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from guard.judge.finding import Finding, Verdict
from guard.judge.verdict import of
from guard.model.change import Change
from guard.planning.trial import OutOfTrials, Trial, worst
from guard.planning.units import Unit, Units

#: Any effect shows these: where others decide as well, they are not the cause.
_OF_ANYTHING = frozenset({"blast-radius", "undeclared-effect"})

Stops = Callable[[Sequence[Unit]], bool]


@dataclass(frozen=True, slots=True)
class Explained:
    """`findings`: those that decide the verdict. `complete` False: the bound on trials cut the search short."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    cause: tuple[Unit, ...] = ()
    passes: tuple[Unit, ...] = ()
    left_out: tuple[Unit, ...] = ()
    complete: bool = True
    trials: int = 0


def explain(change: Change, trial: Trial) -> Explained:
    """Search the parts of a change; one that passes has no cause and passes whole."""
    units = Units(change, trial.base)
    found = trial.findings(change, tuple(step.parts for step in change.steps))
    verdict = worst(found or ())
    if verdict is Verdict.ALLOW:
        return Explained(verdict, passes=tuple(units.all), trials=trial.count)
    deciding = tuple(each for each in found or () if of(each) is verdict)
    policies = frozenset(each.policy for each in deciding)
    policies = policies - _OF_ANYTHING or policies
    quick = _without_failures(trial, change, policies, verdict)

    def same_reason(chosen: Sequence[Unit]) -> bool:
        shown = quick.findings(change, units.steps(chosen)) if chosen else ()
        return any(each.policy in policies and of(each) is verdict for each in shown or ())

    def passes(chosen: Sequence[Unit]) -> bool:
        return not chosen or trial.findings(change, units.steps(chosen)) == ()

    cause, largest, complete = list(units.all), list[Unit](), True
    try:
        cause = minimal(units.all, same_reason, lambda kept: cause.__setitem__(slice(None), kept))
        largest = _largest(units.all, cause, passes)
    except OutOfTrials:
        complete = False
    left_out = tuple(unit for unit in units.all if unit not in largest)
    count = trial.count + (quick.count if quick is not trial else 0)
    return Explained(verdict, deciding, tuple(cause), tuple(largest), left_out, complete, count)


def _without_failures(trial: Trial, change: Change, policies: frozenset[str], verdict: Verdict) -> Trial:
    """A trial that looks at no further failures, where that shows the same reasons: it costs a small part."""
    quick = replace(trial, failures=0, count=0, _known={}, _kept=[])
    found = quick.findings(change, tuple(step.parts for step in change.steps)) or ()
    shown = {each.policy for each in found if of(each) is verdict}
    return quick if policies <= shown else trial


def minimal(units: Sequence[Unit], stops: Stops, told: Callable[[list[Unit]], None] = lambda _: None) -> list[Unit]:
    """The ddmin algorithm: a part that stops, and stops no more without any one of its units. `told`: each step."""
    kept, pieces = list(units), 2
    while len(kept) >= 2:
        size = -(-len(kept) // pieces)
        chunks = [kept[at : at + size] for at in range(0, len(kept), size)]
        smaller = _smaller(kept, chunks, stops)
        if smaller is not None:
            pieces = 2 if smaller in chunks else max(pieces - 1, 2)
            kept = smaller
            told(kept)
        elif pieces >= len(kept):
            break
        else:
            pieces = min(len(kept), pieces * 2)
    return kept


def _smaller(kept: list[Unit], chunks: list[list[Unit]], stops: Stops) -> list[Unit] | None:
    """A piece that stops by itself, else what is left without one."""
    for chunk in chunks:
        if len(chunk) < len(kept) and stops(chunk):
            return chunk
    for chunk in chunks if len(chunks) > 2 else ():
        rest = [unit for unit in kept if unit not in chunk]
        if stops(rest):
            return rest
    return None


def _largest(units: Sequence[Unit], cause: Sequence[Unit], passes: Stops) -> list[Unit]:
    """All without the cause if that passes, else built up; then every unit that can be added is."""
    rest = [unit for unit in units if unit not in cause]
    kept = rest if passes(rest) else _built_up(rest, passes)
    for unit in units:
        if unit not in kept:
            wider = [each for each in units if each in kept or each is unit]
            if passes(wider):
                kept = wider
    return kept


def _built_up(units: Sequence[Unit], passes: Stops) -> list[Unit]:
    """Halves, and halves of these, added as long as the whole passes."""
    kept: list[Unit] = []
    waiting = [list(units)]
    while waiting:
        chunk = waiting.pop(0)
        wider = [unit for unit in units if unit in kept or unit in chunk]
        if passes(wider):
            kept = wider
        elif len(chunk) > 1:
            waiting = [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :], *waiting]
    return kept
