"""From a snapshot and its states to the facts that checks compare: everything of `guard.model.facts` in one place.

`settle` first for each snapshot that will be compared, then `destinations.build` over all of them, then `assess` each:
two assessments are comparable if they were made with the same destinations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Address, Prefix
from guard.model.facts import Assessment, ExitKey
from guard.model.inventory import EXTERNAL, Service, Site
from guard.model.state import NetworkState, Scenario
from guard.simulate.bgp.advertising import Outlets, advertisement_facts
from guard.simulate.bgp.external import is_test_prefix
from guard.simulate.dns.reach import name_server_facts
from guard.simulate.layer3.backbone import backbone_fact, crossings
from guard.simulate.layer3.links import DEFAULT_VRF, Links
from guard.simulate.packets.column import ARRIVED
from guard.simulate.packets.destinations import Destination, build
from guard.simulate.packets.flows import flow_facts
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.management import management_facts
from guard.simulate.packets.reachability import exit_table, fate_table, site_facts, transit
from guard.simulate.services import Resolve, Settled, no_zones, settle
from guard.snapshot.snapshot import Snapshot

StateOf = Callable[[Scenario], NetworkState]
NO_FAILURE = Scenario()


def assess_all(
    snapshots: Sequence[Snapshot],
    state_of: Callable[[Snapshot, Scenario], NetworkState],
    *,
    resolvers: Sequence[Resolve] = (),
) -> tuple[Assessment, ...]:
    """Comparable assessments of a base (first) and of what the steps of a change make of it.

    `resolvers`: one for each snapshot, that knows its zones; without them names are undecided.
    """
    settled: list[Settled] = []
    for number, snapshot in enumerate(snapshots):
        resolve = resolvers[number] if resolvers else no_zones
        base = settled[0].forwarder if settled else None
        settled.append(settle(snapshot, _bound(state_of, snapshot), scenario=NO_FAILURE, base=base, resolve=resolve))
    destinations = build([each.forwarder for each in settled])
    return tuple(assess(each, destinations, _bound(state_of, each.snapshot)) for each in settled)


def _bound(state_of: Callable[[Snapshot, Scenario], NetworkState], snapshot: Snapshot) -> StateOf:
    return lambda scenario: state_of(snapshot, scenario)


def assess(settled: Settled, destinations: Sequence[Destination], state_of: StateOf) -> Assessment:
    """The facts of one settled network. `state_of` is asked only for management paths that use the backbone."""
    forwarder, state = settled.forwarder, settled.state
    links = forwarder.links
    outlets, advertised = _outgoing(forwarder)
    inventory = links.snapshot.inventory
    no_transit = frozenset(n for n in links.snapshot.devices if inventory.names(n, inventory.no_transit))
    return Assessment(
        state,
        state.scenario,
        sites=site_facts(settled.reach),
        backbone=forwarder.answers.once("backbone", _backbone(links, state), lambda: backbone_fact(links, state)),
        advertisements=advertisement_facts(outlets),
        advertised=advertised,
        services=settled.services,
        cascade=settled.cascade,
        service_reach=service_reach(settled, outlets),
        flows=flow_facts(settled.reach, destinations),
        management=management_facts(forwarder, state_of),
        fates=fate_table(forwarder, destinations),
        exits=cast(Mapping[ExitKey, frozenset[str]], exit_table(forwarder, destinations)),
        default_routes=default_routes(forwarder),
        transit=transit(forwarder, destinations, no_transit),
        notes=state.notes,
        stands_for={each.prefix: each.stands_for for each in destinations},
        name_servers=name_server_facts(settled.reach, destinations, advertised),
    )


def _outgoing(forwarder: Forwarder) -> tuple[Outlets, Mapping[Prefix, frozenset[str]]]:
    """What is sent outside, and the sites that send it: read again only where some session sends anything else."""
    outlets = Outlets(forwarder.links, forwarder.state)
    before = forwarder.before.outgoing if forwarder.before is not None else None
    if before is not None and outlets.sends_like(before[0]):
        forwarder.outgoing = outlets, before[1]
    else:
        forwarder.outgoing = outlets, outlets.advertised(is_test_prefix)
    return forwarder.outgoing


def _backbone(links: Links, state: NetworkState) -> tuple[object, ...]:
    """What the backbone's fact is read from."""
    ends = (state.interfaces.get(end) for pair in crossings(links) for end in pair)
    return crossings(links), tuple(face is not None and face.up for face in ends), state.sessions


def default_routes(forwarder: Forwarder) -> frozenset[tuple[str, str, int]]:
    """(node, vrf, IP version) that have a default route."""
    return frozenset(
        (node, vrf, prefix.version)
        for node, vrf in forwarder.state.ribs
        for prefix in (DEFAULT_V4, DEFAULT_V6)
        if forwarder.links.is_alive(node) and forwarder.state.ribs[node, vrf].get(prefix) is not None
    )


def service_reach(settled: Settled, outlets: Outlets) -> frozenset[tuple[str, str]]:
    """(site, service): packets of the site arrive at a healthy instance, and its answers get back to the site.

    A site outside that lists no prefixes has no answers to wait for; one without devices comes in where its sessions
    are, if they tell it of a prefix that holds the address.
    """
    links, answers = settled.forwarder.links, settled.forwarder.answers
    found = set()
    healthy = {fact.name: frozenset(i.id.node for i in fact.instances if i.healthy) for fact in settled.services}
    for service in links.snapshot.inventory.services:
        for site in links.snapshot.inventory.sites:
            nodes = links.nodes_of(site)
            if site.kind == EXTERNAL and not nodes:
                nodes = outlets.told(site.name, service.addresses)
            given = nodes, healthy[service.name]
            if answers.once(
                ("service", service.name, site.name), given, partial(_is_served, settled, service, site, *given)
            ):
                found.add((site.name, service.name))
    return frozenset(found)


def _is_served(settled: Settled, service: Service, site: Site, nodes: Sequence[str], healthy: frozenset[str]) -> bool:
    one_way = site.kind == EXTERNAL and not site.prefixes
    for node in nodes:
        at = _arrivals(settled.forwarder, node, service.addresses) & healthy
        if at and (one_way or any(settled.reach.delivered_from(there, DEFAULT_VRF, site) for there in at)):
            return True
    return False


def _arrivals(forwarder: Forwarder, node: str, addresses: Sequence[Address]) -> frozenset[str]:
    fates = (fate for address in addresses for fate in forwarder.ends((node, DEFAULT_VRF), address).fates)
    return frozenset(fate.node for fate in fates if fate.disposition in ARRIVED)
