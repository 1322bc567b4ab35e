"""What the DNS checks ask of zones: how many records a name has, who points to it, what a change touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guard.compare.delta import RecordKey
from guard.compare.mapping import Absent
from guard.judge.case import Case, StepView
from guard.judge.finding import Enforcement, Observation
from guard.model.dns import RRset, RRsetKey, Zone, ZoneFault, is_signing
from guard.model.inventory import AllOf, AnyOf, Inventory, NameNeeded, Requirement, ZoneIntent
from guard.simulate.dns.answer import Status, resolve
from guard.snapshot.snapshot import Snapshot

ADDRESSES = ("A", "AAAA")
#: Ends of a question after which somebody outside the snapshot goes on.
_ELSEWHERE = frozenset({Status.REFUSED, Status.REFERRAL})
Place = tuple[str, str]  # server ("" for the zone itself), apex


def count(zones: Mapping[str, Zone], name: str, type: str) -> int | None:
    """Records of the type that the name answers with, aliases followed; None where somebody else answers."""
    found = resolve(zones, name, type)
    number = sum(record.type == type for record in found.answer)
    if number:
        return number
    left = found.status is Status.NOERROR and bool(found.answer)  # an alias that leads out of the snapshot
    return None if found.status in _ELSEWHERE or left else 0


def has_target(zones: Mapping[str, Zone], name: str) -> bool | None:
    """Whether a host has an address, also by alias; None where somebody else would know."""
    found = [count(zones, name, type) for type in ADDRESSES]
    return True if any(found) else None if None in found else False


def required_names(inventory: Inventory) -> Mapping[str, str]:
    """Name -> the service that requires it."""
    return {name: service.name for service in inventory.services for name in _names(service.requires)}


def _names(requirement: Requirement | None) -> Iterator[str]:
    match requirement:
        case NameNeeded():
            yield requirement.name.lower().rstrip(".") + "."
        case AllOf() | AnyOf():
            for part in requirement.parts:
                yield from _names(part)
        case _:
            return


def content(zone: Zone | None) -> dict[RRsetKey, RRset]:
    """The RRsets of a zone that people put there, in the order of the file."""
    if zone is None:
        return {}
    return {key: rrset for key, rrset in zone.rrsets.items() if not is_signing(key[1])}


def intent_of(snapshot: Snapshot, apex: str) -> ZoneIntent | None:
    return next((each for each in snapshot.inventory.zones if each.name == apex), None)


def places(snapshot: Snapshot) -> dict[Place, Zone]:
    """All zones of a snapshot, those that single servers serve included."""
    found: dict[Place, Zone] = {("", apex): zone for apex, zone in snapshot.zones.items()}
    for server, zones in snapshot.server_zones.items():
        found |= {(server, apex): zone for apex, zone in zones.items()}
    return found


def zone_at(snapshot: Snapshot, place: Place) -> Zone | None:
    """The zone as it is, or as a server serves it: the zone itself, where nothing else is known of the server."""
    server, apex = place
    own = snapshot.server_zones.get(server) if server else None
    return own.get(apex) if own is not None else snapshot.zones.get(apex)


class Edits(NamedTuple):
    """RRsets of one place that a change has deleted or altered so far, without those that signing makes."""

    deleted: list[RRsetKey]
    changed: list[RRsetKey]


def edits_of(case: Case, step: StepView) -> dict[Place, Edits]:
    """By place. A server that nothing was known of is compared with the zone itself, which it should have served."""
    edits: dict[Place, Edits] = {}
    base = case.base.snapshot
    for place, new in places(step.snapshot).items():
        old = zone_at(base, place) if place[0] not in base.server_zones else None
        if place[0] and old is not None and old is not new:
            edits[place] = _edits_between(old, new)
    for key, old_set, new_set in _turns(step):
        here = edits.setdefault(key[:2], Edits([], []))
        if new_set is None:
            here.deleted.append(RRsetKey(*key[2:]))
        elif not _same_but_serial(key.type, old_set, new_set):
            here.changed.append(RRsetKey(*key[2:]))
    return edits


def _turns(step: StepView) -> Iterator[tuple[RecordKey, RRset, RRset | None]]:
    """What was there before and is not, or is not the same, now."""
    for key, (old, new) in step.delta.records.turns.items():
        if not is_signing(key.type) and not isinstance(old, Absent):
            yield key, old, None if isinstance(new, Absent) else new


def _edits_between(old: Zone, new: Zone) -> Edits:
    before, after = content(old), content(new)
    return Edits(
        [key for key in before if key not in after],
        [
            key
            for key, rrset in before.items()
            if key in after and rrset[:2] != after[key][:2] and not _same_but_serial(key.type, rrset, after[key])
        ],
    )


def _same_but_serial(type: str, old: RRset, new: RRset) -> bool:
    """Every edit of a zone moves its serial: that alone is none."""
    return type == "SOA" and old.ttl == new.ttl and _without_serial(old) == _without_serial(new)


def _without_serial(soa: RRset) -> list[list[str]]:
    return [text.split()[:2] + text.split()[3:] for text in soa.rdata]


def touched(step: StepView) -> frozenset[str]:
    """Owners whose records the change has altered so far."""
    return frozenset(key.owner for key in step.delta.records.turns if not key.server)


def faults(case: Case, step: StepView, code: str) -> Iterator[Observation]:
    """The faults of single zones that bear this name; those that the base has as well are existing."""
    for place, zone in places(step.snapshot).items():
        old = zone_at(case.base.snapshot, place)
        known = {each.identity for each in old.faults} if old is not None else frozenset()
        for fault in zone.faults:
            if fault.code == code:
                yield observed(fault, place, existing=fault.identity in known)


def observed(fault: ZoneFault, place: Place, *, existing: bool) -> Observation:
    """A fault as what a check saw; what many live with is at most a warning."""
    server, apex = place
    return Observation(
        fault.message + (f" (at {server})" if server else ""),
        subjects=(fault.subject, apex) if fault.subject != apex else (apex,),
        evidence=(f"{fault.source.file}:{fault.source.first}: {fault.message}",),
        existing=existing,
        at_most=Enforcement.WARN if fault.severity == "info" else None,
        key=f"{server} {apex} {' '.join(fault.identity)}",
        group=f"{fault.code} {server} {apex}",
    )
