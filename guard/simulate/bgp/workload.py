"""What there is to solve: where each prefix is born or heard, who aggregates what, and the classes of prefixes.

Law: equal to what every speaker, session and list says now. What was read from the same is the object of the state
before, down to the classes themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Address, Prefix, prefix_of
from guard.model.bgp import BgpAggregate
from guard.model.device import Device
from guard.model.identity import are_same
from guard.model.inventory import Inventory
from guard.model.rib import RibEntry
from guard.simulate.bgp import external
from guard.simulate.bgp.alike import Kinds
from guard.simulate.bgp.ends import LINK_LOCAL, Pairing
from guard.simulate.bgp.graph import Graph, Link, Speaker
from guard.simulate.bgp.origin import is_fixed, originated
from guard.simulate.bgp.prefix_class import Content, PrefixClass, classify, lists_of
from guard.simulate.bgp.session import SessionTable
from guard.simulate.bgp.surroundings import Seed
from guard.simulate.rib.underlay import Underlay
from guard.snapshot.snapshot import Snapshot

DEFAULTS = {4: DEFAULT_V4, 6: DEFAULT_V6}

Aggregates = Mapping[Prefix, Sequence[tuple[int, BgpAggregate]]]
Seeds = Mapping[Prefix, tuple[Seed, ...]]

#: What one speaker originates in one family.
Births = tuple[tuple[Prefix, Seed], ...]

#: Pairings of sessions, announcements, inventory, and prefixes of lists inside the pools of test prefixes.
Outside = tuple[tuple[Pairing, ...], object, Inventory, frozenset[Prefix]]

_POOLS = (external.TEST_POOL_V4, external.TEST_POOL_V6)


class _Born(NamedTuple):
    """What a speaker originates in one family, and what that was read from; `fixed`: from nothing else."""

    device: Device
    own: Mapping[Prefix, RibEntry]
    static: Mapping[Prefix, RibEntry]
    seeds: Births
    fixed: bool


@dataclass(slots=True)
class Kept:
    """What one state leaves to the next: keyed by what it was read from, so it can be old but never wrong."""

    contents: dict[tuple[str, str], tuple[Device, tuple[Content, ...]]] = field(default_factory=dict)
    born: dict[tuple[str, str, int], _Born] = field(default_factory=dict)
    pools: dict[str, tuple[Device, frozenset[Prefix]]] = field(default_factory=dict)
    kinds: Kinds = field(default_factory=Kinds)

    def contents_of(self, speaker: Speaker) -> tuple[Content, ...]:
        """The contents of all lists that a speaker's policies look at."""
        key = (speaker.node, speaker.vrf)
        known = self.contents.get(key)
        if known is None or known[0] is not speaker.device:
            known = self.contents[key] = (speaker.device, lists_of(speaker.device, speaker.process))
        return known[1]

    def born_at(self, speaker: Speaker, version: int, underlay: Underlay) -> Births:
        """What a speaker originates in one family."""
        if version not in speaker.families or speaker.table:
            return ()
        own, static = underlay.fixed(speaker.node, speaker.vrf)
        key = (speaker.node, speaker.vrf, version)
        known = self.born.get(key)
        same = known is not None and known.device is speaker.device and known.own is own and known.static == static
        if known is not None and known.fixed and same:
            return known.seeds
        seeds = tuple(
            (prefix, Seed(speaker.node, speaker.vrf, path=path))
            for prefix, path in originated(speaker, version, underlay)
        )
        if known is not None and known.seeds == seeds:
            seeds = known.seeds
        fixed = is_fixed(speaker, version, own.keys() | static.keys())
        self.born[key] = _Born(speaker.device, own, static, seeds, fixed)
        return seeds

    def pooled(self, devices: Mapping[str, Device]) -> set[Prefix]:
        """Prefixes of the devices' lists inside the pools of test prefixes."""
        found: set[Prefix] = set()
        for name, device in devices.items():
            known = self.pools.get(name)
            if known is None or known[0] is not device:
                known = self.pools[name] = (device, frozenset(_in_pools(_listed(device))))
            found |= known[1]
        return found


class _Drawn(NamedTuple):
    """What follows from the graph alone. `defaults`: for each of `speakers` those that it originates to somebody.

    `late`: defaults that somebody originates only if his table holds something. `senders`: next hops that senders name.
    """

    graph: Graph
    speakers: tuple[Speaker, ...]
    defaults: tuple[tuple[Prefix, ...], ...]
    late: frozenset[Prefix]
    senders: frozenset[Address]
    aggregates: Aggregates


