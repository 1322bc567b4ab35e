"""Delta: what differs between two moments of a network, as a value with laws (DESIGN law 4). It holds no opinion.

Each part is the delta of a mapping. Parts of the network are empty where a side has no network state; the two sides
stay reachable for those who need the values around a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from guard.compare.dns import AnswerTurns, answer_turns
from guard.compare.lines import DeviceLines, changed_lines
from guard.compare.mapping import ABSENT, Absent, MappingDelta, Turn, between
from guard.compare.routes import RouteDelta
from guard.compare.sessions import Session, lost
from guard.model.address import Prefix
from guard.model.device import Device
from guard.model.dns import RRset, RRsetKey, Zone
from guard.model.facts import Assessment, CascadeRound, ServiceFact
from guard.model.state import BgpSession, InterfaceId, InterfaceState
from guard.snapshot.snapshot import Snapshot


class RecordKey(NamedTuple):
    """One RRset of one zone; `server` "" for the zone itself, else for what that server serves."""

    server: str
    zone: str
    owner: str
    type: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot with what follows from it; `assessment` None: it has no network, or none could be computed."""

    snapshot: Snapshot
    assessment: Assessment | None = None


SessionKey = tuple[str, str, str]
Reach = tuple[str, str, str]  # from site, to, kind of the latter: site | service


@dataclass(frozen=True, slots=True)
class Delta:
    """From one Moment to another. `cascade` is that of the later one."""

    files: MappingDelta[str, str] = field(default_factory=MappingDelta)
    devices: MappingDelta[str, Device] = field(default_factory=MappingDelta)
    interfaces: MappingDelta[InterfaceId, InterfaceState] = field(default_factory=MappingDelta)
    sessions: MappingDelta[SessionKey, BgpSession] = field(default_factory=MappingDelta)
    routes: RouteDelta = field(default_factory=lambda: RouteDelta({}, {}))
    advertised: MappingDelta[Prefix, frozenset[str]] = field(default_factory=MappingDelta)
    reach: MappingDelta[Reach, bool] = field(default_factory=MappingDelta)
    services: MappingDelta[str, ServiceFact] = field(default_factory=MappingDelta)
    records: MappingDelta[RecordKey, RRset] = field(default_factory=MappingDelta)
    cascade: tuple[CascadeRound, ...] = ()
    answers: AnswerTurns = field(default=AnswerTurns(), compare=False)
    lines: tuple[DeviceLines, ...] = field(default=(), compare=False)
    sessions_lost: tuple[Session, ...] = field(default=(), compare=False)
    sessions_gained: tuple[Session, ...] = field(default=(), compare=False)


def compare(before: Moment, after: Moment) -> Delta:
    """What differs from `before` to `after`."""
    old, new = before.assessment, after.assessment
    devices = between(before.snapshot.devices, after.snapshot.devices)
    records = _records(before.snapshot, after.snapshot)
    delta = Delta(
        files=between(before.snapshot.files, after.snapshot.files),
        devices=devices,
        lines=changed_lines(devices, before.snapshot.files, after.snapshot.files),
        records=records,
        answers=_answers(before.snapshot, after.snapshot, records),
        cascade=new.cascade if new else (),
    )
    if old is None or new is None:
        return delta
    old_ends, new_ends = old.state.sessions, new.state.sessions
    return replace(
        delta,
        interfaces=between(old.state.interfaces, new.state.interfaces),
        sessions=_session_turns(old_ends, new_ends),
        routes=RouteDelta(old.state.ribs, new.state.ribs),
        advertised=between(old.advertised, new.advertised),
        reach=_reach_turns(old, new),
        services=between({each.name: each for each in old.services}, {each.name: each for each in new.services}),
        sessions_lost=lost(old_ends, new_ends) if old_ends is not new_ends else (),
        sessions_gained=lost(new_ends, old_ends) if old_ends is not new_ends else (),
    )


