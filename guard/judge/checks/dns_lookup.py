"""What the DNS checks ask of zones: how many records a name has, who points to it, what a change touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.judge.case import Case, StepView
from guard.judge.finding import Enforcement, Observation
from guard.model.dns import RRset, RRsetKey, Zone, ZoneFault, is_signing
from guard.model.inventory import AllOf, AnyOf, Inventory, NameNeeded, Requirement, ZoneIntent
from guard.simulate.dns_answer import Status, resolve
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


def touched(step: StepView) -> frozenset[str]:
    """Owners whose records the change has altered so far."""
    return frozenset(key.owner for key in step.delta.records.turns if not key.server)


def faults(case: Case, step: StepView, code: str) -> Iterator[Observation]:
    """The faults of single zones that bear this name; those that the base has as well are existing."""
    before = places(case.base.snapshot)
    for place, zone in places(step.snapshot).items():
        old = before.get(place)
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
