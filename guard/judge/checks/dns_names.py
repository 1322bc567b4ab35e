"""Names that must go on having records: critical ones, and those that others point to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from guard.compare.dns import pointed_at
from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameters
from guard.judge.checks.dns_lookup import count, has_target, required_names, zone_at
from guard.judge.finding import Observation, some
from guard.model.dns import RRset, Zone, lies_in, parent
from guard.model.inventory import CriticalName
from guard.simulate.dns.answer import zone_of
from guard.simulate.dns.name_servers import all_zones
from guard.snapshot.snapshot import Snapshot

_NONE = RRset(0, ())


def dns_empty_critical_name(case: Case, step: StepView, params: Parameters) -> Observations:
    """A critical name of the inventory has fewer records than it must.

    Breaks: whoever looks it up, for as long as the negative answer is cached after the record is back.
    Example: an automaton deletes the last address of the endpoint that everything else resolves.
    Source: AWS DynamoDB, 20 October 2025: an empty record for the regional endpoint.
    """
    for zone in step.snapshot.inventory.zones:
        for name in zone.critical_names:
            yield from _critical(case, step, zone.name, name)


def _critical(case: Case, step: StepView, apex: str, name: CriticalName) -> Iterator[Observation]:
    olds = dict(_served(case.base.snapshot, name.name))
    for server, zones in _served(step.snapshot, name.name):
        found = count(zones, name.name, name.type)
        before = count(olds[server], name.name, name.type) if server in olds else None
        if found is None and _gone(case.base.snapshot, step.snapshot, apex):
            found = 0
        if found is None and before is not None:
            yield _unknown(name, apex, server)
        if found is None or found >= name.min_records:
            continue
        subject = f"{name.name} {name.type}"
        place = f" at {server}" if server else ""
        yield Observation(
            f"critical name {subject} has {found} of at least {name.min_records} records{place}",
            subjects=(subject, apex),
            evidence=(f"before: {'unknown' if before is None else before}, now: {found}",),
            existing=before is not None and before < name.min_records and found >= before,
            key=f"{subject} {server}",
        )


def _unknown(name: CriticalName, apex: str, server: str) -> Observation:
    return Observation(
        f"critical name {name.name} {name.type} is now answered by somebody outside the snapshot",
        subjects=(f"{name.name} {name.type}", apex),
        undecided=True,
        key=f"{name.name} {name.type} {server}",
    )


def _gone(before: Snapshot, after: Snapshot, apex: str) -> bool:
    return apex in all_zones(before) and apex not in all_zones(after)


def _served(snapshot: Snapshot, name: str) -> Iterator[tuple[str, Mapping[str, Zone]]]:
    """The zones as they are, and as each server that has its own version of the name's zone serves them."""
    zones = all_zones(snapshot)
    yield "", zones
    for server, own in snapshot.server_zones.items():
        if zone_of(own, name) is not None:
            yield server, {**zones, **own}


def dns_last_record(case: Case, step: StepView, params: Parameters) -> Observations:
    """A critical name, or one that other records or services point to, stops having an address or target.

    Breaks: not the name alone, but all that leads to it: mail, aliases, name servers, services.
    Example: the host behind an MX record is cleaned up because "nobody uses it".
    Source: RFC 1912 2.4 and 2.8.
    """
    before, after = all_zones(case.base.snapshot), all_zones(step.snapshot)
    said: set[str] = set()
    for observation in _lost_targets(step.snapshot, before, after, _affected(step)):
        said.update(observation.subjects)
        yield observation
    for server, own in step.snapshot.server_zones.items():
        was = {apex: zone for apex in own if (zone := zone_at(case.base.snapshot, (server, apex))) is not None}
        lost = _lost_at(was, own)
        if lost:
            found = _lost_targets(step.snapshot, {**before, **was}, {**after, **own}, _Affected(lost, ()))
            for each in found:
                if each.subjects[0] not in said:
                    yield replace(each, message=f"{each.message} (at {server})", key=f"{each.subjects[0]} {server}")


def _lost_at(before: Mapping[str, Zone], after: Mapping[str, Zone]) -> frozenset[str]:
    """Owners of addresses and aliases that a server's zones no longer have, or have otherwise."""
    return frozenset(
        key.owner
        for apex, old in before.items()
        if old.rrsets is not after[apex].rrsets
        for key, rrset in old.rrsets.items()
        if key.type in ("A", "AAAA", "CNAME") and after[apex].rrsets.get(key, _NONE).rdata != rrset.rdata
    )


def _lost_targets(
    snapshot: Snapshot, before: Mapping[str, Zone], after: Mapping[str, Zone], affected: _Affected
) -> Iterator[Observation]:
    pointers: dict[str, list[str]] = {}
    for name, pointer in _pointers(snapshot, after, affected):
        pointers.setdefault(name, []).append(pointer)
    for name, words in sorted(pointers.items()):
        if has_target(before, name) and _lost(before, after, name):
            yield Observation(
                f"{name} has no address or target any more, and is pointed to",
                subjects=(name,),
                evidence=some(words, 10),
            )


class _Affected:
    """Names whose answer a step may have taken away: owners of what it deleted, names below what it put above them."""

    def __init__(self, owners: frozenset[str], above: tuple[str, ...]) -> None:
        self.owners = owners
        self.above = above

    def __contains__(self, name: str) -> bool:
        return name in self.owners or any(lies_in(name, each) for each in self.above)


def _affected(step: StepView) -> _Affected:
    records = step.delta.records
    changed = [key for key, _, _ in records.changed() if key.type in ("A", "AAAA", "CNAME")]
    owners = frozenset(key.owner for key in (*(key for key, _ in records.removed()), *changed) if not key.server)
    above = {parent(owner) for owner in owners if owner.startswith("*.")}
    above |= {key.owner for key, _ in records.added() if key.type in ("NS", "DNAME", "CNAME") and not key.server}
    return _Affected(owners, tuple(above))


def _pointers(snapshot: Snapshot, zones: Mapping[str, Zone], affected: _Affected) -> Iterator[tuple[str, str]]:
    """(name, who points to it) of all names that may have lost their target."""
    for target, key, _ in pointed_at(zones):
        if target in affected:
            yield target, f"{key.owner} {key.type} points to {target}"
    for name, service in required_names(snapshot.inventory).items():
        if name in affected:
            yield name, f"service {service} requires {name}"
    for zone in snapshot.inventory.zones:
        for each in zone.critical_names:
            if each.type in ("A", "AAAA", "CNAME") and each.name in affected:
                yield each.name, f"{each.name} {each.type} is a critical name"


def _lost(before: Mapping[str, Zone], after: Mapping[str, Zone], name: str) -> bool:
    """It has no address now, or the zone that gave it one is no longer here."""
    found = has_target(after, name)
    return found is False or (found is None and zone_of(after, name) is None and zone_of(before, name) is not None)


CHECKS = (
    Check("dns-empty-critical-name", dns_empty_critical_name, needs=ZONES),
    Check("dns-last-record", dns_last_record, needs=ZONES),
)