class Workload(NamedTuple):
    """All of it. `plain`: seeds of prefixes that are nobody's aggregate and no default that depends (`late`).

    `numbers`: of equal seeds, equal ones.
    """

    drawn: _Drawn
    born: tuple[Births, ...]
    outside: Outside
    lists: tuple[tuple[Content, ...], ...]
    heard: tuple[external.Heard, ...]
    seeds: Seeds
    plain: Seeds
    numbers: Mapping[Prefix, int]
    owned: frozenset[Prefix]
    special: Mapping[Prefix, Hashable]
    contents: tuple[Content, ...]
    classes: tuple[PrefixClass, ...]

    @property
    def late(self) -> frozenset[Prefix]:
        return self.drawn.late

    @property
    def aggregates(self) -> Aggregates:
        return self.drawn.aggregates


class Source(NamedTuple):
    """What the workload of one pass is read from."""

    snapshot: Snapshot
    underlay: Underlay
    graph: Graph
    sessions: SessionTable
    devices: Mapping[str, Device]
    kept: Kept


def workload(source: Source, before: Workload | None) -> Workload:
    """What there is to solve; `before`: the same of the state that this one starts from."""
    kept = source.kept
    drawn = before.drawn if before is not None and before.drawn.graph is source.graph else _draw(source.graph)
    born = tuple(kept.born_at(speaker, v, source.underlay) for speaker in drawn.speakers for v in (4, 6))
    same = before is not None and _are_equal(born, before.born) and drawn.defaults == before.drawn.defaults
    outside, heard = _from_outside(source, born, before, same=same)
    seeds = before.seeds if before is not None and same and heard is before.heard else _seeds(drawn, born, heard)
    plain, numbers = _plain(drawn, seeds, before)
    owned = _owned(plain, source.underlay)
    if before is not None and plain is before.plain and owned == before.owned and _is_marked_alike(drawn, before.drawn):
        special = before.special
    else:
        special = _special(plain, sorted(drawn.aggregates), owned, _resolving(plain, drawn, heard))
    lists = tuple(map(kept.contents_of, drawn.speakers))
    if before is not None and _are_equal(lists, before.lists):
        contents = before.contents
    else:
        contents = tuple(dict.fromkeys(content for each in lists for content in each))
    if before is not None and (plain, special, contents) == (before.plain, before.special, before.contents):
        classes = before.classes
    else:
        classes = classify(numbers, contents, special)
    return Workload(drawn, born, outside, lists, heard, seeds, plain, numbers, owned, special, contents, classes)


def _from_outside(
    source: Source, born: tuple[Births, ...], before: Workload | None, *, same: bool
) -> tuple[Outside, tuple[external.Heard, ...]]:
    """What comes in from outside, with what it was read from; `same`: all is born as it was."""
    snapshot = source.snapshot
    pooled = frozenset(source.kept.pooled(source.devices))
    outside = (source.sessions.pairings, snapshot.announcements, snapshot.inventory, pooled)
    if before is not None and same and are_same(outside[:3], before.outside[:3]) and pooled == before.outside[3]:
        return outside, before.heard
    known = {*(prefix for each in born for prefix, _ in each), *pooled, *_in_pools(_named(snapshot.inventory))}
    heard = external.heard(_outside_ends(source.sessions), snapshot.announcements, snapshot.inventory, known)
    return outside, before.heard if before is not None and heard == before.heard else heard


def _plain(drawn: _Drawn, seeds: Seeds, before: Workload | None) -> tuple[Seeds, Mapping[Prefix, int]]:
    """Seeds of what is nobody's aggregate and no default that depends; a number for each, equal for equal seeds."""
    left_out = (drawn.aggregates.keys(), drawn.late)
    if before is not None and seeds is before.seeds and left_out == (before.aggregates.keys(), before.late):
        return before.plain, before.numbers
    numbers: dict[tuple[Seed, ...], int] = {}
    plain = {prefix: held for prefix, held in seeds.items() if not any(prefix in each for each in left_out)}
    return plain, {prefix: numbers.setdefault(held, len(numbers)) for prefix, held in plain.items()}


