"""Looking names up in the zones of a snapshot, as far as counting records needs it (RFC 1034 4.3.2, RFC 4592).

Answers how many records a name has; aliases are followed. It is no resolver: delegated names are answered elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.model.dns import RRset, RRsetKey, Zone
from guard.model.inventory import AllOf, AnyOf, Inventory, NameNeeded, Requirement

#: Longer alias chains are loops for all that matters (BIND stops at 16).
_ALIASES_AT_MOST = 16
#: Types whose rdata names another host, and which word of it does.
TARGETS = {"CNAME": 0, "DNAME": 0, "NS": 0, "MX": 1, "SRV": 3}


def zone_of(zones: Mapping[str, Zone], name: str) -> Zone | None:
    """The zone with the longest apex that the name lies in."""
    while True:
        found = zones.get(name)
        if found is not None:
            return found
        _, dot, name = name.partition(".")
        if not dot:
            return None
        name = name or "."
        if name == ".":
            return zones.get(".")


def count(zones: Mapping[str, Zone], name: str, type: str, depth: int = 0) -> int | None:
    """Records of the type that the name answers with; None where somebody else answers (delegated, not our zone)."""
    zone = zone_of(zones, name)
    if zone is None or _is_delegated(zone, name):
        return None
    found = _at(zone, name, type)
    if isinstance(found, str):
        return count(zones, found, type, depth + 1) if depth < _ALIASES_AT_MOST else 0
    return found


def _at(zone: Zone, name: str, type: str) -> int | str:
    """The number of records at a name, or the name that it is an alias of."""
    for owner in _owners(zone, name):
        exact = zone.rrsets.get(RRsetKey(owner, type))
        if exact is not None:
            return len(exact.rdata)
        alias = zone.rrsets.get(RRsetKey(owner, "CNAME"))
        if alias is not None:
            return alias.rdata[0].lower()
    return 0


def _owners(zone: Zone, name: str) -> Iterator[str]:
    """The name itself, then the wildcard that would answer for it if it does not exist."""
    yield name
    if name == zone.apex or exists(zone, name):
        return
    parent = name.partition(".")[2] or "."
    while parent != zone.apex and not exists(zone, parent):
        parent = parent.partition(".")[2] or "."
    yield f"*.{parent}" if parent != "." else "*."


def exists(zone: Zone, name: str) -> bool:
    """Whether some record stands at the name, or below it (an empty non-terminal exists as well)."""
    return any(key.owner == name or key.owner.endswith("." + name) for key in zone.rrsets)


def _is_delegated(zone: Zone, name: str) -> bool:
    while name != zone.apex and name:
        if RRsetKey(name, "NS") in zone.rrsets:
            return True
        name = name.partition(".")[2]
    return False


def target(key: RRsetKey, rdata: str) -> str | None:
    """The host that one record points to."""
    at = TARGETS.get(key.type)
    words = rdata.split()
    return words[at].lower() if at is not None and at < len(words) else None


def pointed_at(zones: Mapping[str, Zone]) -> Iterator[tuple[str, RRsetKey, str]]:
    """(target, the RRset that points there, apex of its zone) of all records of all zones."""
    for apex, zone in zones.items():
        for key, rrset in zone.rrsets.items():
            if key.type in TARGETS:
                yield from ((found, key, apex) for text in rrset.rdata if (found := target(key, text)) is not None)


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


#: Made by signing; they change with every signature and count for nothing here.
SIGNING = frozenset({"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY"})


def content(zone: Zone | None) -> dict[RRsetKey, RRset]:
    """The RRsets of a zone that people put there."""
    if zone is None:
        return {}
    return {key: rrset for key, rrset in zone.rrsets.items() if key.type.partition("(")[0] not in SIGNING}
