"""Which sites exchange traffic, what of it is cut off, and how all other traffic ends.

Law: "delivered" is CONTRACT 2's word: accepted, on a subnet, or in the site's own aggregate that nothing more specific
held before; always at a device of the site that lists the prefix. A pair of sites exchanges traffic if some device of
each has some of its packets delivered to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar, cast

from guard.model.address import Prefix, parse_prefix
from guard.model.facts import Disposition, Fate, PrefixTable, SiteFact
from guard.model.identity import are_same_by_key
from guard.model.inventory import EXTERNAL, Site
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.column import ARRIVED, Column
from guard.simulate.packets.destinations import Destination, SiteTargets
from guard.simulate.packets.forwarding import Forwarder

T = TypeVar("T")

#: Dispositions that hand a packet over: to its host, or to the world outside.
HANDED_OVER = ARRIVED | {Disposition.EXITS_NETWORK}
_HELD = ARRIVED | {Disposition.NULL_ROUTED}


class _Delivered(NamedTuple):
    """What `Reach` reads off a column. `base`: the state that said which aggregates count."""

    base: Forwarder
    nodes: frozenset[str]
    sites: frozenset[str]


class Reach:
    """Deliveries between sites in one state. `senders[site]` is complete between sites of ours.

    Of sites all columns of which are those of the state before it is told what was read off them there.
    """

    def __init__(self, forwarder: Forwarder, targets: SiteTargets) -> None:
        self.forwarder = forwarder
        self.targets = targets
        self.nodes: dict[str, frozenset[str]] = {}  # site -> nodes whose packets are delivered to it
        self.senders: dict[str, frozenset[str]] = {}  # site -> sites whose packets it gets
        self.read: dict[str, tuple[Column, ...]] = {}  # site -> what was asked to tell
        self.facts: Mapping[str, SiteFact] = {}  # see site_facts
        self.present: frozenset[str] = frozenset()
        self._sites = {site.name: site for site in forwarder.links.snapshot.inventory.sites}
        self._inside = frozenset(
            s.name for s in self._sites.values() if (s.kind != EXTERNAL or s.prefixes) and forwarder.links.nodes_of(s)
        )
        self.before = self._comparable()
        asked = tuple(name for name in targets.sites if name in self._sites)
        if self.before is not None:
            asked = self._take_over(self.before, asked)
        for name in asked:
            self._ask(name)
        forwarder.reach = self

    def _comparable(self) -> Reach | None:
        """Who was asked the same about the state before."""
        before = self.forwarder.before.reach if self.forwarder.before is not None else None
        if before is None or before.targets is not self.targets or before._inside != self._inside:
            return None
        return before

    def _take_over(self, before: Reach, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Take what holds here as well; the sites that are left to ask about."""
        column = self.forwarder.column
        moved = tuple(n for n in asked if not all(column(each.destination) is each for each in before.read[n]))
        if not moved:
            self.nodes, self.senders, self.read = before.nodes, before.senders, before.read
        else:
            self.nodes, self.senders, self.read = dict(before.nodes), dict(before.senders), dict(before.read)
        return moved

    def _ask(self, name: str) -> None:
        read: list[Column] = []
        nodes = senders = frozenset[str]()
        for member in sorted(self.targets.sites[name], key=lambda each: each.prefix.length):
            # One prefix that all sites reach is enough; who needs more asks `delivered_from`.
            if not self._inside <= senders | {name}:
                read.append(self.forwarder.column(member.address))
                known = self._read_off(self._sites[name], member, read[-1])
                nodes, senders = nodes | known.nodes, senders | known.sites
        self.nodes[name], self.senders[name], self.read[name] = nodes, senders, tuple(read)

    def _read_off(self, site: Site, destination: Destination, column: Column) -> _Delivered:
        known = column.facts.get(("delivered to", site.name))
        if not isinstance(known, _Delivered) or known.base is not self.targets.base:
            known = _Delivered(self.targets.base, *self._delivered(site, destination, column))
            column.facts["delivered to", site.name] = known
        return known

    def _delivered(self, site: Site, destination: Destination, column: Column) -> tuple[frozenset[str], frozenset[str]]:
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
        return frozenset(nodes), frozenset(self.forwarder.links.site_name(node) for node in nodes)

    def delivers(self, site: Site, destination: Destination, fate: Fate) -> bool:
        """Whether one end of a packet to `destination` is delivery to `site`."""
        return delivers(self.forwarder, self.targets, site, destination, fate)

    def delivered_from(self, node: str, vrf: str, site: Site) -> bool:
        """Whether some prefix of `site` is delivered from one table."""
        if self.forwarder.answers.reading is not None:
            self.forwarder.answers.reading.columns += self.read.get(site.name, ())
        if vrf == DEFAULT_VRF and node in self.nodes.get(site.name, ()):
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
    reach.present = frozenset({links.site_name(node) for node in links.snapshot.devices})
    sites = links.snapshot.inventory.sites
    inside = {site.name for site in sites if site.kind != EXTERNAL and site.name in reach.present}
    known = _known_facts(reach)
    sends = _sends(reach, [site.name for site in sites if site.name not in known])
    facts = []
    for site in sites:
        if site.name in known:
            facts.append(known[site.name])
            continue
        sends_to = frozenset(sends[site.name] - {site.name})
        reaches = sends_to & reach.senders.get(site.name, frozenset())
        others = inside - {site.name}
        isolated = site.kind != EXTERNAL and bool(others) and not reaches & others
        facts.append(SiteFact(site.name, site.kind, reaches, sends_to, isolated, site.name in reach.present))
    reach.facts = {fact.name: fact for fact in facts}
    return tuple(facts)


def _known_facts(reach: Reach) -> Mapping[str, SiteFact]:
    """Facts of the state before about sites that exchange traffic with whom they did."""
    before = reach.before
    if before is None or before.present != reach.present:
        return {}
    if before.senders is reach.senders:
        return before.facts
    moved: set[str] = set()
    for name in before.senders.keys() | reach.senders.keys():
        one, other = before.senders.get(name, frozenset()), reach.senders.get(name, frozenset())
        if one is not other and one != other:
            moved |= {name} | (one ^ other)
    return {name: fact for name, fact in before.facts.items() if name not in moved}


def _sends(reach: Reach, names: Sequence[str]) -> Mapping[str, set[str]]:
    """For some sites those that their packets are delivered to."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for name, senders in reach.senders.items() if found else ():
        for sender in senders & found.keys():
            found[sender].add(name)
    return found


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
    return _as_before(forwarder, "fates", columns)


def _as_before(forwarder: Forwarder, name: str, columns: Mapping[Prefix, Mapping[str, T]]) -> PrefixTable[T]:
    """The table of these columns; the very one of the state before where all columns are."""
    known = forwarder.before.tables.get(name) if forwarder.before is not None else None
    if known is None or not are_same_by_key(columns, known.columns):
        known = PrefixTable(columns)
    forwarder.tables[name] = known
    return cast(PrefixTable[T], known)


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
    return _as_before(forwarder, "exits", columns)


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
