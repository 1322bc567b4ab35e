"""How much traffic each link carries, from the inventory's demands: ECMP splits evenly at each router.

Law: a demand leaves its site in equal parts from the routers that hold the site's own prefixes, and goes in equal parts
to those prefixes of the other site that are delivered; what is not delivered loads no link. The failures that are
looked at are those that touch a way of some demand.
Not modelled: unequal-cost shares, hashing, a failure beside all ways that moves them nevertheless (a route reflector
whose choice changes).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from guard.model.facts import Assessment, Disposition, Fate, LinkLoads
from guard.model.inventory import EXTERNAL, Demand, Inventory, Site
from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.simulate.bgp.advertising import Outlets
from guard.simulate.failures.scenario import possible_failures
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.column import ARRIVED, Move, Step
from guard.simulate.packets.destinations import Destination, SiteTargets, build, site_targets
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.reachability import delivers
from guard.simulate.rib.plain_routes import Vertex
from guard.simulate.services import Resolve, no_zones, settle
from guard.snapshot.snapshot import Snapshot

#: Prefixes of one site that its traffic is spread over: more of them change the picture little, and cost as much each.
TARGETS_AT_MOST = 8
#: Failures that are simulated for their load; a large network has some hundred links.
MOST_SIMULATED = 1_000

#: Ends of packets that an interface has sent.
_SENT_ON = frozenset(
    {Disposition.DELIVERED_TO_SUBNET, Disposition.EXITS_NETWORK, Disposition.INSUFFICIENT_INFO}
)  # fmt: skip

StateOf = Callable[[Snapshot, Scenario], NetworkState]
Flowing = dict[InterfaceId, float]


class _Loaded(NamedTuple):
    """What each interface sends and receives, in Mb/s, and the demands that went nowhere."""

    sends: Mapping[InterfaceId, float]
    receives: Mapping[InterfaceId, float]
    lost: tuple[str, ...]


def has_demands(snapshot: Snapshot) -> bool:
    """Whether link loads are asked for (CONTRACT 2: optional)."""
    return bool(snapshot.inventory.capacities and snapshot.inventory.demands)


def link_loads(
    snapshot: Snapshot, state_of: StateOf, assessment: Assessment, *, resolve: Resolve = no_zones, failures: int = 1
) -> LinkLoads:
    """The loads of a network that stands as `assessment` says, and after every single failure if `failures` is 1+."""
    forwarder = Forwarder(snapshot, assessment.state)
    now = _loaded(forwarder)
    found = []
    scenarios = list(_touching(forwarder, now)) if failures else []
    for scenario in scenarios[:MOST_SIMULATED]:
        settled = settle(
            snapshot, lambda failed: state_of(snapshot, failed), scenario=scenario, base=forwarder, resolve=resolve
        )
        found.append((scenario, _listed(snapshot, _loaded(settled.forwarder))))
    complete = len(scenarios) <= MOST_SIMULATED
    return LinkLoads(_listed(snapshot, now), tuple(found), now.lost, complete)


def _touching(forwarder: Forwarder, now: _Loaded) -> Iterator[Scenario]:
    """Single failures of something that carries traffic."""
    used = {*now.sends, *now.receives}
    nodes = {each.node for each in used}
    for scenario in possible_failures(forwarder.links, 1):
        if scenario.down_nodes & nodes or scenario.down_interfaces & used:
            yield scenario


def _listed(snapshot: Snapshot, loaded: _Loaded) -> dict[InterfaceId, float]:
    """The busier direction of each interface whose capacity is known, by the inventory's own name."""
    found = {}
    for each in snapshot.inventory.capacities:
        place = snapshot.names.interface(each.interface)
        found[each.interface] = max(loaded.sends.get(place, 0.0), loaded.receives.get(place, 0.0))
    return found


def _loaded(forwarder: Forwarder) -> _Loaded:
    """Every demand on its way; demands between the same places go together."""
    inventory = forwarder.links.snapshot.inventory
    targets = site_targets(forwarder, forwarder)
    entries = {name: _sources(forwarder, targets, name) for name in {each.from_site for each in inventory.demands}}
    beyond = build([forwarder]) if any(_unlisted(inventory, each.to_site) for each in inventory.demands) else ()
    offered: dict[Destination, dict[Vertex, float]] = defaultdict(lambda: defaultdict(float))
    lost = []
    for demand in inventory.demands:
        shares = list(_shares(forwarder, targets, demand, entries[demand.from_site], beyond))
        if not shares:
            lost.append(f"{demand.from_site} -> {demand.to_site}")
        for vertex, destination, mbps in shares:
            offered[destination][vertex] += mbps
    sends: Flowing = defaultdict(float)
    receives: Flowing = defaultdict(float)
    for destination, sources in offered.items():
        _spread(forwarder, destination, sources, sends, receives)
    return _Loaded(sends, receives, tuple(lost))


