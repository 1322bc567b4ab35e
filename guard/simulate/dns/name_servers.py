"""The name servers of a zone: who is listed, at which addresses, and whether they really serve it.

What is known of a server comes from the inventory (`servers`, services with `serves_zones`), from `zones/SERVER/`, and
from the zones themselves; a server that nothing is known of is unknown, not lame (CONTRACT 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guard.model.address import Address, parse_address
from guard.model.dns import Zone, ancestors, parent
from guard.model.inventory import ParentData
from guard.simulate.dns.answer import resolve, zone_of
from guard.snapshot.snapshot import Snapshot


class ListedServer(NamedTuple):
    """A name server of a zone. `serves` None: nobody says whether it does."""

    name: str
    addresses: tuple[Address, ...]
    serves: bool | None


def all_zones(snapshot: Snapshot) -> Mapping[str, Zone]:
    """The zones of a snapshot; of one that only servers hold, what the first of them serves."""
    if not snapshot.server_zones:
        return snapshot.zones
    found: dict[str, Zone] = {}
    for _, zones in sorted(snapshot.server_zones.items()):
        for apex, zone in zones.items():
            found.setdefault(apex, zone)
    return {**found, **snapshot.zones}


def servers_of(snapshot: Snapshot, apex: str, names: tuple[str, ...]) -> tuple[ListedServer, ...]:
    """What is known of the servers that are listed for a zone under these names."""
    zones = all_zones(snapshot)
    return tuple(
        ListedServer(name, addresses := addresses_of(snapshot, zones, name), serves(snapshot, name, addresses, apex))
        for name in names
    )


def listed_names(zone: Zone) -> tuple[str, ...]:
    """The names of a zone's own NS records."""
    found = zone.get(zone.apex, "NS")
    return found.rdata if found is not None else ()


def addresses_of(snapshot: Snapshot, zones: Mapping[str, Zone], name: str) -> tuple[Address, ...]:
    """Addresses of a name server: as the inventory says, else as the zones do, glue included."""
    for server in snapshot.inventory.servers:
        if server.name == name and server.addresses:
            return server.addresses
    return tuple(parse_address(text) for text in address_records(zones, name))


def address_records(zones: Mapping[str, Zone], name: str) -> tuple[str, ...]:
    """A and AAAA data of a host: its zone's answer, else the glue of the zones above."""
    found: list[str] = []
    for type in ("A", "AAAA"):
        found += [each.data for each in resolve(zones, name, type).answer if each.type == type]
    return tuple(found) or tuple(_glue(zones, name))


def _glue(zones: Mapping[str, Zone], name: str) -> Iterator[str]:
    zone = zone_of(zones, name)
    for type in ("A", "AAAA"):
        rrset = zone.get(name, type) if zone is not None else None
        yield from rrset.rdata if rrset is not None else ()


def serves(snapshot: Snapshot, name: str, addresses: tuple[Address, ...], apex: str) -> bool | None:
    """Whether a server has the zone: what it was seen to serve, else what the inventory says."""
    seen = snapshot.server_zones.get(name)
    if seen is not None:
        return apex in seen
    said: list[bool] = [apex in each.serves for each in snapshot.inventory.servers if each.name == name and each.serves]
    for service in snapshot.inventory.services:
        if service.serves_zones and set(service.addresses) & set(addresses):
            said.append(apex in service.serves_zones)
    return any(said) if said else None


def parent_zone(snapshot: Snapshot, apex: str) -> Zone | None:
    """The zone of the snapshot that would delegate this one."""
    above = ancestors(parent(apex)) if apex != "." else iter(())
    return next((snapshot.zones[each] for each in above if each in snapshot.zones), None)


def parents_elsewhere(snapshot: Snapshot) -> dict[str, ParentData]:
    """What the inventory says that the parents of zones hold, where no zone of the snapshot is the parent."""
    return {
        each.name: each.parent
        for each in snapshot.inventory.zones
        if each.parent is not None and parent_zone(snapshot, each.name) is None
    }
