"""What the zones of a snapshot say of a name, as the health of services needs it: is it there, who must answer."""

from __future__ import annotations

from guard.model.address import Address, parse_address
from guard.model.dns import RRsetKey, Zone
from guard.simulate.services import NameAnswer, Resolve, ZoneServers
from guard.snapshot.snapshot import Snapshot

_ALIASES = 16  # CNAMEs followed; a longer chain is not followed by resolvers either


def resolver(snapshot: Snapshot) -> Resolve:
    """Resolves names from the zones of one snapshot alone."""

    def resolve(name: str) -> NameAnswer | None:
        zones: dict[str, ZoneServers] = {}
        for _ in range(_ALIASES):
            zone = _zone_of(snapshot, name)
            if zone is None:
                return None
            zones[zone.apex] = ZoneServers(zone.apex, _servers(snapshot, zone))
            if any(RRsetKey(name, kind) in zone.rrsets for kind in ("A", "AAAA")):
                return NameAnswer(True, tuple(zones.values()))
            alias = zone.rrsets.get(RRsetKey(name, "CNAME"))
            if alias is None:
                break
            name = alias.rdata[0].lower()
        return NameAnswer(False, tuple(zones.values()))

    return resolve


def _zone_of(snapshot: Snapshot, name: str) -> Zone | None:
    """The zone whose apex is the longest suffix of the name."""
    while name:
        if name in snapshot.zones:
            return snapshot.zones[name]
        _, _, name = name.partition(".")
    return snapshot.zones.get(".")


def _servers(snapshot: Snapshot, zone: Zone) -> tuple[Address, ...]:
    """Addresses of the zone's listed name servers: as the inventory says, else as the zones do."""
    listed = {server.name: server.addresses for server in snapshot.inventory.servers}
    found: list[Address] = []
    names = zone.rrsets.get(RRsetKey(zone.apex, "NS"))
    for name in names.rdata if names else ():
        lowered = name.lower()
        if listed.get(lowered):
            found += listed[lowered]
            continue
        holder = _zone_of(snapshot, lowered)
        for kind in ("A", "AAAA"):
            rrset = holder.rrsets.get(RRsetKey(lowered, kind)) if holder else None
            found += [parse_address(each) for each in rrset.rdata] if rrset else []
    return tuple(found)
