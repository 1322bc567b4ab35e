"""Mutations of what stands between: how steps are taken, moments compared, failures tried, names and signatures read.

Each puts another function in the place where one is used, for as long as a known answer is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from guard.compare.delta import Delta, Moment
from guard.judge.case import StepView, View
from guard.judge.checks.dnssec_chain import Delegated
from guard.model.change import Step
from guard.model.dns import Zone
from guard.model.facts import FailureSweep, LinkLoads
from guard.snapshot.candidate import StepResult
from guard.snapshot.snapshot import Snapshot

#: The function that is used and the one that stands in its place.
Make = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class PartMutant:
    """`module`: where the function is used. `about`: policies that should notice, to be asked first."""

    name: str
    module: str
    function: str
    make: Make
    about: frozenset[str]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Guard is mutated inside, and as it was after."""
        module = import_module(self.module)
        original = getattr(module, self.function)
        setattr(module, self.function, self.make(original))
        try:
            yield
        finally:
            setattr(module, self.function, original)


def part_mutants() -> Iterator[PartMutant]:
    """All of them, in a fixed order."""
    for name, module, function, make, about in _PARTS:
        yield PartMutant(name, module, function, make, frozenset(about))


# ------------------------------------------------------------------------------------------------ comparing


def _swapped(compare: Callable[[Moment, Moment], Delta]) -> Callable[[Moment, Moment], Delta]:
    return lambda before, after: compare(after, before)


def _nothing_compared(compare: Callable[[Moment, Moment], Delta]) -> Callable[[Moment, Moment], Delta]:
    return lambda before, after: compare(after, after)


def _with_the_step_before(made: Callable[..., StepView]) -> Callable[..., StepView]:
    last: list[View] = []

    def against_last(change: Any, base: View, number: int, after: View, **more: Any) -> StepView:
        if number == 1:
            last[:] = [base]
        before, last[:] = last[0], [after]
        return made(change, before, number, after, **more)

    return against_last


# ------------------------------------------------------------------------------------------------ steps

Apply = Callable[[Snapshot, Step], StepResult]


def _changed(change: Callable[[Snapshot, StepResult], StepResult]) -> Callable[[Apply], Apply]:
    def make(apply: Apply) -> Apply:
        return lambda base, step: change(base, apply(base, step))

    return make


def _while_it_runs_forgotten(base: Snapshot, result: StepResult) -> StepResult:
    return replace(result, during=result.after)


def _commands_known(base: Snapshot, result: StepResult) -> StepResult:
    return replace(result, unknown_commands=())


def _drops_forgotten(base: Snapshot, result: StepResult) -> StepResult:
    return replace(result, drops=(), during=result.after)


def _both(result: StepResult, change: Callable[[Snapshot], Snapshot]) -> StepResult:
    after = change(result.after)
    return replace(result, after=after, during=after if result.during is result.after else change(result.during))


def _zones_as_before(base: Snapshot, result: StepResult) -> StepResult:
    return _both(result, lambda after: replace(after, zones=base.zones, server_zones=base.server_zones))


def _records_lost(base: Snapshot, result: StepResult) -> StepResult:
    def shorter(after: Snapshot) -> Snapshot:
        zones = {apex: zone if zone is base.zones.get(apex) else _halved(zone) for apex, zone in after.zones.items()}
        return replace(after, zones=zones)

    return _both(result, shorter)


def _halved(zone: Zone) -> Zone:
    ordered = enumerate(sorted(zone.rrsets))
    kept = {key: zone.rrsets[key] for at, key in ordered if key.owner == zone.apex or at % 2}
    return Zone(zone.apex, zone.file, kept, tuple(key for key in zone.order if key in kept))


def _inventory_as_before(base: Snapshot, result: StepResult) -> StepResult:
    return _both(result, lambda after: replace(after, inventory=base.inventory))


# ------------------------------------------------------------------------------------------------ failures, loads


def _no_failures(sweep: Callable[..., FailureSweep]) -> Callable[..., FailureSweep]:
    return lambda *_, **__: FailureSweep((), complete=True)


def _half_of_the_failures(sweep: Callable[..., FailureSweep]) -> Callable[..., FailureSweep]:
    def fewer(*given: Any, **more: Any) -> FailureSweep:
        found = sweep(*given, **more)
        return replace(found, outcomes=found.outcomes[: len(found.outcomes) // 2])

    return fewer


def _no_loads(loads: Callable[..., LinkLoads]) -> Callable[..., LinkLoads]:
    def nothing(*given: Any, **more: Any) -> LinkLoads:
        found = loads(*given, **more)
        return replace(found, loads=dict.fromkeys(found.loads, 0.0), after_failures=())

    return nothing


# ------------------------------------------------------------------------------------------------ names


def _always(value: Any) -> Make:
    return lambda _: lambda *__, **___: value


_PIPELINE, _CASE, _VIEWS = "guard.pipeline", "guard.judge.case", "guard.judge.views"
_CHAIN, _RECORDS = "guard.judge.checks.dnssec_chain", "guard.judge.checks.dns_records"
_PARTS: tuple[tuple[str, str, str, Make, tuple[str, ...]], ...] = (
    ("compare: before and after are swapped", _CASE, "compare", _swapped, ("route-leak", "session-loss")),
    ("compare: nothing differs", _CASE, "compare", _nothing_compared, ("undeclared-effect", "session-loss")),
    ("compare: with the step before, not with the base", _PIPELINE, "step_view", _with_the_step_before,
     ("session-loss",)),
    ("steps: what is down while a command runs is forgotten", _PIPELINE, "candidate",
     _changed(_while_it_runs_forgotten), ("session-loss", "datacenter-isolation")),
    ("steps: what a command drops is forgotten", _PIPELINE, "candidate", _changed(_drops_forgotten),
     ("session-loss", "datacenter-isolation")),
    ("steps: every command is taken as known", _PIPELINE, "candidate", _changed(_commands_known), ("unknown-command",)),
    ("steps: changes of zones are ignored", _PIPELINE, "candidate", _changed(_zones_as_before), ("dns-mass-change",)),
    ("steps: the inventory stays what it was", _PIPELINE, "candidate", _changed(_inventory_as_before),
     ("intent-weakened",)),
    ("dns: every other record of a changed zone is lost", _PIPELINE, "candidate", _changed(_records_lost),
     ("dns-intermediate-state", "dns-ttl", "dns-name-typo")),
    ("dns: signatures are not verified", _CHAIN, "signature_fault", _always(""), ("dnssec-chain",)),
    ("dns: a chain of trust always holds", _CHAIN, "chain_fault", _always(""), ("dnssec-chain",)),
    ("dns: the parent's DS are not read", _CHAIN, "delegated", _always(Delegated((), 86400, True)), ("dnssec-chain",)),
    ("dns: no record counts as edited", _RECORDS, "edits_of", _always({}), ("dns-mass-change",)),
    ("dns: names always resolve", _VIEWS, "resolver", lambda _: lambda __: lambda ___: None,
     ("service-dependency", "dns-service-survival")),
    ("failures: none is tried", _VIEWS, "sweep", _no_failures, ("shared-risk",)),
    ("failures: half of them are skipped", _VIEWS, "sweep", _half_of_the_failures, ("shared-risk",)),
    ("loads: links carry nothing", _VIEWS, "link_loads", _no_loads, ("link-overload",)),
)  # fmt: skip
