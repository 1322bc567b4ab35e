"""Which devices, zones and files the parts of a change name."""

from __future__ import annotations

from collections.abc import Iterator

from guard.model.change import (
    AddDevice,
    Commands,
    DeleteZone,
    DnsPlan,
    DownUp,
    EditFile,
    Merge,
    PatchConfig,
    RemoveDevice,
    ReplaceConfig,
    ReplaceZone,
    Step,
    StepPart,
    ZoneUpdate,
)
from guard.snapshot.dns_plan_step import planned_zones
from guard.snapshot.snapshot import Snapshot


def device_names(part: StepPart, snapshot: Snapshot) -> Iterator[str]:
    """Devices that a part configures, commands, takes down, adds or removes, as the part writes them."""
    match part:
        case Merge() | ReplaceConfig() | PatchConfig() | Commands():
            yield part.device
        case AddDevice() | RemoveDevice():
            yield part.name
        case DownUp():
            for name in (*part.down, *part.up):
                kind, _, risk = name.partition(":")
                yield from _of_risk(risk, snapshot) if kind == "shared_risk" else (name.partition("[")[0],)
        case _:
            return


def _of_risk(name: str, snapshot: Snapshot) -> Iterator[str]:
    for risk in snapshot.inventory.shared_risks:
        if risk.name == name:
            yield from (*(each.node for each in risk.interfaces), *risk.nodes)


def zone_names(part: StepPart) -> Iterator[str]:
    match part:
        case ZoneUpdate() | ReplaceZone() | DeleteZone():
            yield part.zone
        case _:
            return


def touched(part: StepPart, snapshot: Snapshot) -> Iterator[str]:
    """`device NAME`, `zone APEX` and `file PATH` of everything that a part edits, commands or takes down."""
    yield from (f"device {name.lower()}" for name in device_names(part, snapshot))
    yield from (f"zone {apex}" for apex in zone_names(part))
    if isinstance(part, DnsPlan):
        yield from (f"zone {apex}" for apex in planned_zones(part, snapshot.zones, snapshot.inventory))
    if isinstance(part, EditFile):
        yield f"file {part.path}"


def devices_of_step(step: Step, snapshot: Snapshot) -> frozenset[str]:
    """The devices of a step by their hostnames, where the snapshot knows them."""
    found = set[str]()
    for part in step.parts:
        for name in device_names(part, snapshot):
            device = snapshot.device(name)
            found.add(device.name if device is not None else name)
    return frozenset(found)


def zones_of_step(step: Step) -> frozenset[str]:
    return frozenset(apex for part in step.parts for apex in zone_names(part))
