"""Zone steps of a change as edits of the zone's master file (CONTRACT 3)."""

from __future__ import annotations

from guard.model.change import DeleteZone, ReplaceZone, ZoneUpdate
from guard.model.dns import Zone
from guard.model.errors import InputInvalid
from guard.model.inventory import Inventory
from guard.parse.nsupdate import parse_nsupdate
from guard.snapshot.dns_update import updated
from guard.snapshot.load import read_zone


def replaced_zone(part: ReplaceZone, file: str, old: Zone | None) -> Zone:
    """The new zone, once it is known to be one of that name, all of whose records can be read.

    A record that could not be read before either is no error of this change: it is a fault of the zone.
    """
    place = part.text_file or part.source.file
    offset = 0 if part.text_file else block_start(part) - 1
    last = None if part.text_file else part.source.last
    try:
        zone = read_zone(part.text, file)
    except InputInvalid as error:
        raise InputInvalid(error.code, error.message, place, _line(error.line or 1, offset, last)) from None
    known = {each.identity for each in old.faults} if old is not None else set()
    for fault in zone.faults:
        if fault.detail.startswith("unreadable") and fault.identity not in known:
            line = _line(fault.source.first, offset, last)
            raise InputInvalid("invalid-zone", f"not a zone: {fault.message}", place, line)
    if zone.apex != part.zone:
        message = f"the text is zone {zone.apex}, not {part.zone}"
        raise InputInvalid("invalid-zone", message, part.source.file, part.source.first)
    return zone


def deleted_zone(part: DeleteZone) -> None:
    """Whether a zone may go is judged, not refused: nothing to check here."""


def updated_zone(part: ZoneUpdate, zone: Zone, inventory: Inventory) -> Zone:
    """The zone after an nsupdate script; the same object where the script changes nothing."""
    file = part.source.file
    messages = parse_nsupdate(part.script, part.zone, file, block_start(part))
    try:
        return updated(zone, messages, file=file, signs=signs(inventory, part.zone))
    except InputInvalid as error:
        raise InputInvalid(error.code, error.message, error.file, _line(error.line or 1, 0, part.source.last)) from None


def signs(inventory: Inventory, apex: str) -> bool:
    """Whether the server signs the zone itself (the default), so that no change leaves a signature behind."""
    return all(each.signing != "offline" for each in inventory.zones if each.name == apex)


def block_start(part: ReplaceZone | ZoneUpdate) -> int:
    """The line of the change file on which the text itself begins: a block scalar starts below its key."""
    return part.source.first + 1 if part.source.last > part.source.first else part.source.first


def _line(line: int, offset: int, last: int | None) -> int:
    found = line + offset
    return found if last is None else min(found, last)
