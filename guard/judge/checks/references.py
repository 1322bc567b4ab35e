"""Names that a configuration uses and does not define."""

from __future__ import annotations

from collections.abc import Iterator

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.checks.policy_names import names_used
from guard.judge.finding import Enforcement, Observation, listed
from guard.model.bgp import BgpNeighbor
from guard.model.device import Device, Reference
from guard.model.facts import Assessment


def undefined_reference(case: Case, step: StepView, params: Parameters) -> Observations:
    """A list or policy is used and not defined; what follows is the vendor's default, which differs by vendor.

    A warning; denied where it changes what a session accepts.
    Breaks: a filter that is not there permits everything on one vendor and nothing on another.
    Example: `no ip prefix-list CUST-IN` while `neighbor … prefix-list CUST-IN in` still stands.
    Source: Batfish's undefinedReferences, the commonest defect it finds.
    """
    for name, device in step.snapshot.devices.items():
        if not device.undefined:
            continue
        old = case.base.snapshot.devices.get(name)
        if old is device:
            before = {_key(reference) for reference in device.undefined}
        else:
            before = {_key(reference) for reference in old.undefined} if old is not None else set()
        for reference in device.undefined:
            existing = _key(reference) in before
            sessions = [] if existing else _sessions_hit(case, step, device, reference)
            yield Observation(
                f"{name}: {reference.kind} {reference.name} is used ({reference.usage}) and not defined"
                + (f"; it changes what {listed(sessions)} accepts" if sessions else ""),
                subjects=(name, reference.name),
                evidence=(str(reference.source), *sessions),
                existing=existing,
                instead=params.enforcement("where_a_session_accepts") if sessions else None,
                key=f"{name} {_key(reference)}",
                group=f"existing {name}" if existing else "",
            )


def _key(reference: Reference) -> tuple[str, str, str]:
    return (reference.kind, reference.name, reference.usage)


def _sessions_hit(case: Case, step: StepView, device: Device, reference: Reference) -> list[str]:
    """Sessions of the device whose import uses the name and that accept something else than in the base."""
    before, after = case.base.assessment, step.assessment
    if before is None or after is None:
        return []
    found = []
    for process in device.bgp:
        for neighbor in process.neighbors:
            if reference.name in _import_names(device, neighbor):
                key = (device.name, process.vrf, neighbor.session_name)
                if _accepted(before, key) != _accepted(after, key):
                    found.append(f"{device.name} -> {key[2]}")
    return found


def _accepted(assessment: Assessment, key: tuple[str, str, str]) -> frozenset[object]:
    return frozenset(assessment.state.bgp.accepted(key))


def _import_names(device: Device, neighbor: BgpNeighbor) -> frozenset[str]:
    return frozenset(_names(device, neighbor))


def _names(device: Device, neighbor: BgpNeighbor) -> Iterator[str]:
    for family in neighbor.families:
        yield from (each.name for each in family.import_filters)
        for policy in family.import_policies:
            yield policy
            yield from names_used(device, policy)


CHECKS = (
    Check(
        "undefined-reference",
        undefined_reference,
        parameters=(
            Parameter("where_a_session_accepts", Enforcement.DENY.value, "where it changes what a session accepts"),
        ),
    ),
)
