"""Changed lines, and states of the engine, that guard does not understand."""

from __future__ import annotations

from collections.abc import Iterator

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameters
from guard.judge.finding import Enforcement, Observation
from guard.model.facts import Assessment
from guard.model.masking import mask
from guard.model.state import StateNote

_STATES = {2: "only partly modelled", 3: "recognised, but not modelled", 5: "not recognised"}


def not_modelled(case: Case, step: StepView, params: Parameters) -> Observations:
    """An added, removed or moved line that no engine understands and that is not known to be harmless.

    Also what the engine itself could not decide (an oscillation, a file of the change it cannot read): then undecided.
    Lines that the change does not touch are coverage, not findings.
    Breaks: unknown; that is the point.
    Example: `ip policy route-map STEER` on an interface: policy routing is recognised and not modelled.
    Source: DESIGN law 2; in a tool that others rely on, leniency is the bug.
    """
    for device in step.delta.lines:
        for line in device.lines:
            if line.opaque:
                text = mask(line.text)
                yield Observation(
                    f"{device.device}: {line.change} line `{text}`: {line.reason or _STATES[line.state]}",
                    subjects=(device.device, text),
                    evidence=(f"{line.source}: {text}",),
                    key=f"{device.device} {line.change} {line.path} {line.text}",
                    group=device.device,
                )
    yield from _unreadable(case, step)
    yield from _engine_notes(case, step)


def _unreadable(case: Case, step: StepView) -> Iterator[Observation]:
    """A file of the base that cannot be read exists already; one that the change makes so is undecided."""
    before = {(each.source.file, each.message) for each in case.base.snapshot.problems}
    touched = step.delta.files.turns
    for problem in step.snapshot.problems:
        existing = (problem.source.file, problem.message) in before and problem.source.file not in touched
        yield Observation(
            f"{problem.source.file}: {problem.message}",
            subjects=problem.subjects or (problem.source.file,),
            evidence=(str(problem.source),),
            existing=existing,
            undecided=not existing,
            instead=Enforcement.HOLD,
            key=f"problem {problem.source.file} {problem.message}",
        )


def _engine_notes(case: Case, step: StepView) -> Iterator[Observation]:
    """What the engine could not decide holds whatever this policy's enforcement is: every check rests on it."""
    before = {_note(note) for note in _notes(case.base.assessment)}
    for note in _notes(step.assessment):
        if note.undecided:
            existing = _note(note) in before
            yield Observation(
                f"the engine could not decide: {note.message}",
                subjects=note.subjects,
                evidence=(note.code, *map(str, note.sources)),
                existing=existing,
                undecided=not existing,
                instead=Enforcement.HOLD,
                key=f"note {_note(note)}",
            )


def _notes(assessment: Assessment | None) -> tuple[StateNote, ...]:
    if assessment is None:
        return ()
    return tuple(dict.fromkeys((*assessment.notes, *assessment.state.notes)))


def _note(note: StateNote) -> tuple[str, tuple[str, ...]]:
    return (note.code, note.subjects)


CHECKS = (Check("not-modelled", not_modelled),)
