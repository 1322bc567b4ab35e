"""Whether the name servers of the zones can be asked from outside, as the network stands.

A server can be asked if some prefix that covers it is advertised, and a query (UDP, port 53, RFC 7766: that is what
resolvers try first) from some external site arrives. Servers that stand elsewhere in the world are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guard.model.address import Address, Prefix
from guard.model.facts import NameServerFact
from guard.model.inventory import EXTERNAL, FlowIntent
from guard.model.provenance import Source
from guard.simulate.dns.name_servers import addresses_of, all_zones, listed_names
from guard.simulate.packets.destinations import Destination
from guard.simulate.packets.flows import follow_intent
from guard.simulate.packets.reachability import Reach
from guard.snapshot.snapshot import Snapshot

_QUERY_PORT = (53, 53)


def name_server_facts(
    reach: Reach, destinations: Sequence[Destination], advertised: Mapping[Prefix, frozenset[str]]
) -> tuple[NameServerFact, ...]:
    """One fact for each address of a listed name server; none where the inventory names no external site."""
    snapshot = reach.forwarder.links.snapshot
    outside = tuple(site.name for site in snapshot.inventory.sites if site.kind == EXTERNAL)
    if not outside:
        return ()
    found = []
    for address in sorted(server_addresses(snapshot)):
        if not _is_ours(reach, address):
            found.append(NameServerFact(address, None, "it does not stand in this network"))
        elif not any(prefix.length and prefix.contains(address) for prefix in advertised):
            found.append(NameServerFact(address, False, "no prefix that covers it is advertised"))
        else:
            found.append(_asked(reach, destinations, outside, address))
    return tuple(found)


def server_addresses(snapshot: Snapshot) -> frozenset[Address]:
    """Addresses of all name servers that the zones of a snapshot list."""
    zones = all_zones(snapshot)
    names = {name for zone in zones.values() for name in listed_names(zone)}
    return frozenset(address for name in names for address in addresses_of(snapshot, zones, name))


def _is_ours(reach: Reach, address: Address) -> bool:
    links = reach.forwarder.links
    sites = [site for site in links.snapshot.inventory.sites if site.kind != EXTERNAL]
    if any(not links.is_outside(each.node) for each in links.configured.get(address, ())):
        return True
    return any(each.contains(address) for site in sites for each in site.prefixes)


def _asked(
    reach: Reach, destinations: Sequence[Destination], outside: tuple[str, ...], address: Address
) -> NameServerFact:
    query = FlowIntent(
        name=f"queries to {address}",
        source=Source("zones/", 1, 1),
        origins=outside,
        destinations=(str(address),),
        expect="delivered",
        protocol="udp",
        ports=(_QUERY_PORT,),
    )
    fact = follow_intent(reach, destinations, query)
    if fact.undecided and not fact.delivered:
        return NameServerFact(address, None, "; ".join(fact.evidence[:2]))
    return NameServerFact(address, not fact.denied, "" if not fact.denied else "; ".join(fact.evidence[:2]))
