"""A zone step whose file is octoDNS's YAML: the zone becomes what the file wants, as octoDNS would make it so.

What octoDNS does not manage stays: the SOA (its serial is raised), the apex NS where the file has none, what it is told
to ignore, and what signing makes.
"""

from __future__ import annotations

from guard.model.change import ReplaceZone
from guard.model.dns import RRsetKey, Zone, is_signing
from guard.model.inventory import Inventory
from guard.parse.nsupdate import Deletion, UpdateMessage
from guard.parse.octodns_zone import parse_octodns_zone
from guard.snapshot.dns_plan_step import edits_of, new_zone, raised
from guard.snapshot.dns_update import updated
from guard.snapshot.zone_step import signs

ENDINGS = (".yaml", ".yml")


def is_octodns(part: ReplaceZone) -> bool:
    """Whether a replacement is YAML: its file says so, or it is a folder of such files."""
    return bool(part.parts) or part.text_file.lower().endswith(ENDINGS)


def octodns_zone(part: ReplaceZone, file: str, old: Zone | None, inventory: Inventory) -> Zone:
    """The zone after octoDNS has made it what the file wants; the same object where nothing differs."""
    asked = parse_octodns_zone(part.parts or ((part.text_file, part.text),), part.zone)
    zone = old if old is not None else new_zone(part.zone, file)
    signing = signs(inventory, part.zone)
    apex = part.zone
    keys = {RRsetKey(edit.name, edit.type) for edit, _ in asked.wanted}
    kept = keys | asked.ignored | {RRsetKey(apex, "SOA"), RRsetKey(apex, "NS")}
    gone = tuple(
        Deletion(key.owner, key.type, data, 1)
        for key, rrset in zone.rrsets.items()
        if key not in kept and not is_signing(key.type)
        for data in rrset.rdata
    )
    messages = [UpdateMessage((), gone, 1)]
    messages += [UpdateMessage((), edits_of(zone, edit, line), line) for edit, line in asked.wanted]
    return raised(updated(zone, messages, file=part.text_file, signs=signing, serial=False), old, file, signing)
