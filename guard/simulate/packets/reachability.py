"""Which sites exchange traffic, what of it is cut off, and how all other traffic ends.

Law: "delivered" is CONTRACT 2's word: accepted, on a subnet, or in the site's own aggregate that nothing more specific
held before; always at a device of the site that lists the prefix. A pair of sites exchanges traffic if some device of
each has some of its packets delivered to the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from guard.model.address import parse_prefix
from guard.model.facts import Disposition, Fate, PrefixTable, SiteFact
from guard.model.inventory import EXTERNAL, Site
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.destinations import Destination, SiteTargets
from guard.simulate.packets.forwarding import ARRIVED, Column, Forwarder

#: Dispositions that hand a packet over: to its host, or to the world outside.
HANDED_OVER = ARRIVED | {Disposition.EXITS_NETWORK}
_HELD = ARRIVED | {Disposition.NULL_ROUTED}


class _Delivered(NamedTuple):
    """What `Reach` reads off a column. `base`: the state that said which aggregates count."""

    base: Forwarder
    nodes: tuple[str, ...]
    sites: frozenset[str]


class Reach:
    """Deliveries between sites in one state. `senders[site]` is complete between sites of ours."""

    def __init__(self, forwarder: Forwarder, targets: SiteTargets) -> None:
        self.forwarder = forwarder
        self.targets = targets
        self.sent: dict[str, set[str]] = defaultdict(set)  # node -> sites that its packets are delivered to
        self.senders: dict[str, set[str]] = defaultdict(set)  # site -> sites whose packets it gets
        self._sites = {site.name: site for site in forwarder.links.snapshot.inventory.sites}
        inside = {
            s.name for s in self._sites.values() if (s.kind != EXTERNAL or s.prefixes) and forwarder.links.nodes_of(s)
        }
        for name, members in targets.sites.items():
            if name in self._sites:
                for member in sorted(members, key=lambda each: each.prefix.length):
                    # One prefix that all sites reach is enough; who needs more asks `delivered_from`.
                    if not inside <= self.senders[name] | {name}:
                        self._add(self._sites[name], member)

    def _add(self, site: Site, destination: Destination) -> None:
        column = self.forwarder.column(destination.address)
        known = column.facts.get(("delivered to", site.name))
        if not isinstance(known, _Delivered) or known.base is not self.targets.base:
            known = _Delivered(self.targets.base, *self._delivered(site, destination, column))
            column.facts["delivered to", site.name] = known
        for node in known.nodes:
            self.sent[node].add(site.name)
        self.senders[site.name] |= known.sites

    def _delivered(
        self, site: Site, destination: Destination, column: Column
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """Nodes and sites whose packets to a destination are delivered to a site."""
        verdicts: dict[int, bool] = {}
        nodes: list[str] = []
        for (node, vrf), ends in column.items():
            if vrf != DEFAULT_VRF:
                continue
            key = id(ends.fates)
            if key not in verdicts:
                verdicts[key] = any(self.delivers(site, destination, fate) for fate in ends.fates)
            if verdicts[key]:
                nodes.append(node)
        return tuple(nodes), frozenset(self.forwarder.links.site_name(node) for node in nodes)

    def delivers(self, site: Site, destination: Destination, fate: Fate) -> bool:
        """Whether one end of a packet to `destination` is delivery to `site`."""
        return delivers(self.forwarder, self.targets, site, destination, fate)

    def delivered_from(self, node: str, vrf: str, site: Site) -> bool:
        """Whether some prefix of `site` is delivered from one table."""
        if vrf == DEFAULT_VRF and site.name in self.sent.get(node, ()):
            return True
        return any(
            self.delivers(site, member, fate)
            for member in self.targets.sites.get(site.name, ())
            for fate in self.forwarder.ends((node, vrf), member.address).fates
        )


def delivers(forwarder: Forwarder, targets: SiteTargets, site: Site, destination: Destination, fate: Fate) -> bool:
    """See `Reach.delivers`."""
    if forwarder.links.site_name(fate.node) != site.name:
        return False
    if fate.disposition in ARRIVED:
        return True
    if fate.disposition is not Disposition.NULL_ROUTED:
        return False
    return targets.aggregate_counts(site, destination.address, parse_prefix(fate.detail))


def site_facts(reach: Reach) -> tuple[SiteFact, ...]:
    """Every site of the inventory. A data center or pop none of whose devices is up is cut off as well."""
    links = reach.forwarder.links
    sites = links.snapshot.inventory.sites
    present = {links.site_name(node) for node in links.snapshot.devices}
    inside = {site.name for site in sites if site.kind != EXTERNAL and site.name in present}
    sends = {site.name: frozenset(n for n in reach.senders if site.name in reach.senders[n]) for site in sites}
    facts = []
    for site in sites:
        sends_to = sends[site.name] - {site.name}
        reaches = frozenset(other for other in sends_to if site.name in sends.get(other, ()))
        others = inside - {site.name}
        isolated = site.kind != EXTERNAL and bool(others) and not reaches & others
        facts.append(SiteFact(site.name, site.kind, reaches, sends_to, isolated, site.name in present))
    return tuple(facts)


def fate_table(forwarder: Forwarder, destinations: Sequence[Destination]) -> PrefixTable[frozenset[Fate]]:
    """How packets from every router (global table) to every destination end. What the outside does with its own is its
    business: packets that end in a null route of an external device have left the network."""
    shown: dict[int, frozenset[Fate]] = {}

    def seen(column: Column) -> dict[str, frozenset[Fate]]:
        found = {}
        for (node, vrf), ends in column.items():
            if vrf == DEFAULT_VRF:
                key = id(ends.fates)
                if key not in shown:
                    shown[key] = frozenset(_seen_from_inside(forwarder, fate) for fate in ends.fates)
                found[node] = shown[key]
        return found

    columns = {}
    for member in destinations:
        column = forwarder.column(member.address)
        columns[member.prefix] = column.once("fates", partial(seen, column))
    return PrefixTable(columns)


def _seen_from_inside(forwarder: Forwarder, fate: Fate) -> Fate:
    if fate.disposition is Disposition.NULL_ROUTED and forwarder.links.is_outside(fate.node):
        return Fate(Disposition.EXITS_NETWORK, fate.node, "", fate.detail)
    return fate


def exit_table(forwarder: Forwarder, destinations: Sequence[Destination]) -> PrefixTable[frozenset[str]]:
    """Per source site (or node without one) where its packets end or leave; sources outside are not ours to follow."""
    links = forwarder.links
    labels = {node: links.label(node) for node, _ in forwarder.sources if not links.is_outside(node)}
    columns = {}
    for member in destinations:
        column = forwarder.column(member.address)
        columns[member.prefix] = column.once("exits", partial(_exits, column, labels))
    return PrefixTable(columns)


def _exits(column: Column, labels: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    mixed = set[str]()
    for (node, vrf), ends in column.items():
        if vrf != DEFAULT_VRF or node not in labels or not ends.sites:
            continue
        known = found.get(labels[node])
        if known is None:
            found[labels[node]] = ends.sites
        elif known is not ends.sites and known != ends.sites:
            found[labels[node]] = known | ends.sites
            mixed.add(labels[node])
    if mixed:
        found.update(_senders_alone(column, labels, mixed))
    return found


def _senders_alone(column: Column, labels: Mapping[str, str], mixed: set[str]) -> dict[str, frozenset[str]]:
    """Where the nodes of a site do not agree, one that holds the address itself sends nothing: the others speak.

    Else a server of an anycast address beside the router would hide that all that the router gets goes elsewhere.
    """
    found: dict[str, frozenset[str]] = {}
    for (node, vrf), ends in column.items():
        label = labels.get(node) if vrf == DEFAULT_VRF else None
        if label not in mixed or not ends.sites:
            continue
        if all(fate.node == node and fate.disposition in _HELD for fate in ends.fates):
            continue
        found[label] = found.get(label, frozenset()) | ends.sites
    return found


def transit(forwarder: Forwarder, destinations: Iterable[Destination], nodes: frozenset[str]) -> dict[str, str]:
    """Those of `nodes` that carry packets which neither come from their own site nor end there, with an example."""
    found: dict[str, str] = {}
    links = forwarder.links
    for member in destinations if nodes else ():
        graph = forwarder.graph(forwarder.sources, member.address)
        for (node, _), steps in graph.items():
            for step in steps:
                if isinstance(step, Fate) or step.head[0] not in nodes or step.head[0] in found:
                    continue
                through = step.head[0]
                own = links.label(through)
                ends = {
                    links.label(f.node)
                    for f in forwarder.ends(step.head, member.address).fates
                    if f.disposition in HANDED_OVER
                }
                ends |= forwarder.ends(step.head, member.address).sites
                if links.label(node) != own and ends - {own}:
                    found[through] = f"{node} -> {through} -> {member.prefix} (to {', '.join(sorted(ends - {own}))})"
    return found
