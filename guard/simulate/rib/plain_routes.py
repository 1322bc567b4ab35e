"""What main RIBs may hold of other protocols than BGP, told without deciding each prefix at each router.

Law: a superset is safe. Two prefixes of one class are held alike by everybody; where tables cannot tell, each prefix is
a class of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeGuard, runtime_checkable

from guard.model.address import Prefix
from guard.model.rib import RibEntry
from guard.model.state import NetworkState
from guard.simulate.rib.main_rib import offers

#: A routing table that a packet may be in: node and VRF.
Vertex = tuple[str, str]


@runtime_checkable
class Plain(Protocol):
    """A main RIB that can say, without deciding each, what other protocols than BGP may give it."""

    def fixed(self) -> Iterable[Mapping[Prefix, RibEntry]]:
        """Connected and static routes."""
        ...

    def learned(self) -> Iterable[Collection[Prefix]]:
        """Prefixes that IGPs may offer; one object where routers share it."""
        ...


@runtime_checkable
class Classified(Protocol):
    """BGP tables that know which prefixes share one fixed point, whatever the scenario."""

    @property
    def universe(self) -> frozenset[Prefix]:
        """All prefixes of BGP, anywhere."""
        ...

    def class_of(self, prefix: Prefix) -> Hashable | None:
        """A name for what behaves alike in BGP; None where BGP does not know the prefix."""
        ...


@runtime_checkable
class Classing(Classified, Protocol):
    """Such tables that tell at once where they name classes otherwise than those of another state."""

    def classed_otherwise(self, other: Classified) -> Collection[Prefix]:
        """All prefixes that `class_of` names otherwise here and there, and maybe others."""
        ...


class Held(Protocol):
    """What BGP offers to main RIBs for one prefix: to some one by one, to others in sets that have the same entry."""

    @property
    def own(self) -> Mapping[Vertex, RibEntry]: ...

    @property
    def alike(self) -> tuple[tuple[frozenset[Vertex], RibEntry], ...]: ...

    def get(self, table: Vertex, /) -> RibEntry | None:
        """What one main RIB is offered."""
        ...


@runtime_checkable
class Installed(Protocol):
    """BGP tables that tell at once what they offer to every main RIB for one prefix."""

    def installed(self, prefix: Prefix) -> Held: ...

    def class_of(self, prefix: Prefix) -> Hashable | None: ...


class PlainRoutes(NamedTuple):
    """Prefixes that some main RIB may hold from another protocol than BGP (any, if the tables cannot tell).

    Equal `classes` mean that the same routers hold the same null or interface routes for both prefixes, and no other.
    `places`: the connected and static routes of each prefix; None where the tables cannot tell. `learned`: prefixes
    that an IGP may offer to somebody. `apart`: all prefixes of which something else is said than of the state that
    these were made from; None where they were made of nothing but their own state.
    """

    classes: Mapping[Prefix, Hashable]
    places: Mapping[Prefix, tuple[tuple[Vertex, RibEntry], ...]] | None
    learned: frozenset[Prefix]
    apart: frozenset[Prefix] | None = None


def is_plain(rib: object) -> TypeGuard[Plain]:
    """Whether a main RIB can say what it may hold beside BGP."""
    return offers(type(rib), Plain)


def plain_routes(state: NetworkState) -> PlainRoutes:
    """See PlainRoutes."""
    alone: set[Prefix] = set()
    places: dict[Prefix, list[tuple[Vertex, RibEntry]]] = {}
    tells = True
    for vertex, rib in state.ribs.items():
        if not is_plain(rib):
            alone.update(rib.prefixes())
            tells = False
            continue
        for table in rib.fixed():
            for prefix, entry in table.items():
                places.setdefault(prefix, []).append((vertex, entry))
                if _is_indirect(entry):
                    alone.add(prefix)
    learned = _learned(state)
    held = {prefix: tuple(entries) for prefix, entries in places.items()}
    found: dict[Prefix, Hashable] = {**held}
    found.update((prefix, prefix) for prefix in alone | learned)
    return PlainRoutes(found, held if tells else None, learned)


def plain_routes_after(before: NetworkState, known: PlainRoutes, state: NetworkState) -> PlainRoutes:
    """`plain_routes`, from what is `known` of a similar state: of all that stands as it did the very same objects."""
    if known.places is None or list(before.ribs) != list(state.ribs) or not all(map(is_plain, state.ribs.values())):
        return plain_routes(state)
    learned = _learned(state)
    learned = known.learned if learned == known.learned else learned
    edited = _fixed_otherwise(before, state)
    apart = frozenset(edited | (learned ^ known.learned))
    if not apart:
        return known._replace(apart=apart)
    held, found = dict(known.places), dict(known.classes)
    for prefix in edited:
        held[prefix] = tuple(_holding(prefix, state))
    for prefix in apart:
        entries = held.get(prefix, ())
        if not entries:
            held.pop(prefix, None)
        if prefix in learned or any(_is_indirect(entry) for _, entry in entries):
            found[prefix] = prefix
        elif entries:
            found[prefix] = entries
        else:
            found.pop(prefix, None)
    return PlainRoutes(found, held, learned, apart)


def _is_indirect(entry: RibEntry) -> bool:
    return not all(hop.discard or hop.interface is not None for hop in entry.next_hops)


def _learned(state: NetworkState) -> frozenset[Prefix]:
    parts = {id(part): part for rib in state.ribs.values() if is_plain(rib) for part in rib.learned()}
    return frozenset().union(*parts.values())


def _fixed_otherwise(before: NetworkState, state: NetworkState) -> set[Prefix]:
    """Prefixes for which some table has another connected or static route than it had."""
    found: set[Prefix] = set()
    for vertex, rib in state.ribs.items():
        other = before.ribs[vertex]
        if rib is not other and is_plain(rib) and is_plain(other):
            for mine, its in zip(rib.fixed(), other.fixed(), strict=True):
                if mine is not its and mine != its:
                    found.update(prefix for prefix in {**mine, **its} if mine.get(prefix) != its.get(prefix))
    return found


def _holding(prefix: Prefix, state: NetworkState) -> Iterator[tuple[Vertex, RibEntry]]:
    for vertex, rib in state.ribs.items():
        if is_plain(rib):
            yield from ((vertex, table[prefix]) for table in rib.fixed() if prefix in table)
