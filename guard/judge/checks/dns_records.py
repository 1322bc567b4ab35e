"""How much of a zone a change deletes or rewrites, the deletion of whole zones, cut files, and serials."""

from __future__ import annotations

from collections.abc import Iterator

from guard.compare.dns import pointed_at
from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameter, Parameters
from guard.judge.checks.common import percent
from guard.judge.checks.dns_lookup import Edits, edits_of, intent_of, places, required_names, zone_at
from guard.judge.checks.dns_window import lost_classes, over_all, over_time
from guard.judge.finding import Enforcement, Observation, some
from guard.model.change import ReplaceZone, ZoneUpdate
from guard.model.dns import RRsetKey, Zone, is_signing, lies_in
from guard.model.inventory import ZoneIntent
from guard.snapshot.snapshot import Snapshot


def dns_mass_change(case: Case, step: StepView, params: Parameters) -> Observations:
    """A change deletes or rewrites too much of a zone, leaves its apex alone, or deletes the zone.

    Counted in RRsets without those that signing makes. Over `max_delete_percent` and at least 5 deleted, or a zone
    of 4 or more left with its apex alone: denied. Over `max_change_percent` and at least 10 deleted or changed:
    held. Deleting a zone is denied while it is delegated, holds a critical name or is pointed into, else held. Held
    as well is what adds up, each part below its floor: most of the hosts, delegations, mail domains, services or
    reverse names of a zone; small edits of several zones, over all of them (without those that have percentages of
    their own in the inventory); and what a server allowed within `window_hours`, until a person approves it. Changes
    that are not yet done are added up by cumulative-risk too.
    Breaks: every name that is gone, at once.
    Example: a generator that found no hosts writes a zone with its SOA and NS alone.
    Source: octoDNS's plan safety; Microsoft, January 2001; the .de zone of 12 May 2010.
    """
    edits = edits_of(case, step)
    now = places(step.snapshot)
    for place in places(case.base.snapshot).keys() - now.keys():
        edits.setdefault(place, Edits([], []))
    for (server, apex), edit in sorted(edits.items()):
        old = zone_at(case.base.snapshot, (server, apex))
        new = _zone(step.snapshot, server, apex)
        if old is None:
            continue
        if new is None:
            yield from _deleted_zone(case, step, server, apex)
        else:
            yield from _mass(step, params, server, old, new, edit)
    yield from lost_classes(case, step, params, edits)
    yield from over_all(case, step, params, edits)
    yield from over_time(case, step, params, edits)


def _mass(step: StepView, params: Parameters, server: str, old: Zone, new: Zone, edit: Edits) -> Iterator[Observation]:
    total = old.size
    intent = intent_of(step.snapshot, old.apex)
    deleted, touched = len(edit.deleted), len(edit.deleted) + len(edit.changed)
    place = f"{old.apex} at {server}" if server else old.apex
    if total >= params.integer("apex_alone_at_least") and _apex_alone(new) and not _apex_alone(old):
        yield _observed(place, old, f"nothing but the apex of {place} is left of {total} RRsets", edit.deleted)
    elif deleted >= params.integer("deleted_at_least") and percent(deleted, total) > _limit(intent, params, "delete"):
        yield _observed(place, old, f"{deleted} of {total} RRsets of {place} are deleted", edit.deleted)
    elif touched >= params.integer("changed_at_least") and percent(touched, total) > _limit(intent, params, "change"):
        message = f"{touched} of {total} RRsets of {place} are deleted or changed"
        yield _observed(place, old, message, [*edit.deleted, *edit.changed], Enforcement.HOLD)


def _observed(
    place: str, zone: Zone, message: str, keys: list[RRsetKey], at_most: Enforcement | None = None
) -> Observation:
    told = some([f"{key.owner} {key.type}" for key in sorted(keys)], 20)
    return Observation(message, subjects=(zone.apex,), evidence=told, at_most=at_most, key=f"mass {place}")


def _limit(intent: ZoneIntent | None, params: Parameters, what: str) -> float:
    own = getattr(intent, f"max_{what}_percent") if intent is not None else None
    return float(own) if own is not None else params.number(f"max_{what}_percent")


def _apex_alone(zone: Zone) -> bool:
    return all(key[0] == zone.apex or is_signing(key[1]) for key in zone.rrsets)


def _deleted_zone(case: Case, step: StepView, server: str, apex: str) -> Iterator[Observation]:
    if server:
        yield Observation(f"{server} no longer serves {apex}", (apex, server), at_most=Enforcement.HOLD)
        return
    reasons = list(_still_needed(case.base.snapshot, step.snapshot, apex))
    yield Observation(
        f"zone {apex} is deleted" + (f" while {reasons[0]}" if reasons else ""),
        subjects=(apex,),
        evidence=some(reasons, 20),
        at_most=None if reasons else Enforcement.HOLD,
        key=f"deleted {apex} {bool(reasons)}",
    )


