"""Known-bad changes of zones: emptied, cut short, broken, with names that go, with a chain that no longer holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guard.judge.case import View
from guard.judge.checks.dns_delegation import parent_servers
from guard.judge.checks.dnssec_chain import chain_holds, delegated
from guard.model.change import DeleteZone, ReplaceZone, StepPart, ZoneUpdate
from guard.model.dns import RRset, RRsetKey, Zone, is_signing
from guard.planning.bad import SOURCE, Bad, Left, Wanted

#: Zones that get changes of their own: the first so many by name, the rest are listed.
ZONES_AT_MOST = 8
#: `dns-mass-change` denies that a zone of 4 or more RRsets is left with its apex alone.
LARGE_ZONE = 4
#: `dns-truncation` looks at tails of 5 RRsets and more.
TAIL = 5
_LABEL = "guard-proof"


def _names(base: View) -> Iterator[Bad | Left]:
    """Every critical name that has its records, all in one step."""
    parts: list[StepPart] = []
    wanted: list[Wanted] = []
    for zone in base.inventory.zones:
        held = base.snapshot.zones.get(zone.name)
        for name in zone.critical_names:
            what = f"{name.name} {name.type} emptied"
            found = held.get(name.name, name.type) if held is not None else None
            if held is None or found is None or len(found.rdata) < name.min_records:
                yield Left(what, "the zone does not hold its records by itself")
            elif zone.signing == "offline":
                yield Left(what, "the zone is signed offline")
            else:
                parts.append(ZoneUpdate(zone.name, f"update delete {name.name} {name.type}\n", SOURCE))
                wanted.append(Wanted("dns-empty-critical-name", f"{name.name} {name.type}"))
    if parts:
        yield Bad("critical names emptied", tuple(parts), tuple(wanted))


def _zones(base: View) -> Iterator[Bad | Left]:
    """Each zone of some size with its apex alone, smaller ones deleted."""
    for number, zone in enumerate(base.snapshot.zones.values()):
        large = len(_plain(zone)) >= LARGE_ZONE
        what = f"{zone.apex} {'emptied' if large else 'deleted'}"
        if number >= ZONES_AT_MOST:
            yield Left(what, f"only the first {ZONES_AT_MOST} zones are taken")
            continue
        part = ReplaceZone(zone.apex, _apex_alone(zone), SOURCE) if large else DeleteZone(zone.apex, SOURCE)
        yield Bad(what, (part,), (Wanted("dns-mass-change", zone.apex),))


def _plain(zone: Zone) -> Sequence[RRsetKey]:
    return [key for key in zone.rrsets if key.owner != zone.apex and not is_signing(key.type)]


def _apex_alone(zone: Zone) -> str:
    kept = {key: rrset for key, rrset in zone.rrsets.items() if key.owner == zone.apex}
    return Zone(zone.apex, zone.file, kept, tuple(key for key in zone.order if key in kept)).text


# ------------------------------------------------------------------------------------------------ broken records


def _broken(base: View) -> Iterator[Bad | Left]:
    """One zone with a fault of each kind that a zone can have by itself."""
    zone = next(iter(base.snapshot.zones.values()), None)
    if zone is None:
        return

    def name(letter: str) -> str:
        return f"{_LABEL}-{letter}.{zone.apex}" if zone.apex != "." else f"{_LABEL}-{letter}."

    records = [
        (name("a"), "CNAME", name("b")), (name("a"), "A", "192.0.2.1"),
        (name("c"), "CNAME", name("d")), (name("d"), "CNAME", name("c")),
        (name("e"), "CNAME", f"www.{zone.apex.rstrip('.')}.{zone.apex}"),
        (name("f"), "NS", f"ns.{name('f')}"),
        (zone.apex, "DS", f"12345 13 2 {'0' * 64}"),
        (zone.apex, "NS", f"{_LABEL}.example."),
    ]  # fmt: skip
    wanted = [
        Wanted("dns-conflict"), Wanted("dns-alias"), Wanted("dns-glue"), Wanted("dns-apex", zone.apex),
        Wanted("dns-delegation", zone.apex), Wanted("dns-serial", zone.apex),
    ]  # fmt: skip
    if zone.apex != ".":
        wanted.append(Wanted("dns-name-typo"))
    if zone.apex == "." or (parent_servers(base.snapshot, zone.apex) == ()):
        wanted = [each for each in wanted if each.policy != "dns-delegation"]
    if zone.serial is None:
        wanted = [each for each in wanted if each.policy != "dns-serial"]
    text = base.snapshot.files.get(zone.file, "").rstrip("\n")
    lines = [f"{owner} 300 IN {type} {data}" for owner, type, data in records]
    parts = (ReplaceZone(zone.apex, "\n".join([text, *lines, ""]), SOURCE),)
    yield Bad(f"faults of all kinds in {zone.apex}", parts, tuple(wanted))


# ------------------------------------------------------------------------------------------------ names that go


def _behind_a_wildcard(base: View) -> Iterator[Bad | Left]:
    """A host goes, and a wildcard answers for it."""
    what = "a host behind a wildcard"
    for zone in _by_size(base):
        star = f"*.{zone.apex}" if zone.apex != "." else "*."
        for key in _hosts(zone):
            owner = key.owner
            alone = not any(each.owner.endswith(f".{owner}") for each in zone.rrsets)
            if alone and owner.partition(".")[2] == zone.apex and RRsetKey(star, key.type) not in zone.rrsets:
                kept = {each: rrset for each, rrset in zone.rrsets.items() if each.owner != owner}
                kept[RRsetKey(star, key.type)] = _elsewhere(zone.rrsets[key], key.type)
                part = ReplaceZone(zone.apex, _rendered(zone, kept), SOURCE)
                yield Bad(f"{owner} behind a wildcard", (part,), (Wanted("dns-wildcard-exposure", owner),))
                return
    if base.snapshot.zones:
        yield Left(what, "no zone has a host of its own right below the apex")


def _by_size(base: View) -> list[Zone]:
    """The smallest zones first: what is tried on one costs as much as its size."""
    return sorted(base.snapshot.zones.values(), key=lambda zone: (len(zone.rrsets), zone.apex))


def _hosts(zone: Zone) -> Iterator[RRsetKey]:
    for key in sorted(zone.rrsets):
        own = key.type in ("A", "AAAA") and key.owner != zone.apex and not key.owner.startswith("*.")
        if own and not zone.is_occluded(key.owner) and zone.cut_above(key.owner) is None:
            yield key


def _elsewhere(rrset: RRset, type: str) -> RRset:
    found = "198.51.100.250" if type == "A" else "2001:db8::250"
    return rrset._replace(rdata=(found if found not in rrset.rdata else found[:-1] + "1",))


def _target_gone(base: View) -> Iterator[Bad | Left]:
    """What another record points to goes; a critical name would be another finding."""
    for zone in _by_size(base):
        hosts = {key.owner for key in _hosts(zone)}
        if any(key.owner.startswith("*.") for key in zone.rrsets):
            continue  # a wildcard may answer for it
        for key, target in zone.pointers:
            if target in hosts and key.owner != target:
                kept = {key: rrset for key, rrset in zone.rrsets.items() if key.owner != target}
                part = ReplaceZone(zone.apex, _rendered(zone, kept), SOURCE)
                yield Bad(f"{target} gone", (part,), (Wanted("dns-last-record", target),))
                return
    if base.snapshot.zones:
        yield Left("a target gone", "no record points to a host of its own zone")


def _between(base: View) -> Iterator[Bad | Left]:
    """A critical name is away between two steps, and is back at the end."""
    for intent in base.inventory.zones:
        zone = base.snapshot.zones.get(intent.name)
        for name in intent.critical_names if zone is not None and intent.signing != "offline" else ():
            assert zone is not None, "asked for"
            found = zone.get(name.name, name.type)
            if found is None or len(found.rdata) < name.min_records or not zone.file:
                continue
            gone = (ZoneUpdate(zone.apex, f"update delete {name.name} {name.type}\n", SOURCE),)
            back = "".join(f"update add {name.name} {found.ttl} {name.type} {data}\n" for data in found.rdata)
            subject = f"{name.name} {name.type}"
            later = ((ZoneUpdate(zone.apex, back, SOURCE),),)
            yield Bad(f"{subject} away for a step", gone, (Wanted("dns-intermediate-state"),), later=later)
            return


def _cut_short(base: View) -> Iterator[Bad | Left]:
    """A zone without the last part of its file."""
    for zone in _by_size(base):
        order = [key for key in zone.order if not is_signing(key.type)]
        if len(order) < 2 * TAIL or any(key.owner == zone.apex for key in order[-TAIL:]):
            continue
        lost = set(order[-TAIL:])
        part = ReplaceZone(zone.apex, _rendered(zone, {k: r for k, r in zone.rrsets.items() if k not in lost}), SOURCE)
        yield Bad(f"{zone.apex} cut short", (part,), (Wanted("dns-truncation", zone.apex),))
        return
    if base.snapshot.zones:
        yield Left("a zone cut short", f"none has {2 * TAIL} RRsets that end in {TAIL} below the apex")


def _unsigned(base: View) -> Iterator[Bad | Left]:
    """A zone that its parent says is signed loses its keys."""
    for zone in _by_size(base):
        keys = RRsetKey(zone.apex, "DNSKEY")
        parent = delegated(base.snapshot, zone.apex)
        if keys in zone.rrsets and parent.ds and chain_holds(base.snapshot, zone.apex, parent.ds):
            part = ReplaceZone(zone.apex, _rendered(zone, {k: r for k, r in zone.rrsets.items() if k != keys}), SOURCE)
            yield Bad(f"{zone.apex} without its keys", (part,), (Wanted("dnssec-chain", zone.apex),))
            return
    if base.snapshot.zones:
        yield Left("a signed zone without its keys", "no zone has a chain of trust that holds")


def _rendered(zone: Zone, kept: dict[RRsetKey, RRset]) -> str:
    order = (*(key for key in zone.order if key in kept), *(key for key in kept if key not in zone.rrsets))
    return Zone(zone.apex, zone.file, kept, order).text


ZONE_BUILDERS = (_names, _zones, _broken, _behind_a_wildcard, _target_gone, _between, _cut_short, _unsigned)
