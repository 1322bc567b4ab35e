"""The way back from an outage: what differs from the base, in batches that are small enough to survive.

Law: the batches are judged as the steps of one change of the outage, by what restoring can break: how much is
advertised again at once, the load of links, how much one step touches, loops, leaks, services. A piece that does not
pass by itself is given alone, and it is said why. Order: the inventory, what is down, the backbone, other devices,
those that speak to the outside, zones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from guard.engines.engine import Engine
from guard.judge.finding import Finding
from guard.judge.policy import PolicySet
from guard.model.change import (
    AddDevice,
    Change,
    DeleteZone,
    DownUp,
    EditFile,
    RemoveDevice,
    ReplaceConfig,
    ReplaceZone,
    Step,
    StepPart,
)
from guard.model.device import Device
from guard.model.provenance import Source
from guard.planning.trial import Trial
from guard.planning.units import Units
from guard.snapshot.candidate import candidate
from guard.snapshot.files import INVENTORY
from guard.snapshot.snapshot import Snapshot

#: Policies that judge a way back; the others judge what is lost, and here everything is gained.
RESTORING = frozenset(
    (
        "blast-radius", "blackhole", "dns-delegation", "dns-glue", "dnssec-chain", "external-into-igp", "flow-intent",
        "foreign-origin", "forwarding-loop", "link-overload", "prefix-limit", "restore-surge", "route-leak",
        "service-dependency", "datacenter-isolation", "site-isolation",
    )
)  # fmt: skip
SOURCE = Source("restore", 1, 1)


@dataclass(frozen=True, slots=True)
class Batch:
    """`items`: what people read. `back`: prefixes that are advertised again. `findings`: why it does not pass."""

    number: int
    parts: tuple[StepPart, ...]
    items: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`safe`: every batch passes. `restored`: the end is the base, file by file and with nothing down."""

    batches: tuple[Batch, ...]
    restored: bool
    trials: int

    @property
    def safe(self) -> bool:
        return self.restored and not any(batch.findings for batch in self.batches)


def restore_plan(base: Snapshot, outage: Snapshot, policies: PolicySet, engine: Engine, now: datetime) -> Plan:
    """Batches that lead from `outage` back to `base`. OutOfTrials where the bound is reached."""
    kept = replace(policies, policies=tuple(p for p in policies.policies if p.check and p.check.name in RESTORING))
    pieces = list(_pieces(base, outage))
    trial = Trial(outage, kept, engine, now, failures=0)
    state = outage
    batches: list[Batch] = []
    while pieces:
        taken, findings = _batch(trial, [batch.parts for batch in batches], pieces)
        if findings and len(taken) == 1 and (smaller := _halved(taken[0], state)):
            pieces = [*smaller, *pieces[1:]]
            continue
        batches.append(Batch(len(batches) + 1, tuple(taken), tuple(map(_said, taken)), findings))
        state = candidate(state, Step(1, tuple(taken), SOURCE)).after
        pieces = [piece for piece in pieces if piece not in taken]
    return Plan(tuple(batches), _is_back(base, state), trial.count)


def _batch(
    trial: Trial, done: Sequence[tuple[StepPart, ...]], pieces: Sequence[StepPart]
) -> tuple[list[StepPart], tuple[Finding, ...]]:
    """As many of the first pieces as pass together after what is done (found by halving), at least one."""
    change = Change("restore", "", "guard", "", "", (Step(1, tuple(pieces), SOURCE),))

    def findings(count: int) -> tuple[Finding, ...] | None:
        found = trial.findings(change, (*done, tuple(pieces[:count])))
        return None if found is None else tuple(each for each in found if each.step > len(done))

    if findings(len(pieces)) == ():
        return list(pieces), ()
    low, high = 0, len(pieces)  # `low` pass, `high` do not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if findings(middle) == () else (low, middle)
    if low:
        return list(pieces[:low]), ()
    return list(pieces[:1]), findings(1) or ()


