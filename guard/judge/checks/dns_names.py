"""Names that must go on having records: critical ones, and those that others point to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameters
from guard.judge.checks.dns_lookup import count, pointed_at, required_names, zone_of
from guard.judge.finding import Observation, some
from guard.model.dns import Zone
from guard.model.inventory import CriticalName
from guard.snapshot.snapshot import Snapshot

_ADDRESSES = ("A", "AAAA")
_POINTS = frozenset({"A", "AAAA", "CNAME", "MX", "NS", "SRV", "DNAME"})


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
    subject = f"{name.name} {name.type}"
    olds = dict(_served(case.base.snapshot, name.name))
    news = dict(_served(step.snapshot, name.name))
    for server, zones in news.items():
        found = count(zones, name.name, name.type)
        if found is None and apex in case.base.snapshot.zones and apex not in step.snapshot.zones:
            found = 0  # its zone is gone
        if found is None or found >= name.min_records:
            continue
        before = count(olds[server], name.name, name.type) if server in olds else None
        existing = before is not None and before < name.min_records and found >= before
        place = f" at {server}" if server else ""
        yield Observation(
            f"critical name {subject} has {found} of at least {name.min_records} records{place}",
            subjects=(subject, apex),
            evidence=(f"before: {'unknown' if before is None else before}, now: {found}",),
            existing=existing,
            key=f"{subject} {server}",
        )


def _served(snapshot: Snapshot, name: str) -> Iterator[tuple[str, Mapping[str, Zone]]]:
    """The zones as they are, and as each server that has its own version of the name's zone serves them."""
    yield "", snapshot.zones
    for server, zones in snapshot.server_zones.items():
        if zone_of(zones, name) is not None:
            yield server, {**snapshot.zones, **zones}


def dns_last_record(case: Case, step: StepView, params: Parameters) -> Observations:
    """A critical name, or one that other records or services point to, stops having an address or target.

    Breaks: not the name alone, but all that leads to it: mail, aliases, name servers, services.
    Example: the host behind an MX record is cleaned up because "nobody uses it".
    Source: RFC 1912 2.4 and 2.8.
    """
    lost = sorted(set(_without_address(case.base.snapshot, step)))
    if not lost:
        return
    pointers: dict[str, list[str]] = {}
    for target, key, _ in pointed_at(step.snapshot.zones):
        pointers.setdefault(target, []).append(f"{key.owner} {key.type}")
    for name, service in required_names(step.snapshot.inventory).items():
        pointers.setdefault(name, []).append(f"service {service}")
    for zone in step.snapshot.inventory.zones:
        for each in zone.critical_names:
            pointers.setdefault(each.name, []).append(f"critical name {each.name} {each.type}")
    for name in lost:
        if name in pointers:
            yield Observation(
                f"{name} has no address or target any more, and is pointed to",
                subjects=(name,),
                evidence=some([f"{pointer} points to {name}" for pointer in pointers[name]], 10),
            )


def _without_address(before: Snapshot, step: StepView) -> Iterator[str]:
    """Owners whose deleted records were the last address or target that they had."""
    for key, _ in step.delta.records.removed():
        if key.server or key.type not in _POINTS:
            continue
        now = step.snapshot.zones.get(key.zone)
        if now is not None and any((key.owner, type) in now.rrsets for type in _POINTS):
            continue
        counts = [count(step.snapshot.zones, key.owner, type) for type in (*_ADDRESSES, "CNAME", key.type)]
        if not any(counts) and (now is None or None not in counts):
            yield key.owner


CHECKS = (
    Check("dns-empty-critical-name", dns_empty_critical_name, needs=ZONES),
    Check("dns-last-record", dns_last_record, needs=ZONES),
)