def _unlisted(inventory: Inventory, name: str) -> bool:
    """Whether a site is outside, and nobody said what lives there."""
    site = inventory.site(name)
    return site is not None and site.kind == EXTERNAL and not site.prefixes


def _shares(
    forwarder: Forwarder,
    targets: SiteTargets,
    demand: Demand,
    sources: tuple[Vertex, ...],
    beyond: Sequence[Destination],
) -> Iterator[tuple[Vertex, Destination, float]]:
    """(source, destination, Mb/s): each source sends its part to those of the destinations that it reaches."""
    for vertex in sources:
        reached = tuple(islice(_reached(forwarder, targets, demand.to_site, vertex, beyond), TARGETS_AT_MOST))
        for destination in reached:
            yield vertex, destination, demand.mbps / len(sources) / len(reached)


def _reached(
    forwarder: Forwarder, targets: SiteTargets, to: str, vertex: Vertex, beyond: Sequence[Destination]
) -> Iterator[Destination]:
    site = forwarder.links.snapshot.inventory.site(to)
    if site is None:
        return
    members = targets.sites.get(to, ())
    if members:  # what is listed, and where none of that is delivered as such, its parts
        listed = [member for member in members if member.prefix in site.prefixes]
        delivered = [member for member in listed or members if _delivered(forwarder, targets, site, member, vertex)]
        yield from delivered or (m for m in members if _delivered(forwarder, targets, site, m, vertex))
        return
    if site.kind == EXTERNAL:  # whatever leaves the network
        for member in beyond:
            fates = forwarder.column(member.address).fates(vertex[0])
            if fates and all(_leaves(forwarder, fate) for fate in fates):
                yield member


def _delivered(forwarder: Forwarder, targets: SiteTargets, site: Site, member: Destination, vertex: Vertex) -> bool:
    fates = forwarder.column(member.address).fates(vertex[0])
    return any(delivers(forwarder, targets, site, member, fate) for fate in fates)


def _leaves(forwarder: Forwarder, fate: Fate) -> bool:
    return fate.disposition is Disposition.EXITS_NETWORK or forwarder.links.is_outside(fate.node)


def _sources(forwarder: Forwarder, targets: SiteTargets, name: str) -> tuple[Vertex, ...]:
    """Where a site's traffic comes in: routers that hold its prefixes, else all of its own, else those of ours that
    have sessions with it."""
    links = forwarder.links
    site = links.snapshot.inventory.site(name)
    if site is None:
        return ()
    nodes = set(_holders(forwarder, site, targets.sites.get(name, ()))) or set(links.nodes_of(site))
    if not nodes and site.kind == EXTERNAL:
        outlets = Outlets(links, forwarder.state)
        nodes = {session.node for session in outlets.sessions if name in outlets.far[session.key]}
    return tuple((node, DEFAULT_VRF) for node in sorted(nodes))


def _holders(forwarder: Forwarder, site: Site, members: Iterable[Destination]) -> Iterator[str]:
    for member in members:
        for (node, vrf), ends in forwarder.column(member.address).items():
            if vrf != DEFAULT_VRF or forwarder.links.site_name(node) != site.name:
                continue
            if any(fate.node == node and fate.disposition in ARRIVED for fate in ends.fates):
                yield node


def _spread(
    forwarder: Forwarder,
    destination: Destination,
    sources: Mapping[Vertex, float],
    sends: Flowing,
    receives: Flowing,
) -> None:
    """Let the traffic of all sources run down the forwarding graph; what is caught in a loop stays where it is."""
    graph = forwarder.graph(sources, destination.address)
    waiting: dict[Vertex, int] = defaultdict(int)
    for steps in graph.values():
        for head in _heads(steps):
            waiting[head] += 1
    carried = defaultdict(float, sources)
    ready = [vertex for vertex in graph if not waiting[vertex]]
    for vertex in ready:
        steps = graph[vertex]
        for step in steps:
            share = carried[vertex] / len(steps)
            if isinstance(step, Fate):
                if step.interface and step.disposition in _SENT_ON:
                    sends[InterfaceId(step.node, step.interface)] += share
                continue
            carried[step.head] += share
            if step.out:
                sends[InterfaceId(vertex[0], step.out)] += share
                receives[InterfaceId(step.head[0], step.into)] += share
        for head in _heads(steps):
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)


def _heads(steps: Iterable[Step]) -> set[Vertex]:
    return {step.head for step in steps if isinstance(step, Move)}
