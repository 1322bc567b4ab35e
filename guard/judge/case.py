"""Case: all that checks get to see of one change: the base, the state after each step, and what lies between.

Values only; who builds it (the pipeline) computes, who reads it (the checks) judges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from guard.compare.delta import Delta, Moment, compare
from guard.judge.finding import Finding
from guard.judge.opinion import SecondOpinion
from guard.judge.taken import Taken, taken
from guard.model.change import Change, Step
from guard.model.facts import Assessment, FailureSweep, LinkLoads
from guard.model.inventory import Inventory
from guard.model.server_facts import PastChange
from guard.model.state import InterfaceId
from guard.snapshot.snapshot import Snapshot

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CommandEffect:
    """What an exec command would do. `known` False: guard cannot say. What it drops is down while it runs.

    `sessions`: keys of BgpSession ends that are reset; `harmless` commands only show something.
    """

    device: str
    command: str
    known: bool
    summary: str = ""
    down_nodes: frozenset[str] = frozenset()
    down_interfaces: frozenset[InterfaceId] = frozenset()
    sessions: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Undecided:
    """Something that could not be computed, and the checks that therefore cannot tell (none named: all that use it)."""

    message: str
    checks: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One moment: a snapshot, what follows from it, and what one more failure would do (None: not asked for).

    `loads`: of links, where the inventory gives capacities and demands. What checks work out of a view alone stays with
    it: a base's view serves many checks.
    """

    snapshot: Snapshot
    assessment: Assessment | None = None
    failures: FailureSweep | None = None
    loads: LinkLoads | None = None
    _known: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, compute: Callable[[View], T]) -> T:
        """`compute(self)`, remembered: it must hang on nothing else."""
        if name not in self._known:
            self._known[name] = compute(self)
        return self._known[name]  # type: ignore[return-value]

    @property
    def inventory(self) -> Inventory:
        return self.snapshot.inventory

    @property
    def moment(self) -> Moment:
        return Moment(self.snapshot, self.assessment)


@dataclass(frozen=True, slots=True)
class StepView:
    """The state after (for commands: while) one step. `delta` and `taken` are against the base, not the step before."""

    number: int
    step: Step
    view: View
    delta: Delta
    taken: Taken
    at: datetime
    commands: tuple[CommandEffect, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    last: bool = False

    @property
    def snapshot(self) -> Snapshot:
        return self.view.snapshot

    @property
    def assessment(self) -> Assessment | None:
        return self.view.assessment


@dataclass(frozen=True, slots=True)
class Case:
    """`planned_on`: the snapshot that the change's `base` names, where it is at hand. `binding`: a server's check.

    `digests`: device or zone -> digest of its text in the base, as `base` in a change may name it.
    `required_inventory`: the server's own, where the snapshot brought another one. `active` False: the snapshot is not
    the server's active one.
    """

    change: Change
    base: View
    steps: tuple[StepView, ...]
    now: datetime
    planned_on: Snapshot | None = None
    binding: bool = False
    required_inventory: Inventory | None = None
    active: bool = True
    earlier: tuple[Change, ...] = ()  # allowed and not yet done
    past: tuple[PastChange, ...] = ()  # what was allowed of late of changes of zones
    together: tuple[Finding, ...] = ()  # what only the change and the earlier ones together show
    undecided: tuple[Undecided, ...] = field(default=())
    second: SecondOpinion | None = None  # what another engine makes of it, where one was asked
    @property
    def has_network(self) -> bool:
        """Whether some snapshot of the case has configurations (CONTRACT 2)."""
        return any(view.snapshot.devices for view in self.views)

    @property
    def views(self) -> tuple[View, ...]:
        return (self.base, *(step.view for step in self.steps))

    def before(self, step: StepView) -> View:
        """The view of the step before, the base for the first."""
        return self.base if step.number <= 1 else self.steps[step.number - 2].view


def step_times(steps: Sequence[Step], now: datetime) -> tuple[datetime, ...]:
    """When each step is done: its own time, else right after the one before, the first one now (CONTRACT 3)."""
    times: list[datetime] = []
    for step in steps:
        times.append(step.not_before or (times[-1] if times else now))
    return tuple(times)


def step_view(
    change: Change,
    base: View,
    number: int,
    after: View,
    *,
    at: datetime,
    commands: tuple[CommandEffect, ...] = (),
    undecided: tuple[Undecided, ...] = (),
) -> StepView:
    """The view of step `number` (1-based) of a change: computes its delta and what the change has taken down so far."""
    return StepView(
        number=number,
        step=change.steps[number - 1],
        view=after,
        delta=compare(base.moment, after.moment),
        taken=taken(change.steps[:number], base.snapshot, after.snapshot, commands_down(commands)),
        at=at,
        commands=commands,
        undecided=undecided,
        last=number == len(change.steps),
    )


def commands_down(commands: tuple[CommandEffect, ...]) -> tuple[frozenset[str], frozenset[InterfaceId]]:
    """Nodes and interfaces that the commands of a step take down while they run."""
    nodes = frozenset[str]().union(*(each.down_nodes for each in commands))
    interfaces = frozenset[InterfaceId]().union(*(each.down_interfaces for each in commands))
    return nodes, interfaces