def _are_equal(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether all are equal; most of them are the same objects."""
    return are_same(some, others) or some == others


def _is_marked_alike(one: _Drawn, other: _Drawn) -> bool:
    return one is other or (one.senders == other.senders and one.aggregates.keys() == other.aggregates.keys())


def _draw(graph: Graph) -> _Drawn:
    speakers = tuple(sorted(graph.speakers.values(), key=lambda each: (each.node, each.vrf)))
    to_all: dict[int, set[Prefix]] = {}
    late = set()
    for link in graph.links.values():
        if originates_default(link):
            to_all.setdefault(link.sender, set()).add(DEFAULTS[link.version])
        if _asks_table(link):
            late.add(DEFAULTS[link.version])
    aggregates: dict[Prefix, list[tuple[int, BgpAggregate]]] = {}
    for index, speaker in sorted(graph.speakers.items()):
        for family in speaker.families.values():
            for aggregate in family.aggregates:
                aggregates.setdefault(aggregate.prefix, []).append((index, aggregate))
    return _Drawn(
        graph,
        speakers,
        tuple(tuple(sorted(to_all.get(speaker.index, ()))) for speaker in speakers),
        frozenset(late),
        frozenset(link.sender_address for link in graph.links.values() if link.sender_address is not None),
        aggregates,
    )


def originates_default(link: Link) -> bool:
    """Whether a default is originated over the link."""
    return link.out_family is not None and link.out_family.default_originate


def _asks_table(link: Link) -> bool:
    """Whether a default is originated over the link only if the table holds something."""
    return link.out_family is not None and bool(link.out_family.default_originate_policy)


def _seeds(drawn: _Drawn, born: tuple[Births, ...], heard: tuple[external.Heard, ...]) -> Seeds:
    found: dict[Prefix, list[Seed]] = {}
    for births in born:
        for prefix, seed in births:
            found.setdefault(prefix, []).append(seed)
    for defaults in drawn.defaults:
        for prefix in defaults:
            found.setdefault(prefix, [])
    for route in heard:
        node, vrf, _ = route.session
        seed = Seed(node, vrf, session=route.session, attributes=route.attributes)
        found.setdefault(route.prefix, []).append(seed)
    return {prefix: tuple(held) for prefix, held in found.items()}


# ------------------------------------------------------------------------------------------------- what sets apart


def _owned(plain: Seeds, underlay: Underlay) -> frozenset[Prefix]:
    """Host prefixes that are the address of an interface that is up."""
    topology = underlay.topology
    return frozenset(prefix for prefix in plain if prefix.is_host and topology.owners(prefix.first))


def _special(
    plain: Seeds, covering: Sequence[Prefix], owned: frozenset[Prefix], resolving: Iterable[Prefix]
) -> dict[Prefix, Hashable]:
    """What sets a prefix apart from others that are born alike (see prefix_class). `covering`: all aggregates."""
    special: dict[Prefix, Hashable] = {}
    for prefix in plain if covering else (*owned, *filter(plain.__contains__, DEFAULTS.values())):
        held = tuple(each for each in covering if each.covers(prefix))
        own = prefix.length == 0 or prefix in owned
        if own or held:
            special[prefix] = (prefix if own else None, held)
    for prefix in resolving:
        special[prefix] = (prefix, special.get(prefix))
    return special


def _resolving(plain: Seeds, drawn: _Drawn, heard: Iterable[external.Heard]) -> set[Prefix]:
    """Prefixes that hold a next hop's address: such a route may not resolve its own next hop."""
    lengths: dict[int, set[int]] = {4: set(), 6: set()}
    for prefix in plain:
        lengths[prefix.version].add(prefix.length)
    found: set[Prefix] = set()
    told = {route.attributes.next_hop for route in heard}
    for address in drawn.senders.union(each for each in told if each is not None):
        found.update(prefix_of(address, length) for length in lengths[address.version] - {0})
    return found & plain.keys()


# ------------------------------------------------------------------------------------------------- the outside


def heard_from_outside(snapshot: Snapshot, sessions: SessionTable) -> tuple[external.Heard, ...]:
    """What comes in over the sessions that are up towards nobody, whatever is born inside."""
    known = {*Kept().pooled(snapshot.devices), *_in_pools(_named(snapshot.inventory))}
    return external.heard(_outside_ends(sessions), snapshot.announcements, snapshot.inventory, known)


def _in_pools(prefixes: Iterable[Prefix]) -> Iterator[Prefix]:
    """Those inside the pools of test prefixes, which are to keep clear of them."""
    return (prefix for prefix in prefixes if any(pool.covers(prefix) for pool in _POOLS))


def _listed(device: Device) -> set[Prefix]:
    return {entry.range.prefix for listed in device.prefix_lists.values() for entry in listed.entries}


def _named(inventory: Inventory) -> set[Prefix]:
    """Prefixes of sites and cones."""
    known = {prefix for site in inventory.sites for prefix in site.prefixes}
    return known.union(*(peering.cone or () for peering in inventory.peerings))


def _outside_ends(sessions: SessionTable) -> Iterator[external.OutsideEnd]:
    for pairing in sessions.pairings:
        session = pairing.session
        if pairing.peer is not None or not session.up:
            continue
        next_hop = session.remote_address
        if next_hop is None and session.families:
            next_hop = LINK_LOCAL[min(session.families)]
        yield external.OutsideEnd(
            session.key,
            session.node,
            session.remote_address,
            session.remote_as,
            next_hop,
            session.external,
            session.families,
        )
