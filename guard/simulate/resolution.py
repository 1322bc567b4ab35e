"""Resolving a name that a service needs: what its zones say of it, and which name servers must be asked."""

from __future__ import annotations

from guard.simulate.dns.answer import Answer, Status, resolve
from guard.simulate.dns.name_servers import all_zones, listed_names, servers_of
from guard.simulate.services import NameAnswer, Resolve, ZoneServers
from guard.snapshot.snapshot import Snapshot

#: Ends of a question that tell that the name has no address; the others leave it open.
_NEGATIVE = frozenset({Status.NXDOMAIN, Status.NODATA, Status.LOOP, Status.SERVFAIL})


def resolver(snapshot: Snapshot) -> Resolve:
    """Resolves names from the zones of one snapshot alone; a name that others answer for cannot be told."""
    zones = all_zones(snapshot)
    known: dict[str, NameAnswer | None] = {}

    def answer(name: str) -> NameAnswer | None:
        both = [resolve(zones, name, type) for type in ("A", "AAAA")]
        found = next((each for each in both if _has_address(each)), None)
        if found is None and not all(each.status in _NEGATIVE for each in both):
            return None
        visited = tuple(dict.fromkeys(apex for each in ([found] if found else both) for apex in each.zones))
        return NameAnswer(found is not None, tuple(_servers(snapshot, apex) for apex in visited))

    def memoised(name: str) -> NameAnswer | None:
        if name not in known:
            known[name] = answer(name)
        return known[name]

    return memoised


def _has_address(answer: Answer) -> bool:
    return any(record.type in ("A", "AAAA") for record in answer.answer)


def _servers(snapshot: Snapshot, apex: str) -> ZoneServers:
    """The addresses where the zone is asked for: of its listed servers, those that are not known to lack it."""
    zone = all_zones(snapshot)[apex]
    listed = servers_of(snapshot, apex, listed_names(zone))
    return ZoneServers(apex, tuple(a for each in listed if each.serves is not False for a in each.addresses))
