"""An order of a change's steps in which every state on the way passes, or the smallest set of steps in conflict.

Law: what the end itself shows, no order can avoid: it is told apart and does not count on the way. An order is only
given if each of its states was judged and it ends where the given one ends; where the bound on trials is reached there
is no answer.
Not taken into account: times between steps (`not_before`), as another order would have others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guard.judge.finding import Finding
from guard.model.change import Change, Step, StepPart
from guard.model.errors import InputInvalid
from guard.pipeline import steps_of
from guard.planning.trial import OutOfTrials, Trial


@dataclass(frozen=True, slots=True)
class Ordered:
    """`order`: step numbers of the change, None where there is none. `conflict`: steps that pass in no order at all.

    `why`: what stands in the way on every first move that is left. `end`: what the end state itself shows.
    `complete` False: the bound on trials was reached.
    """

    order: tuple[int, ...] | None
    conflict: tuple[int, ...] = ()
    why: tuple[Finding, ...] = ()
    end: tuple[Finding, ...] = ()
    complete: bool = True
    trials: int = 0


def order(change: Change, trial: Trial) -> Ordered:
    """Search the orders, the given one first."""
    search = _Search(change, trial)
    numbers = tuple(step.number for step in change.steps)
    try:
        found = numbers if search.passes(numbers) else search.find(numbers)
        conflict = () if found is not None else search.conflict(numbers)
        why = () if found is not None else search.why(conflict)
    except OutOfTrials:
        return Ordered(None, end=search.end, complete=False, trials=trial.count)
    return Ordered(found, conflict, why, search.end, trials=trial.count)


class _Search:
    def __init__(self, change: Change, trial: Trial) -> None:
        self.change, self.trial = change, trial
        self.parts = {step.number: step.parts for step in change.steps}
        self.end = self._end()
        self._unavoidable = {(each.policy, each.subjects) for each in self.end}
        self._ends: dict[tuple[int, ...], object] = {}
        self._dead: set[tuple[frozenset[int], frozenset[int]]] = set()

    def _end(self) -> tuple[Finding, ...]:
        """What the last state shows, whatever came before: all steps as one; where that cannot be, one by one."""
        joined: tuple[StepPart, ...] = tuple(part for parts in self.parts.values() for part in parts)
        whole = self.trial.findings(self.change, (joined,))
        if whole is None:
            steps = tuple(self.parts.values())
            whole = tuple(e for e in self.trial.findings(self.change, steps) or () if e.step in (0, len(steps)))
        return tuple(each for each in whole if each.policy not in _OF_ONE_STEP)

    def _end_of(self, numbers: Sequence[int]) -> object:
        """Where an order ends: the lines of each file, wherever they stand in it, and what is down."""
        if tuple(numbers) not in self._ends:
            steps = tuple(Step(n, self.parts[each], self.change.steps[0].source) for n, each in enumerate(numbers, 1))
            try:
                last = steps_of(replace(self.change, steps=steps), self.trial.base)[-1].after
            except InputInvalid:
                return None  # not applicable in the order given, so no other order can be held against it
            lines = {path: sorted(text.splitlines()) for path, text in last.files.items()}
            self._ends[tuple(numbers)] = (lines, last.overlay)
        return self._ends[tuple(numbers)]

    def passes(self, numbers: Sequence[int]) -> bool:
        """Whether one order passes, judged at once."""
        found = self.trial.findings(self.change, tuple(self.parts[number] for number in numbers))
        if found is None:
            return False
        return all(not each.step or (each.policy, each.subjects) in self._unavoidable for each in found)

    def blocked(self, done: Sequence[int], number: int) -> tuple[Finding, ...] | None:
        """What the step shows after those that are done (in any order); None where it cannot be applied then."""
        found = self.trial.findings(self.change, tuple(self.parts[each] for each in (*done, number)))
        if found is None:
            return None
        mine = (each for each in found if each.step == len(done) + 1)
        return tuple(each for each in mine if (each.policy, each.subjects) not in self._unavoidable)

    def find(self, numbers: tuple[int, ...], done: tuple[int, ...] = ()) -> tuple[int, ...] | None:
        """The first order of what is left that passes all the way."""
        left = [number for number in numbers if number not in done]
        if not left:
            wanted = self._end_of(numbers)
            return done if wanted is None or self._end_of(done) == wanted else None
        place = (frozenset(numbers), frozenset(done))
        if place in self._dead:
            return None
        for number in left:
            if self.blocked(done, number) == ():
                found = self.find(numbers, (*done, number))
                if found is not None:
                    return found
        self._dead.add(place)
        return None

    def conflict(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """A smallest set: without any one of its steps there is an order."""
        kept = numbers
        for number in numbers:
            fewer = tuple(each for each in kept if each != number)
            if fewer and self.find(fewer) is None:
                kept = fewer
        return kept

    def why(self, numbers: tuple[int, ...]) -> tuple[Finding, ...]:
        """What the steps of a conflict show, each where it is first in the way."""
        done: tuple[int, ...] = ()
        for number in numbers:
            found = self.blocked(done, number)
            if found != ():
                return found or ()
            done = (*done, number)
        return ()


#: Judged by what one step does at once; all steps as one are not one step.
_OF_ONE_STEP = frozenset({"blast-radius", "restore-surge"})
