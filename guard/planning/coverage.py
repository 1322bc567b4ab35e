"""Which changed lines do which policies look at: what each line does to the network by itself, and who judges that.

A line's effect is what it does to the base by itself, and what the whole change does only with it (a link with both
ends shut is down without either of them). Law: a line without an effect that guard computes is told as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guard.compare.delta import Moment, compare
from guard.judge.areas import AREAS, judged_by
from guard.model.address import Prefix
from guard.model.bgp import BgpAttributes
from guard.model.change import Change, Step
from guard.model.errors import InputInvalid
from guard.model.facts import Assessment
from guard.pipeline import steps_of
from guard.planning.trial import Trial
from guard.planning.units import Unit, Units
from guard.simulate.assessment import assess_all
from guard.simulate.resolution import resolver
from guard.snapshot.files import INVENTORY
from guard.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Covered:
    """`effects`: areas in which the line shows, alone or as the last one done. `policies`: those that judge these.

    `why`: why its effect cannot be told apart; "" where it can. The policies on the text of a change (`on_text`) look
    at every line.
    """

    unit: Unit
    effects: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    why: str = ""


def coverage(change: Change, trial: Trial) -> Iterator[Covered]:
    """One row a unit of the change, in its order."""
    units = Units(change, trial.base)
    whole = [each.during for each in steps_of(change, trial.base)]
    for unit in units.all:
        others = [each for each in units.all if each is not unit and each.step <= unit.step]
        shown, why = set[str](), ""
        for chosen, other in (([unit], trial.base), (others, whole[unit.step - 1])):
            try:
                state = _state(change, trial.base, units, chosen, unit.step)
            except InputInvalid as error:
                why = error.message
                continue
            shown.update(_shown(other, state, trial))
        effects = tuple(each for each in AREAS if each in shown)
        yield Covered(unit, effects, _judging(trial, shown), "" if effects else why)


def on_text(trial: Trial) -> tuple[str, ...]:
    """The policies that judge what a line says, whatever it does."""
    return _judging(trial, {"text"})


def _judging(trial: Trial, areas: set[str]) -> tuple[str, ...]:
    return tuple(each.name for each in trial.policies.policies if judged_by(each) & areas)


def _state(change: Change, base: Snapshot, units: Units, chosen: Sequence[Unit], step: int) -> Snapshot:
    """The state at a step, some of the units done alone."""
    parts = units.steps(chosen)
    if not parts:
        return base
    source = change.steps[0].source
    left = replace(change, steps=tuple(Step(number, each, source) for number, each in enumerate(parts, 1)))
    last = steps_of(left, base)[-1]
    return last.during if any(each.step == step for each in chosen) else last.after


def _shown(one: Snapshot, other: Snapshot, trial: Trial) -> Iterator[str]:
    """The areas in which two states differ."""
    if (one.zones, one.server_zones) != (other.zones, other.server_zones):
        yield "zones"
    if one.files.get(INVENTORY) != other.files.get(INVENTORY):
        yield "inventory"
    if one.digest == other.digest or not (one.devices or other.devices):
        return
    pair = (one, other)
    old, new = assess_all(pair, trial.engine.state, resolvers=[resolver(each) for each in pair])
    delta = compare(Moment(one, old), Moment(other, new))
    found: dict[str, object] = {
        "interfaces": delta.interfaces.turns,
        "sessions": delta.sessions.turns,
        "routes": any(True for _ in delta.routes.turns()),
        "advertisements": delta.advertised.turns or _told(old) != _told(new),
        "forwarding": dict(old.fates) != dict(new.fates) or dict(old.exits) != dict(new.exits),
        "reachability": delta.reach.turns,
        "flows": (old.flows, old.management) != (new.flows, new.management),
        "services": delta.services.turns,
    }
    yield from (area for area, differs in found.items() if differs)


def _told(assessment: Assessment) -> dict[str, dict[Prefix, BgpAttributes]]:
    """What each external session sends."""
    state = assessment.state
    return {
        str(each.key): dict(state.bgp.advertised(each.key)) for each in state.sessions if each.external and each.up
    }
