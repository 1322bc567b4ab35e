"""Zone steps of a change as edits of the zone's master file (CONTRACT 3)."""

from __future__ import annotations

from guard.model.change import DeleteZone, ReplaceZone, ZoneUpdate
from guard.model.errors import InputInvalid
from guard.parse.zonefile import parse_zone


def replaced_zone(part: ReplaceZone, file: str) -> str:
    """The new text, once it is known to be a zone of that name."""
    try:
        zone = parse_zone(part.text, file)
    except InputInvalid as error:
        place = part.text_file or part.source.file
        line = error.line if part.text_file else part.source.first
        raise InputInvalid(error.code, error.message, place, line) from None
    if zone.apex != part.zone:
        raise InputInvalid(
            "invalid-zone", f"the text is zone {zone.apex}, not {part.zone}", part.source.file, part.source.first
        )
    return part.text


def deleted_zone(part: DeleteZone) -> None:
    """Whether a zone may go is judged, not refused: nothing to check here."""


def updated_zone(part: ZoneUpdate, text: str, file: str) -> str:
    """The master file after an nsupdate script."""
    raise InputInvalid("not-supported", "nsupdate scripts are not read yet", part.source.file, part.source.first)
