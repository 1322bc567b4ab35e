"""What the outside hears: which sites send a prefix over their external sessions, and where it is born.

Law: after policy and after limits, as Adj-RIB-Out has it. A session belongs to the site of its peering, else of the
device at its far end, else to the external sites of the inventory (CONTRACT 2).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from guard.model.address import Address, Prefix
from guard.model.facts import AdvertisementFact
from guard.model.inventory import EXTERNAL, Advertisement, Inventory, Peering
from guard.model.state import BgpSession, BgpTables, NetworkState
from guard.simulate.bgp.carried import Spread
from guard.simulate.layer3.links import Links
from guard.snapshot.snapshot import Snapshot


def peering_of(snapshot: Snapshot, session: BgpSession) -> Peering | None:
    """The peering of the inventory that names this end."""
    for peering in snapshot.inventory.peerings:
        if peering.neighbor == session.remote_address:
            device = snapshot.device(peering.device)
            if device is not None and device.name == session.node:
                return peering
    return None


def far_sites(snapshot: Snapshot, session: BgpSession) -> frozenset[str]:
    """Sites that the far end of a session belongs to; several where nobody knows which of the external ones."""
    peering = peering_of(snapshot, session)
    if peering is not None and peering.site:
        return frozenset({peering.site})
    if session.remote_node is not None:
        site = snapshot.inventory.site_of(session.remote_node)
        return frozenset({site.name}) if site is not None else frozenset()
    return frozenset(site.name for site in snapshot.inventory.sites if site.kind == EXTERNAL)


@runtime_checkable
class Sending(Protocol):
    """BGP tables that tell what a session sends of some prefixes without writing out all that it sends."""

    def sends(self, session: tuple[str, str, str], wanted: frozenset[Prefix]) -> frozenset[Prefix]: ...


def sent_of(bgp: BgpTables, session: tuple[str, str, str], wanted: frozenset[Prefix]) -> frozenset[Prefix]:
    """What a session sends of some prefixes."""
    if isinstance(bgp, Sending):
        return bgp.sends(session, wanted)
    return wanted.intersection(bgp.advertised(session))


class Outlets:
    """External sessions of one state by the sites that they join. Built once, asked for every prefix.

    `only`: the prefixes that somebody will ask for, where these are few.
    """

    def __init__(self, links: Links, state: NetworkState, only: frozenset[Prefix] | None = None) -> None:
        self.links = links
        self.state = state
        self.sessions = tuple(s for s in state.sessions if s.external and s.up and not links.is_outside(s.node))
        self.sent: dict[tuple[str, str, str], Collection[Prefix]] = {
            session.key: state.bgp.advertised(session.key) if only is None else sent_of(state.bgp, session.key, only)
            for session in self.sessions
        }
        self.far = {session.key: far_sites(links.snapshot, session) for session in self.sessions}

    def leads_outside(self, session: BgpSession) -> bool:
        """Whether the far end is outside: not a device of one of our own sites, though a peering names it."""
        if session.remote_node is None:
            return True
        site = self.links.site(session.remote_node)
        return site is None or site.kind == EXTERNAL

    def senders(self, prefix: Prefix, to: str) -> Iterator[BgpSession]:
        """Sessions that send `prefix` to the external site `to` ("" any)."""
        for session in self.sessions:
            wanted = to in self.far[session.key] if to else self.leads_outside(session)
            if wanted and prefix in self.sent[session.key]:
                yield session

    def told(self, site: str, addresses: Sequence[Address]) -> tuple[str, ...]:
        """Nodes of ours whose sessions tell an external site of a prefix that holds one of these addresses."""
        return tuple(
            session.node
            for session in self.sessions
            if site in self.far[session.key] and any(p.contains(a) for p in self.sent[session.key] for a in addresses)
        )

    def sends_like(self, other: Outlets) -> bool:
        """Whether the same sessions carry what they carry in another state of the same inventory: the same objects."""
        ours, theirs = ([(s.key, s.remote_node) for s in each.sessions] for each in (self, other))
        return ours == theirs and all(sent is other.sent[key] for key, sent in self.sent.items())

    def advertised(self, is_test: Callable[[Prefix], bool]) -> Mapping[Prefix, frozenset[str]]:
        """Every prefix that is sent outside, with the sites that send it; test prefixes are nobody's."""
        together: dict[int, tuple[Collection[Prefix], set[str]]] = {}  # by the id of prefixes that are sent as one
        for session in self.sessions:
            if self.leads_outside(session):
                site, sent = self.links.label(session.node), self.sent[session.key]
                for prefixes in sent.classes() if isinstance(sent, Spread) else (sent,):
                    together.setdefault(id(prefixes), (prefixes, set()))[1].add(site)
        shared: dict[frozenset[str], frozenset[str]] = {}
        found: dict[Prefix, frozenset[str]] = {}
        for prefixes, sites in together.values():
            frozen = frozenset(sites)
            frozen = shared.setdefault(frozen, frozen)
            for prefix in prefixes:
                both = found[prefix] | frozen if prefix in found else frozen
                found[prefix] = shared.setdefault(both, both)
        return {prefix: sites for prefix, sites in sorted(found.items()) if not is_test(prefix)}


def origins(links: Links, state: NetworkState, prefix: Prefix) -> frozenset[str]:
    """Sites of ours where a prefix begins."""
    return frozenset(
        links.label(node)
        for node, vrf in state.ribs
        if not links.is_outside(node) and prefix in state.bgp.originated(node, vrf)
    )


def listed_prefixes(inventory: Inventory) -> frozenset[Prefix]:
    """Prefixes that the outside must go on hearing."""
    return frozenset(prefix for each in inventory.advertisements for prefix in each.prefixes)


def advertisement_facts(outlets: Outlets) -> tuple[AdvertisementFact, ...]:
    """One fact for each listed prefix, in the order of the inventory."""
    return tuple(
        _fact(outlets, wanted, prefix)
        for wanted in outlets.links.snapshot.inventory.advertisements
        for prefix in wanted.prefixes
    )


def _fact(outlets: Outlets, wanted: Advertisement, prefix: Prefix) -> AdvertisementFact:
    return AdvertisementFact(
        wanted.name,
        prefix,
        wanted.to,
        frozenset(outlets.links.label(session.node) for session in outlets.senders(prefix, wanted.to)),
        origins(outlets.links, outlets.state, prefix),
        wanted.min_sites,
        wanted.min_origins,
        wanted.source,
    )
