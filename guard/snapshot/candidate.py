"""candidate(base, step): the snapshot after a step, and the one while it runs (CONTRACT 3).

Law: all or nothing. A part that cannot be applied raises InputInvalid with file, line and reason; the base stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

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
    ReplaceRoas,
    ReplaceZone,
    Step,
    StepPart,
    ZoneUpdate,
)
from guard.model.device import Device
from guard.model.dns import Zone
from guard.model.errors import InputInvalid
from guard.model.provenance import Source
from guard.model.state import InterfaceId
from guard.parse.inventory import split_interface
from guard.parse.roas import parse_roas
from guard.parse.vendor import detect
from guard.snapshot.dns_plan_step import planned_zones
from guard.snapshot.during import Drop, disturbed
from guard.snapshot.files import ROAS
from guard.snapshot.load import JSON_READERS, load
from guard.snapshot.merge.commands import ConfigLines, NoEffect, Reload, SetInterface, Unknown, effects
from guard.snapshot.merge.malformed import malformed
from guard.snapshot.merge.merge import merge
from guard.snapshot.merge.patch import apply_unified_diff
from guard.snapshot.octodns_step import is_octodns, octodns_zone
from guard.snapshot.snapshot import Overlay, Snapshot
from guard.snapshot.zone_step import deleted_zone, replaced_zone, updated_zone

_RISK = "shared_risk:"


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """An exec command of a step that guard does not know."""

    device: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class StepResult:
    """`after`: when the step is done. `during`: what is judged, which differs while a clear or a reload runs.

    `touched`: names of what the step itself configures, commands or takes down.
    """

    after: Snapshot
    during: Snapshot
    unknown_commands: tuple[UnknownCommand, ...] = ()
    drops: tuple[Drop, ...] = ()
    touched_devices: frozenset[str] = frozenset()
    touched_zones: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Work:
    """The candidate while it is being made."""

    base: Snapshot
    files: dict[str, str]
    down: set[InterfaceId | str] = field(default_factory=set)
    up: set[InterfaceId | str] = field(default_factory=set)
    unknown: list[UnknownCommand] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    devices: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    made: dict[str, Zone] = field(default_factory=dict)  # by file, as the parts so far left it

    def device(self, name: str, source: Source) -> Device:
        """The device as the parts so far left it: configuration text is edited, its name stays that of the base."""
        found = self.base.device(name)
        if found is None or found.file not in self.files:
            raise InputInvalid("unknown-device", f"there is no device {name!r}", source.file, source.first)
        self.devices.add(found.name)
        return found


def candidate(base: Snapshot, step: Step) -> StepResult:
    """Apply one step; its parts are taken in order and judged as one."""
    work = _Work(base, dict(base.files))
    for part in step.parts:
        _apply(work, part)
    overlay = _overlay(base.overlay, work)
    after = base
    if not _same_files(work) or overlay != base.overlay:
        after = load(work.files, overlay, _known_zones(work), before=base)
    during = disturbed(after, tuple(work.drops))
    return StepResult(
        after, during, tuple(work.unknown), tuple(work.drops), frozenset(work.devices), frozenset(work.zones)
    )


def _apply(work: _Work, part: StepPart) -> None:
    match part:
        case Merge():
            _merge(work, work.device(part.device, part.source), part.lines, part.source)
        case ReplaceConfig():
            _replace(work, part)
        case PatchConfig():
            file = work.device(part.device, part.source).file
            text = _patched(work, file, part.diff, part.source)
            _check_lines(work.files[file], text, Source(file, 0, text.count("\n") + 1))
            work.files[file] = text
        case Commands():
            _commands(work, part)
        case DownUp():
            work.down |= set().union(*(_members(work, name, part.source) for name in part.down))
            work.up |= set().union(*(_members(work, name, part.source) for name in part.up))
        case ZoneUpdate() | ReplaceZone() | DeleteZone():
            _zone(work, part)
        case ReplaceRoas():
            _roas(work, part)
        case EditFile():
            _edit_file(work, part)
        case DnsPlan():
            _dns_plan(work, part)
        case AddDevice():
            _add_device(work, part)
        case RemoveDevice():
            del work.files[work.device(part.name, part.source).file]
        case _:
            assert_never(part)


def _merge(work: _Work, device: Device, lines: str, source: Source) -> None:
    first = source.first + 1 if source.last > source.first else source.first  # a block scalar starts below its key
    try:
        result = merge(
            work.files[device.file], lines, device.vendor, file=device.file, change_file=source.file, first_line=first
        )
    except InputInvalid as error:
        line = min(error.line, source.last) if error.file == source.file and error.line else error.line
        raise InputInvalid(error.code, error.message, error.file, line) from None
    work.files[device.file] = result.text


def _patched(work: _Work, path: str, diff: str, source: Source) -> str:
    """The text of a file after a diff that stands in the change, where its errors are told."""
    first = source.first + 1 if source.last > source.first else source.first  # a block scalar starts below its key
    try:
        return apply_unified_diff(work.files[path], diff)
    except InputInvalid as error:
        line = min(first + (error.line or 1) - 1, source.last)
        raise InputInvalid(error.code, f"{error.message} (patch of {path})", source.file, line) from None


def _replace(work: _Work, part: ReplaceConfig) -> None:
    file = work.device(part.device, part.source).file
    source = part.source
    if part.text_file:
        source = Source(part.text_file, 0, part.text.count("\n") + 1)
    _check_lines(work.files[file], part.text, source)
    work.files[file] = part.text


def _check_lines(old: str, new: str, source: Source) -> None:
    """Refuse a new line that the device would refuse (CONTRACT 3). `source`: what stands just before the text."""
    found = malformed(old, new, detect(new).value)
    if found is not None:
        message = f"{found.text!r} is rejected: {found.reason}"
        raise InputInvalid("line-rejected", message, source.file, min(source.first + found.number, source.last))


def _commands(work: _Work, part: Commands) -> None:
    device = work.device(part.device, part.source)
    for effect in effects(part.text, device.vendor):
        match effect:
            case ConfigLines():
                first = part.source.first + effect.first_line
                _merge(work, device, effect.text, part.source._replace(first=min(first - 1, part.source.last)))
            case SetInterface():
                id = work.base.names.interface(InterfaceId(device.name, effect.interface))
                (work.up if effect.up else work.down).add(id)
            case Unknown():
                work.unknown.append(UnknownCommand(device.name, effect.text, part.source))
            case NoEffect() | Reload(delayed=True):  # a reload that is due later can be cancelled until then
                pass
            case _:
                work.drops.append(Drop(device.name, effect))


def _members(work: _Work, name: str, source: Source) -> set[InterfaceId | str]:
    """What a name of a down or up step stands for: an interface, a node, or all of a shared risk."""
    if name.startswith(_RISK):
        wanted = name.removeprefix(_RISK).strip()
        risk = next((each for each in work.base.inventory.shared_risks if each.name == wanted), None)
        if risk is None:
            raise InputInvalid("unknown-name", f"there is no shared risk {wanted!r}", source.file, source.first)
        return {*risk.interfaces, *risk.nodes}
    names = work.base.names
    interface = split_interface(name)
    if interface is None:
        if not names.known(name):
            raise InputInvalid("unknown-device", f"there is no device {name!r}", source.file, source.first)
        return {names.node(name)}
    found = names.interface(interface)
    if not names.has(found):
        raise InputInvalid("unknown-interface", f"there is no interface {name!r}", source.file, source.first)
    return {found}


def _overlay(before: Overlay, work: _Work) -> Overlay:
    """What a later step brings up again is no longer down, and the other way round."""
    return Overlay(
        down=frozenset((before.down | work.down) - (work.up - work.down)),
        up=frozenset((before.up | work.up) - work.down),
    )


def _zone(work: _Work, part: ZoneUpdate | ReplaceZone | DeleteZone) -> None:
    work.zones.add(part.zone)
    server = "" if isinstance(part, ZoneUpdate) else part.server
    served = work.base.server_zones.get(server, {}) if server else work.base.zones
    existing = served.get(part.zone)
    folder = f"zones/{server.rstrip('.')}/" if server else "zones/"
    file = existing.file if existing else f"{folder}{part.zone.rstrip('.') or 'root'}.zone"
    existing = work.made.get(file, existing)
    if isinstance(part, ReplaceZone) and is_octodns(part):
        work.made[file] = octodns_zone(part, file, existing, work.base.inventory)
        work.files[file] = work.made[file].text
        return
    if isinstance(part, ReplaceZone):
        work.made[file] = replaced_zone(part, file, existing)
        work.files[file] = part.text
        return
    if file not in work.files or existing is None:
        raise InputInvalid("unknown-zone", f"there is no zone {part.zone}", part.source.file, part.source.first)
    if isinstance(part, DeleteZone):
        deleted_zone(part)
        work.made.pop(file, None)
        del work.files[file]
        return
    new = updated_zone(part, existing, work.base.inventory)
    if new is not existing:
        work.made[file] = new
        work.files[file] = new.text


def _dns_plan(work: _Work, part: DnsPlan) -> None:
    """A plan of another tool, over the zones as the parts so far left them."""
    zones = {apex: work.made.get(zone.file, zone) for apex, zone in work.base.zones.items() if zone.file in work.files}
    zones |= {zone.apex: zone for zone in work.made.values() if zone.file.count("/") == 1}
    for apex, zone in planned_zones(part, zones, work.base.inventory).items():
        work.zones.add(apex)
        if zone is None:
            work.made.pop(zones[apex].file, None)
            del work.files[zones[apex].file]
        elif zone is not zones.get(apex):
            work.made[zone.file] = zone
            work.files[zone.file] = zone.text


def _roas(work: _Work, part: ReplaceRoas) -> None:
    """An error stands in the file that the change names, else at the step: JSON in YAML has no lines of its own."""
    try:
        parse_roas(part.text, part.file or part.source.file)
    except InputInvalid as error:
        line = error.line if part.file else part.source.first
        raise InputInvalid(error.code, error.message, error.file, line) from None
    work.files[ROAS] = part.text


def _same_files(work: _Work) -> bool:
    return work.files == work.base.files


def _known_zones(work: _Work) -> dict[str, Zone]:
    """Zones that need not be read again, by file: those made here, and those whose text has not changed."""
    base = work.base
    old = (*base.zones.values(), *(zone for zones in base.server_zones.values() for zone in zones.values()))
    kept = {zone.file: zone for zone in old if work.files.get(zone.file) is base.files.get(zone.file)}
    return {**kept, **work.made}


def _edit_file(work: _Work, part: EditFile) -> None:
    """A file of guard's own or of Batfish's; one that cannot be read afterwards is a bad change (CONTRACT 3)."""
    _edited(work, part)
    parse = JSON_READERS.get(part.path)
    if parse is not None:
        parse(work.files[part.path], part.path)


def _edited(work: _Work, part: EditFile) -> None:
    if part.mode == "replace":
        work.files[part.path] = part.text
        return
    if part.path not in work.files:
        raise InputInvalid(
            "missing-file", f"the snapshot has no file {part.path!r}", part.source.file, part.source.first
        )
    work.files[part.path] = _patched(work, part.path, part.text, part.source)


def _add_device(work: _Work, part: AddDevice) -> None:
    name = part.name
    if not name or any(each in name for each in "/\\\0[]") or name.startswith("."):
        raise InputInvalid("invalid-name", f"{name!r} is not a device name", part.source.file, part.source.first)
    if work.base.names.known(name):
        raise InputInvalid("device-exists", f"there is a device {name!r} already", part.source.file, part.source.first)
    work.files[f"configs/{name}.cfg"] = part.config
    work.devices.add(name)