def _session_turns(
    old: tuple[BgpSession, ...], new: tuple[BgpSession, ...]
) -> MappingDelta[SessionKey, BgpSession]:
    """Ends that are one object, or equal, are not written out."""
    olds, news = {end.key: end for end in old}, {end.key: end for end in new}
    apart = [key for key, end in olds.items() if (other := news.get(key)) is not end and other != end]
    apart += [key for key in news if key not in olds]
    return between(*({key: _bare(ends[key]) for key in apart if key in ends} for ends in (olds, news)))


def _bare(end: BgpSession) -> BgpSession:
    """Where a neighbour stands in the file, and the words for why it is down, are no part of what a session is."""
    return replace(end, source=None, why="")


def _reach_turns(old: Assessment, new: Assessment) -> MappingDelta[Reach, bool]:
    """Equal facts of the sites are not written out: a thousand sites have a million pairs."""
    if old.sites == new.sites and old.service_reach == new.service_reach:
        return MappingDelta({})
    return between(_reach(old), _reach(new))


def _reach(assessment: Assessment) -> dict[Reach, bool]:
    """Pairs of sites (each once) and of site and service that exchange traffic."""
    found: dict[Reach, bool] = {}
    for site in assessment.sites:
        for other in site.reaches:
            found[(*sorted((site.name, other)), "site")] = True  # type: ignore[index]
    for name, service in assessment.service_reach:
        found[(name, service, "service")] = True
    return found


def _records(before: Snapshot, after: Snapshot) -> MappingDelta[RecordKey, RRset]:
    """RRsets whose TTL or data differ; the line that a record stands on is no part of it."""
    old, new = _zones(before), _zones(after)
    turns: dict[RecordKey, Turn[RRset]] = {}
    for place in dict.fromkeys((*old, *new)):
        olds, news = _differing(old.get(place), new.get(place))
        if olds is news:
            continue
        for name, rrset in olds.items():
            other = news.get(name)
            if other is None or (other is not rrset and other[:2] != rrset[:2]):
                turns[RecordKey(*place, *name)] = Turn(_unplaced(rrset), _unplaced(other))
        for name, rrset in news.items():
            if name not in olds:
                turns[RecordKey(*place, *name)] = Turn(ABSENT, _unplaced(rrset))
    return MappingDelta(turns)


def _differing(old: Zone | None, new: Zone | None) -> tuple[Mapping[RRsetKey, RRset], Mapping[RRsetKey, RRset]]:
    """The RRsets of both sides among which the differences are: of an edited zone only those that were touched."""
    owners = new.touched_since(old) if old is not None and new is not None else None
    if owners is None or old is None or new is None:
        return _rrsets(old), _rrsets(new)
    return _at(old, owners), _at(new, owners)


def _at(zone: Zone, owners: frozenset[str]) -> Mapping[RRsetKey, RRset]:
    return {key: zone.rrsets[key] for key in zone.keys_at(owners)}


def _answers(before: Snapshot, after: Snapshot, records: MappingDelta[RecordKey, RRset]) -> AnswerTurns:
    changed = (RRsetKey(key.owner, key.type) for key in records.turns if not key.server)
    return answer_turns(before.zones, after.zones, changed) if records else AnswerTurns()


def _unplaced(rrset: RRset | None) -> RRset | Absent:
    return ABSENT if rrset is None else RRset(rrset.ttl, rrset.rdata)


def _zones(snapshot: Snapshot) -> dict[tuple[str, str], Zone]:
    found = {("", apex): zone for apex, zone in snapshot.zones.items()}
    for server, zones in snapshot.server_zones.items():
        found |= {(server, apex): zone for apex, zone in zones.items()}
    return found


def _rrsets(zone: Zone | None) -> Mapping[RRsetKey, RRset]:
    return zone.rrsets if zone is not None else _NO_RECORDS


_NO_RECORDS: Mapping[RRsetKey, RRset] = {}
