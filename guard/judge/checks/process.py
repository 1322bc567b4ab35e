"""Whether the change still means the network that it was planned on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from guard.judge.case import Case
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.finding import Enforcement, Observation
from guard.judge.scope import touched as touched_by
from guard.model.digest import sha256
from guard.snapshot.snapshot import Snapshot


def stale_base(case: Case, params: Parameters) -> Observations:
    """What the change touches is no longer what its `base` names; what it does not touch may have moved on.

    Held in a binding check where the snapshot was captured more than a day ago, or is not the active one.
    Breaks: a patch lands on lines that somebody else has changed, an update on records that moved.
    Example: two people prepare a change of one router on Monday; the second one arrives on Tuesday.
    Source: optimistic locking; RFC 2136 prerequisites do the same for DNS.
    """
    change, snapshot = case.change, case.base.snapshot
    parts = (part for step in change.steps for part in step.parts)
    touched = frozenset(name for part in parts for name in touched_by(part, snapshot))
    if change.base.snapshot and change.base.snapshot != snapshot.digest:
        yield from _other_snapshot(case, touched)
    for name, wanted in sorted(change.base.devices.items()):
        found = _device_digests(snapshot, name)
        if _touches_device(snapshot, name, touched) and wanted not in found:
            yield Observation(
                f"{name} is not what the change was planned on",
                subjects=(name,),
                evidence=(f"planned on {wanted}, now {found[0] if found else 'absent'}",),
            )
    for apex, serial in sorted(change.base.zones.items()):
        zone = snapshot.zones.get(apex)
        if f"zone {apex}" in touched and (zone is None or zone.serial != serial):
            now = zone.serial if zone is not None else "absent"
            yield Observation(
                f"zone {apex} is not what the change was planned on",
                subjects=(apex,),
                evidence=(f"planned on serial {serial}, now {now}",),
            )
    if case.binding:
        yield from _binding(case, params)


def _other_snapshot(case: Case, touched: frozenset[str]) -> Iterator[Observation]:
    """With the snapshot it was planned on at hand, only what it touches counts; without it, nobody can tell."""
    change, snapshot, planned = case.change, case.base.snapshot, case.planned_on
    if planned is None:
        yield Observation(
            "the snapshot is not the one that the change was planned on",
            subjects=(change.base.snapshot,),
            evidence=(f"planned on {change.base.snapshot}, now {snapshot.digest}",),
        )
        return
    for name in sorted(touched):
        if _content(planned, name) != _content(snapshot, name):
            plain = name.partition(" ")[2]
            yield Observation(
                f"{name} has changed since the change was planned", subjects=(plain,), evidence=(change.base.snapshot,)
            )


def _binding(case: Case, params: Parameters) -> Iterator[Observation]:
    captured = case.base.snapshot.live.captured_at
    limit = timedelta(hours=params.number("captured_hours"))
    if captured is not None and case.now - captured > limit:
        yield Observation(
            f"the snapshot was captured {_hours(case.now - captured)} h ago",
            subjects=(case.base.snapshot.digest,),
            at_most=Enforcement.HOLD,
            key="captured",
        )
    if not case.active:
        yield Observation(
            "the snapshot is not the server's active one",
            subjects=(case.base.snapshot.digest,),
            at_most=Enforcement.HOLD,
            key="not active",
        )


def _hours(span: timedelta) -> int:
    return int(span.total_seconds() // 3600)


def _content(snapshot: Snapshot, name: str) -> str | None:
    kind, _, plain = name.partition(" ")
    if kind == "device":
        device = snapshot.device(plain)
        return snapshot.files.get(device.file) if device is not None else None
    if kind == "zone":
        zone = snapshot.zones.get(plain)
        return snapshot.files.get(zone.file) if zone is not None else None
    return snapshot.files.get(plain)


def _device_digests(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    """As read, and as a file whose lines end in CR LF: reading drops the CR, `sha256sum` does not."""
    text = _content(snapshot, f"device {name}")
    forms = (text, text.replace("\n", "\r\n")) if text is not None else ()
    return tuple(sha256(each.encode("utf-8", "surrogateescape")) for each in forms)


def _touches_device(snapshot: Snapshot, name: str, touched: frozenset[str]) -> bool:
    """A device is named by its hostname or by its file; both mean it."""
    device = snapshot.device(name)
    names = {name.lower()}
    if device is not None:
        names |= {device.name.lower(), device.file.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()}
    return any(f"device {each}" in touched for each in names)


CHECKS = (
    Check(
        "stale-base",
        judge_change=stale_base,
        parameters=(Parameter("captured_hours", 24, "how old a snapshot may be in a binding check"),),
    ),
)