def _halved(piece: StepPart, state: Snapshot) -> list[StepPart]:
    """A configuration or zone in two edits, the first half of its hunks and then the rest; [] where it has one."""
    change = Change("restore", "", "guard", "", "", (Step(1, (piece,), SOURCE),))
    units = Units(change, state)
    if len(units.all) < 2:
        return []
    ((first,),) = units.steps(units.all[: len(units.all) // 2])
    return [first, piece]


# ------------------------------------------------------------------------------------------------ what differs


def _pieces(base: Snapshot, outage: Snapshot) -> Iterator[StepPart]:
    """Edits that make the outage's files the base's, and what is down come up, in the order to do them."""
    yield from (e for e in _files(base, outage) if isinstance(e, EditFile) and e.path == INVENTORY)
    ups = sorted({*map(str, outage.down_interfaces - base.down_interfaces), *(outage.down_nodes - base.down_nodes)})
    yield from (DownUp((), (name,), SOURCE) for name in ups)
    yield from sorted(_devices(base, outage), key=lambda piece: _rank(base, piece))
    yield from (RemoveDevice(name, SOURCE) for name in sorted(set(outage.devices) - set(base.devices)))
    yield from _zones(base, outage)
    yield from (e for e in _files(base, outage) if not (isinstance(e, EditFile) and e.path == INVENTORY))


def _devices(base: Snapshot, outage: Snapshot) -> Iterator[ReplaceConfig | AddDevice]:
    for name, device in base.devices.items():
        text, other = base.files.get(device.file), outage.devices.get(name)
        if text is None:
            continue
        if other is None:
            yield AddDevice(name, text, SOURCE)
        elif outage.files.get(other.file) != text:
            yield ReplaceConfig(name, text, SOURCE)


def _rank(base: Snapshot, piece: ReplaceConfig | AddDevice) -> tuple[bool, bool, str]:
    name = piece.device if isinstance(piece, ReplaceConfig) else piece.name
    device = base.devices[name]
    return (not base.inventory.is_backbone(name), _speaks_outside(base, device), name)


def _speaks_outside(base: Snapshot, device: Device) -> bool:
    return any(peering.device.lower() == device.name.lower() for peering in base.inventory.peerings)


def _zones(base: Snapshot, outage: Snapshot) -> Iterator[StepPart]:
    for server in sorted({"", *base.server_zones, *outage.server_zones}):
        olds = outage.server_zones.get(server, {}) if server else outage.zones
        news = base.server_zones.get(server, {}) if server else base.zones
        for apex, zone in sorted(news.items()):
            text, other = base.files.get(zone.file), olds.get(apex)
            if text is not None and (other is None or outage.files.get(other.file) != text):
                yield ReplaceZone(apex, text, SOURCE, server)
        yield from (DeleteZone(apex, SOURCE, server) for apex in sorted(set(olds) - set(news)))


def _files(base: Snapshot, outage: Snapshot) -> Iterator[StepPart]:
    """Files that are neither configurations nor zones. What is only in the outage is left where it is."""
    for path, text in sorted(base.files.items()):
        other = not path.startswith(("configs/", "zones/", "hosts/")) and path != "state.yaml"
        if other and outage.files.get(path) != text:
            yield EditFile(path, "replace", text, SOURCE)


def _said(piece: StepPart) -> str:
    match piece:
        case DownUp():
            return f"up {', '.join(piece.up)}"
        case ReplaceConfig():
            return f"configuration of {piece.device}"
        case AddDevice() | RemoveDevice():
            return f"{'add' if isinstance(piece, AddDevice) else 'remove'} {piece.name}"
        case ReplaceZone() | DeleteZone():
            where = f" at {piece.server}" if piece.server else ""
            return f"{'zone' if isinstance(piece, ReplaceZone) else 'delete zone'} {piece.zone}{where}"
        case EditFile():
            return f"file {piece.path}"
        case _:
            return type(piece).__name__


def _is_back(base: Snapshot, state: Snapshot) -> bool:
    """Devices, zones and other files are the base's, and nothing is down that was not."""
    down = state.down_interfaces <= base.down_interfaces and state.down_nodes <= base.down_nodes
    return down and _texts(base) == _texts(state)


def _texts(snapshot: Snapshot) -> dict[str, str]:
    """Device and zone texts by what they are, as the files may have other names."""
    named: Iterable[tuple[str, str]] = (
        *((f"device {name}", device.file) for name, device in snapshot.devices.items()),
        *((f"zone {apex}", zone.file) for apex, zone in snapshot.zones.items()),
    )
    found = {name: snapshot.files.get(file, "") for name, file in named}
    return {**found, INVENTORY: snapshot.files.get(INVENTORY, "")}
