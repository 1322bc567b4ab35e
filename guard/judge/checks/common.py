"""What several checks ask: both assessments of a step, what the change accepts, names of things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

from guard.judge.case import Case, StepView, View
from guard.judge.finding import Enforcement
from guard.model.address import Prefix, parse_prefix
from guard.model.device import Device
from guard.model.facts import Assessment, CascadeRound, PrefixTable
from guard.model.inventory import DATACENTER

K = TypeVar("K", bound=tuple[str, Prefix])
V = TypeVar("V")
T = TypeVar("T")


def both(case: Case, step: StepView) -> tuple[Assessment, Assessment]:
    """The assessments of the base and of the step; only asked for where the check's needs are met."""
    before, after = case.base.assessment, step.assessment
    assert before is not None, "a check of the network ran without its base"
    assert after is not None, "a check of the network ran without its state"
    return before, after


def of_devices(case: Case, view: View, name: str, read: Callable[[Device], T]) -> Mapping[str, T]:
    """By device, what is read of its configuration alone; a device that is the base's is not read again."""
    known = case.base.once(name, lambda base: {node: read(device) for node, device in base.snapshot.devices.items()})
    if view is case.base:
        return known
    there = case.base.snapshot.devices
    return {
        node: known[node] if there.get(node) is device else read(device)
        for node, device in view.snapshot.devices.items()
    }


def planned(case: Case) -> bool:
    """Whether the change is temporary work with an end that lies ahead."""
    return case.change.temporary and case.change.until is not None and case.change.until >= case.now


def at_risk(case: Case, site: str) -> bool:
    """Whether the author accepts that this site may be cut meanwhile (only a planned change can)."""
    return planned(case) and site in case.change.expect.at_risk


def hold_if(condition: bool) -> Enforcement | None:
    return Enforcement.HOLD if condition else None


def warn_if(condition: bool) -> Enforcement | None:
    return Enforcement.WARN if condition else None


def datacenters(assessment: Assessment) -> frozenset[str]:
    return frozenset(site.name for site in assessment.sites if site.kind == DATACENTER)


def percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def cascade_lines(cascade: tuple[CascadeRound, ...], *about: str) -> tuple[str, ...]:
    """The rounds of the health fixed point, in words, as far as they tell of these services or prefixes."""
    lines: list[str] = []
    for each in cascade:
        told = [one for one in each.unhealthy if one[0] in about]
        for service, instance, why in told:
            place = f" at {instance}" if instance else ""
            lines.append(f"round {each.number}: {service}{place} becomes unhealthy: {why}")
        lost = [str(prefix) for prefix in each.advertisements_lost if told or str(prefix) in about]
        if each.withdrawn and (told or lost):
            lines.append(f"round {each.number}: goes down for it: {', '.join(map(str, each.withdrawn))}")
        if lost:
            lines.append(f"round {each.number}: no longer advertised: {', '.join(lost)}")
    return tuple(lines)


def turned(before: Mapping[K, V], after: Mapping[K, V]) -> Iterator[tuple[str, Prefix, V | None, V | None]]:
    """(source, prefix, fact before, fact after) of all pairs whose fact differs."""
    if before is after:
        return
    if isinstance(before, PrefixTable) and isinstance(after, PrefixTable):
        for (source, prefix), old, new in after.differing(before):
            yield source, prefix, old, new
        return
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        if was is not now and was != now:
            yield *key, was, now


def having(table: Mapping[K, V], holds: Callable[[V], bool]) -> Iterator[tuple[str, Prefix, V]]:
    """Pairs whose fact fits; a table has few different facts, so each is asked about once."""
    known: dict[V, bool] = {}

    def fits(fact: V) -> bool:
        if fact not in known:
            known[fact] = holds(fact)
        return known[fact]

    if not isinstance(table, PrefixTable):
        yield from ((source, prefix, fact) for (source, prefix), fact in table.items() if fits(fact))
        return
    for prefix, column in table.columns.items():
        wanted = {fact for fact in set(column.values()) if fits(fact)}
        if wanted:
            yield from ((source, prefix, column[source]) for source in sorted(column) if column[source] in wanted)


def members(assessment: Assessment, prefix: Prefix) -> tuple[Prefix, ...]:
    """All prefixes that this representative stands for."""
    return assessment.stands_for.get(prefix, (prefix,))


def named_within(texts: Iterable[str], prefix: Prefix) -> bool:
    """Whether one of what `expect` names is this prefix, or one that it lies in (a default route names nothing)."""
    return any(each == prefix or (each.length > 0 and each.covers(prefix)) for each in _prefixes_in(tuple(texts)))


@lru_cache(maxsize=64)
def _prefixes_in(texts: tuple[str, ...]) -> tuple[Prefix, ...]:
    """Those of the names that are prefixes; the others are sites or nodes."""
    found = []
    for text in texts:
        with suppress(ValueError):
            found.append(parse_prefix(text))
    return tuple(found)
