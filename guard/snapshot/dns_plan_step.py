"""A DNS plan of another tool applied to the zones of a snapshot, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.change import DnsPlan
from guard.model.dns import RRset, RRsetKey, Zone, lies_in
from guard.model.errors import InputInvalid
from guard.model.inventory import Inventory
from guard.parse.dns_plans import PlannedEdit, PlannedZone, parse_plan
from guard.parse.nsupdate import Addition, Deletion, UpdateMessage
from guard.snapshot.dns_update import updated
from guard.snapshot.zone_step import signs


def planned_zones(part: DnsPlan, zones: Mapping[str, Zone], inventory: Inventory) -> dict[str, Zone | None]:
    """Apex -> the zone after the plan, None where it is deleted; only zones that the plan touches."""
    work: dict[str, Zone | None] = {}
    file, line = part.source.file, part.source.first
    edits: dict[str, list[PlannedEdit]] = {}
    for each in parse_plan(part.kind, part.text, part.file or file):
        if isinstance(each, PlannedZone):
            work |= _whole_zone(each, zones, part)
            continue
        apex = each.zone or _zone_of(each.name, {**zones, **work})
        if apex not in {**zones, **work} or not lies_in(each.name, apex):
            raise InputInvalid("unknown-zone", f"no zone of the snapshot holds {each.name}", file, line)
        edits.setdefault(apex, []).append(each)
    for apex, found in edits.items():
        zone = work.get(apex, zones.get(apex))
        if zone is None:
            continue  # its records go with the zone
        signing = signs(inventory, apex)
        for each in found:
            _required(zone, each, part)
            message = UpdateMessage((), edits_of(zone, each, line), line)
            zone = updated(zone, (message,), file=file, signs=signing, serial=False)
        work[apex] = raised(zone, zones.get(apex), file, signing)
    return work


def _whole_zone(each: PlannedZone, zones: Mapping[str, Zone], part: DnsPlan) -> dict[str, Zone | None]:
    if not each.created:
        if each.zone not in zones:
            raise InputInvalid("unknown-zone", f"there is no zone {each.zone}", part.source.file, part.source.first)
        return {each.zone: None}
    if each.zone in zones:
        return {}
    return {each.zone: new_zone(each.zone, f"zones/{each.zone.rstrip('.') or 'root'}.zone")}


def new_zone(apex: str, file: str) -> Zone:
    """A zone as a provider makes it: with a SOA of its own, and nothing else yet."""
    soa = RRset(3600, (f"ns1.{apex} hostmaster.{apex} 1 7200 900 1209600 86400",))
    key = RRsetKey(apex, "SOA")
    return Zone(apex, file, {key: soa}, (key,))


def _zone_of(name: str, zones: Mapping[str, Zone | None]) -> str:
    return max((apex for apex in zones if lies_in(name, apex)), key=len, default="")


def _required(zone: Zone, each: PlannedEdit, part: DnsPlan) -> None:
    """What the tool's own server would refuse: to create what is there, to delete what is not."""
    found = zone.get(each.name, each.type)
    there = found is not None and set(each.gone) <= set(found.rdata)
    if (each.absent and found is not None) or (each.present and not there):
        word = "is there already" if each.absent else "is not there as the plan says"
        message = f"{each.name} {each.type} {word}"
        raise InputInvalid("prerequisite-failed", message, part.source.file, part.source.first)


def edits_of(zone: Zone, each: PlannedEdit, line: int) -> tuple[Addition | Deletion, ...]:
    """One planned edit in the words of RFC 2136."""
    found = zone.get(each.name, each.type)
    if each.whole:
        gone = tuple(data for data in (found.rdata if found else ()) if data not in each.data)
    else:
        gone = each.gone
    adds = [Addition(each.name, each.ttl, each.type, data, line) for data in each.data]
    deletes = [Deletion(each.name, each.type, data, line) for data in gone]
    return (*deletes, *adds) if each.type == "CNAME" or not each.data else (*adds, *deletes)


def raised(zone: Zone, old: Zone | None, file: str, signing: bool) -> Zone:
    """The provider raises the serial once for the whole plan."""
    if old is None or zone is old or zone.serial != old.serial or zone.serial is None:
        return zone
    soa = zone.rrsets[RRsetKey(zone.apex, "SOA")]
    words = soa.rdata[0].split()
    words[2] = str((zone.serial + 1) % 2**32 or 1)
    message = UpdateMessage((), (Addition(zone.apex, soa.ttl, "SOA", " ".join(words), 1),), 1)
    return updated(zone, (message,), file=file, signs=signing)