def _still_needed(before: Snapshot, after: Snapshot, apex: str) -> Iterator[str]:
    for parent, zone in after.zones.items():
        if RRsetKey(apex, "NS") in zone.rrsets:
            yield f"{parent} delegates it"
    for intent in (*after.inventory.zones, *before.inventory.zones):
        if intent.name == apex and intent.parent is not None and intent.parent.ns:
            yield "its parent delegates it (inventory)"
        if intent.name == apex:
            yield from (f"{each.name} {each.type} is a critical name" for each in intent.critical_names)
    for target, key, zone_apex in pointed_at(after.zones):
        if lies_in(target, apex) and not (key.type == "NS" and key.owner == apex):
            yield f"{key.owner} {key.type} in {zone_apex} points to {target}"
    for name, service in required_names(after.inventory).items():
        if lies_in(name, apex):
            yield f"service {service} requires {name}"


def _zone(snapshot: Snapshot, server: str, apex: str) -> Zone | None:
    zones = snapshot.server_zones.get(server, {}) if server else snapshot.zones
    return zones.get(apex)


def dns_truncation(case: Case, step: StepView, params: Parameters) -> Observations:
    """A replacement is the old zone cut short: what it loses is one tail of the file, or its last line is torn.

    Breaks: every name in the tail, world-wide, though the zone looks sound.
    Example: a transfer of the file stops at 30 %, and the distribution publishes what has arrived.
    Source: the .de zone of 12 May 2010.
    """
    for part in step.step.parts:
        if not isinstance(part, ReplaceZone):
            continue
        old = zone_at(case.base.snapshot, (part.server, part.zone))
        new = _zone(step.snapshot, part.server, part.zone)
        if old is None or new is None or old is new:
            continue
        order = [key for key in old.order if not is_signing(key[1])]
        lost = [key for key in order if key not in new.rrsets]
        tail = bool(lost) and order[-len(lost) :] == lost
        if tail and len(lost) >= params.integer("lost_at_least"):
            words = f"zone {part.zone} is cut short: the last {len(lost)} of {len(order)} RRsets of its file are lost"
        elif new.torn and not old.torn and (tail or _torn(old, new)):
            words = f"the last line of zone {part.zone} is torn"
        else:
            continue
        told = some([f"{key.owner} {key.type}" for key in lost], 10)
        yield Observation(words, subjects=(part.zone,), evidence=told, key=f"cut {part.server} {part.zone}")


def _torn(old: Zone, new: Zone) -> bool:
    """Whether the last record of the new file is the beginning of an old one."""
    key = new.order[-1] if new.order else None
    before = old.rrsets.get(key) if key else None
    if key is None or before is None:
        return False
    lost = [each for each in before.rdata if each not in new.rrsets[key].rdata]
    added = [each for each in new.rrsets[key].rdata if each not in before.rdata]
    return any(each.rstrip(".").startswith(part.rstrip(".")) for each in lost for part in added)


def dns_serial(case: Case, step: StepView, params: Parameters) -> Observations:
    """A zone's content changes and its serial does not grow, so that secondaries keep the old one.

    Updates (RFC 2136 3.6) are left out: the server itself moves the serial.
    Breaks: half of the name servers answer with the old zone until it expires.
    Example: a record is added by hand and the serial forgotten.
    Source: RFC 1982; RFC 1912 2.2.
    """
    updated = {part.zone for part in step.step.parts if isinstance(part, ZoneUpdate)}
    before = case.before(step).snapshot
    for apex, new in step.snapshot.zones.items():
        old = before.zones.get(apex)
        if old is None or old is new or apex in updated or old.serial is None or new.serial is None:
            continue
        if _same(old, new) or 0 < (new.serial - old.serial) % 2**32 < 2**31:
            continue
        yield Observation(
            f"zone {apex} changes, and its serial goes from {old.serial} to {new.serial}", subjects=(apex,)
        )


def _same(old: Zone, new: Zone) -> bool:
    def body(zone: Zone) -> dict[RRsetKey, tuple[object, ...]]:
        return {key: rrset[:2] for key, rrset in zone.rrsets.items() if key.type != "SOA"}

    return body(old) == body(new)


CHECKS = (
    Check(
        "dns-mass-change",
        dns_mass_change,
        needs=ZONES,
        parameters=(
            Parameter("max_delete_percent", 10, "how much of a zone may be deleted, where the inventory does not say"),
            Parameter("deleted_at_least", 5, "fewer than this many deletions are no mass change"),
            Parameter("max_change_percent", 30, "how much may be deleted or changed, where the inventory does not say"),
            Parameter("changed_at_least", 10, "fewer than this many edits are no mass change"),
            Parameter("apex_alone_at_least", 4, "from this many RRsets on, an apex left alone is a wipe"),
            Parameter("all_deleted_at_least", 20, "fewer deletions over all zones are no mass change"),
            Parameter("all_changed_at_least", 40, "fewer edits over all zones are no mass change"),
            Parameter("class_max_delete_percent", 50, "how much of one class of names in a zone may be deleted"),
            Parameter("class_deleted_at_least", 10, "fewer names of one class are no mass change"),
            Parameter("window_hours", 24, "how long what was allowed is added up"),
            Parameter("window_deleted_at_least", 20, "fewer deletions within the window are no mass change"),
            Parameter("window_changed_at_least", 40, "fewer edits within the window are no mass change"),
        ),
    ),
    Check(
        "dns-truncation",
        dns_truncation,
        needs=ZONES,
        parameters=(Parameter("lost_at_least", 5, "a shorter tail may have been deleted on purpose"),),
    ),
    Check("dns-serial", dns_serial, needs=ZONES),
)
