"""What is wrong only on the way: states between two steps that are broken though both ends are whole."""

from __future__ import annotations

from collections.abc import Iterator

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameters
from guard.judge.checks.dns_delegation import delegation_faults, glue_faults
from guard.judge.finding import Observation
from guard.model.dns import ZoneFault
from guard.simulate.dns.answer import Status, resolve
from guard.simulate.dns.name_servers import all_zones
from guard.snapshot.snapshot import Snapshot

_BAD = frozenset({Status.NXDOMAIN, Status.NODATA, Status.SERVFAIL, Status.LOOP})


def dns_intermediate_state(case: Case, step: StepView, params: Parameters) -> Observations:
    """A step in between empties or breaks a name that is whole before the change and after it.

    Breaks: the name for a moment, and for as long as negative answers are cached for everybody who asked then.
    Example: a record is deleted in one step and added again in the next.
    Source: RFC 2308 5: the absence of a record is cached as well.
    """
    if step.last:
        return
    final = case.steps[-1].snapshot
    before, now, after = all_zones(case.base.snapshot), all_zones(step.snapshot), all_zones(final)
    for key in sorted({key[2:] for key in step.delta.records.turns if not key.server and "(" not in key.type}):
        owner, type = key
        if resolve(before, owner, type).status is not Status.NOERROR:
            continue
        found = resolve(now, owner, type)
        if found.status in _BAD and resolve(after, owner, type).status is Status.NOERROR:
            yield Observation(
                f"{owner} {type} is {found.status.value} after step {step.number}, and there again at the end",
                subjects=(f"{owner} {type}",),
                evidence=(f"step {step.number}",),
            )
    yield from _disagreements(case, step, final)


def _disagreements(case: Case, step: StepView, final: Snapshot) -> Iterator[Observation]:
    base = case.base.snapshot
    settled = {each.identity for each in (*_cut_faults(base, step.snapshot), *_cut_faults(final, base))}
    for fault in _cut_faults(step.snapshot, base):
        if fault.identity not in settled:
            yield Observation(
                f"after step {step.number} {fault.message}",
                subjects=(fault.subject,),
                evidence=(f"{fault.source.file}:{fault.source.first}",),
                key=f"{fault.code} {fault.subject} {fault.detail}",
            )


def _cut_faults(snapshot: Snapshot, other: Snapshot) -> Iterator[ZoneFault]:
    yield from delegation_faults(snapshot, other)
    yield from glue_faults(snapshot, other)
    for zone in snapshot.zones.values():
        yield from (each for each in zone.faults if each.code == "dns-glue")


CHECKS = (Check("dns-intermediate-state", dns_intermediate_state, needs=ZONES),)
