"""From the snapshots of a change to Views: facts, and what failures would do, of each moment.

Law: equal moments are computed once, in one check and over the checks that come after (guard.engines.memory); what is
computed for the states after the steps starts from the base's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guard.engines.engine import Engine
from guard.engines.memory import Held, Memory, Remembering
from guard.judge.case import View
from guard.model.facts import Assessment, FailureSweep, LinkLoads
from guard.model.state import NetworkState, Scenario
from guard.simulate.assessment import NO_FAILURE, assess
from guard.simulate.failures.proof import Proof
from guard.simulate.failures.scenario import sweep
from guard.simulate.load import has_demands, link_loads
from guard.simulate.packets.destinations import Destination, build
from guard.simulate.resolution import resolver
from guard.simulate.services import Resolve, Settled, settle
from guard.snapshot.snapshot import Snapshot

Progress = Callable[[str, float], None]


def memory_of(engine: Engine) -> Memory:
    """The engine's memory; one that ends with the check where it has none."""
    return engine.memory if isinstance(engine, Remembering) else Memory()


def views_of(
    snapshots: Sequence[Snapshot], engine: Engine, failures: int | None, progress: Progress
) -> tuple[View, ...]:
    """A view of each snapshot, the base first. `failures` None: as many at once as the base's inventory says."""
    distinct = list({each.digest: each for each in snapshots}.values())
    if not any(each.devices for each in distinct):
        return tuple(View(each) for each in snapshots)
    progress("computing routes and forwarding", 0.1)
    held = memory_of(engine).of(distinct)
    moments = [_Moment(engine, each, held[0].number) for each in held]
    settled = [each.settled(moments[0]) for each in moments]
    destinations = build([each.forwarder for each in settled])
    facts = [moment.facts(moments[0], destinations) for moment in moments]
    count = distinct[0].inventory.failures if failures is None else failures
    views = {}
    for number, (moment, assessment) in enumerate(zip(moments, facts, strict=True)):
        if count:
            progress("failing one thing after another", 0.3 + 0.6 * number / len(moments))
        views[moment.snapshot.digest] = moment.view(moments[0], assessment, destinations, count)
    return tuple(views[each.digest] for each in snapshots)


@dataclass(frozen=True, slots=True)
class _Moment:
    """One snapshot of a check. `base`: the number of the one that it is compared with."""

    engine: Engine
    held: Held
    base: int

    @property
    def snapshot(self) -> Snapshot:
        return self.held.snapshot

    @property
    def resolve(self) -> Resolve:
        return self.held.once("resolve", lambda: resolver(self.snapshot))

    def settled(self, base: _Moment) -> Settled:
        """Services at rest, in sight of the base's (which is at rest in its own)."""

        def make() -> Settled:
            before = None if base.held is self.held else base.settled(base).forwarder
            return settle(self.snapshot, self._state, scenario=NO_FAILURE, base=before, resolve=self.resolve)

        return self.held.once(("settled", self.base), make)

    def facts(self, base: _Moment, destinations: tuple[Destination, ...]) -> Assessment:
        settled = self.settled(base)
        return self.held.once(("facts", self.base, destinations), lambda: assess(settled, destinations, self._state))

    def view(
        self, base: _Moment, assessment: Assessment, destinations: tuple[Destination, ...], failures: int
    ) -> View:
        def make() -> View:
            swept = self._swept(base, assessment, failures)
            return View(self.snapshot, assessment, swept, self._loads(assessment, failures))

        return self.held.once(("view", self.base, destinations, failures), make)

    def _swept(self, base: _Moment, assessment: Assessment, failures: int) -> FailureSweep | None:
        """The failures after this moment; they do not hang on the destinations that its facts were made for."""
        if not failures:
            return None
        return self.held.once(
            ("failures", self.base, failures),
            lambda: sweep(
                self.snapshot,
                self.engine.state,
                assessment,
                resolve=self.resolve,
                failures=failures,
                proof=self._proof(base, assessment, failures),
            ),
        )

    def _proof(self, base: _Moment, assessment: Assessment, failures: int) -> Proof:
        """Arguments about failures; what was argued about the base holds again where nothing that it hangs on moved.

        One for each number of failures: a base's argues no further once another one has compared itself with it.
        """

        def make() -> Proof:
            before = base.held.found(("proof", self.base, failures)) if base.held is not self.held else None
            return Proof(self.settled(base).forwarder, assessment, before if isinstance(before, Proof) else None)

        return self.held.once(("proof", self.base, failures), make)

    def _loads(self, assessment: Assessment, failures: int) -> LinkLoads | None:
        """The load of links, where the inventory asks for it."""
        if not has_demands(self.snapshot):
            return None
        return self.held.once(
            ("loads", self.base, failures),
            lambda: link_loads(self.snapshot, self.engine.state, assessment, resolve=self.resolve, failures=failures),
        )

    def _state(self, scenario: Scenario) -> NetworkState:
        return self.engine.state(self.snapshot, scenario)
