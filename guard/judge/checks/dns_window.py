"""What adds up: of one class of names, of all zones, and of all that was allowed of late, where each part is small.

Floors are higher here than for one change of one zone: what adds up is held for a person, never denied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Parameters
from guard.judge.checks.common import percent
from guard.judge.checks.dns_lookup import Edits, Place, intent_of
from guard.judge.finding import Enforcement, Observation, some
from guard.model.dns import RRset, RRsetKey, Zone, is_signing

#: What a name is there for, by its types. Text is left out: proofs of ownership come and go by the dozen.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "hosts": ("A", "AAAA", "CNAME"),
    "delegations": ("NS",),
    "mail domains": ("MX",),
    "services": ("SRV", "SVCB", "HTTPS", "NAPTR", "URI"),
    "reverse names": ("PTR",),
}


def lost_classes(case: Case, step: StepView, params: Parameters, edits: Mapping[Place, Edits]) -> Iterator[Observation]:
    """Of the names of one class in a zone, too many stop being of it."""
    for (server, apex), edit in sorted(edits.items()):
        old, new = case.base.snapshot.zones.get(apex), step.snapshot.zones.get(apex)
        if server or old is None or new is None:
            continue
        for name, types in CLASSES.items():
            lost = sorted({key.owner for key in edit.deleted if key.type in types and not _has(new, key.owner, types)})
            if len(lost) < params.integer("class_deleted_at_least"):
                continue
            total = sum(_has(old, owner, types) for owner in old.names.types)
            if percent(len(lost), total) > _limit(step, params, apex, "class_max_delete_percent"):
                yield Observation(
                    f"{len(lost)} of {total} {name} of {apex} are deleted",
                    subjects=(apex,),
                    evidence=some(lost, 20),
                    at_most=Enforcement.HOLD,
                    key=f"class {apex} {name}",
                )


def _has(zone: Zone, owner: str, types: tuple[str, ...]) -> bool:
    return any(type in types for type in zone.names.types.get(owner, ())) and (owner != zone.apex or "NS" not in types)


def _limit(step: StepView, params: Parameters, apex: str, name: str) -> float:
    """A zone that may change more by its inventory may here as well."""
    intent = intent_of(step.snapshot, apex)
    own = intent.max_delete_percent if intent is not None else None
    return max(params.number(name), float(own or 0))


def over_all(case: Case, step: StepView, params: Parameters, edits: Mapping[Place, Edits]) -> Iterator[Observation]:
    """What several zones lose together. A zone that goes as a whole is judged by itself."""
    counted = _counted(case, step)
    touched = {apex: edit for (server, apex), edit in edits.items() if not server and apex in counted}
    deleted = sum(len(each.deleted) for each in touched.values())
    altered = deleted + sum(len(each.changed) for each in touched.values())
    if len(touched) < 2:
        return
    total = sum(zone.size for zone in counted.values())
    parts = [
        f"{apex}: {len(each.deleted)} deleted, {len(each.changed)} changed" for apex, each in sorted(touched.items())
    ]
    for count, what in ((deleted, "deleted"), (altered, "changed")):
        limit = params.number("max_delete_percent" if what == "deleted" else "max_change_percent")
        if count >= params.integer(f"all_{what}_at_least") and percent(count, total) > limit:
            words = "deleted" if what == "deleted" else "deleted or changed"
            yield Observation(
                f"{count} of {total} RRsets of all zones are {words}, in {len(touched)} zones",
                subjects=tuple(sorted(touched)),
                evidence=some(parts, 20),
                at_most=Enforcement.HOLD,
                key="mass of all zones",
            )
            return


def _counted(case: Case, step: StepView) -> dict[str, Zone]:
    """Zones of the base that are still there, without those that have percentages of their own."""
    own = {
        each.name
        for each in step.snapshot.inventory.zones
        if each.max_delete_percent is not None or each.max_change_percent is not None
    }
    return {
        apex: zone for apex, zone in case.base.snapshot.zones.items() if apex in step.snapshot.zones and apex not in own
    }


# ------------------------------------------------------------------------------------------------ over time


def over_time(case: Case, step: StepView, params: Parameters, edits: Mapping[Place, Edits]) -> Iterator[Observation]:
    """What the step deletes or alters together with all that was allowed within the window, by zone and over all.

    What was put back does not count, and what a person approved is settled: the window of a zone begins after it.
    """
    if not case.past:
        return
    whole = {apex: zone for apex in step.snapshot.zones if (zone := case.base.snapshot.zones.get(apex)) is not None}
    deleted: dict[str, set[RRsetKey]] = {}
    altered: dict[str, set[RRsetKey]] = {}
    for apex, zone in whole.items():
        here = edits.get(("", apex), Edits([], []))
        before = _altered_before(case, step, params, apex)
        gone = {key for key, after in before.items() if after is None and key not in step.snapshot.zones[apex].rrsets}
        if here.deleted and gone:
            deleted[apex] = gone | set(here.deleted)
        moved = {key for key, after in before.items() if after is not None and key in zone.rrsets}
        if (here.deleted or here.changed) and (gone or moved):
            altered[apex] = gone | moved | set(here.deleted) | set(here.changed)
    for found, what in ((deleted, "deleted"), (altered, "changed")):
        observed = list(_too_many(case, step, params, found, what))
        if observed:
            yield from observed
            return


def _altered_before(case: Case, step: StepView, params: Parameters, apex: str) -> dict[RRsetKey, RRset | None]:
    """What changes within the window made of RRsets that were there, without those of signing and the SOA."""
    start = step.at - timedelta(hours=params.number("window_hours"))
    found: dict[RRsetKey, RRset | None] = {}
    for change in case.past:
        mine = [each for each in change.records if each.zone == apex]
        if change.at < start or not mine:
            continue
        if change.approved:
            found.clear()
            continue
        for each in mine:
            key = RRsetKey(each.owner, each.type)
            if each.type != "SOA" and not is_signing(each.type) and (each.before is not None or key in found):
                found[key] = each.after
    return found


def _too_many(
    case: Case, step: StepView, params: Parameters, found: Mapping[str, set[RRsetKey]], what: str
) -> Iterator[Observation]:
    floor = params.integer(f"window_{what}_at_least")
    limit = params.number("max_delete_percent" if what == "deleted" else "max_change_percent")
    hours = params.number("window_hours")
    words = "deleted" if what == "deleted" else "deleted or changed"
    base = case.base.snapshot.zones
    sizes = {apex: base[apex].size + len([key for key in keys if key not in base[apex].rrsets])
             for apex, keys in found.items()}  # fmt: skip
    for apex, keys in sorted(found.items()):
        intent = intent_of(step.snapshot, apex)
        own = None
        if intent is not None:
            own = intent.max_delete_percent if what == "deleted" else intent.max_change_percent
        if len(keys) >= floor and percent(len(keys), sizes[apex]) > (limit if own is None else float(own)):
            yield Observation(
                f"{len(keys)} of {sizes[apex]} RRsets of {apex} are {words} within {hours:g} h by all that was allowed",
                subjects=(apex,),
                evidence=some([f"{key.owner} {key.type}" for key in sorted(keys)], 20),
                at_most=Enforcement.HOLD,
                key=f"window {apex}",
            )
    counted = _counted(case, step)
    together = {apex: keys for apex, keys in found.items() if apex in counted}
    count = sum(map(len, together.values()))
    total = sum(zone.size for zone in counted.values()) + sum(sizes[apex] - base[apex].size for apex in together)
    if len(together) > 1 and count >= floor and percent(count, total) > limit:
        yield Observation(
            f"{count} of {total} RRsets of all zones are {words} within {hours:g} h by all that was allowed",
            subjects=tuple(sorted(together)),
            evidence=some([f"{apex}: {len(keys)}" for apex, keys in sorted(together.items())], 20),
            at_most=Enforcement.HOLD,
            key="window of all zones",
        )
