"""What main RIBs may hold of other protocols than BGP, told without deciding each prefix at each router.

Law: a superset is safe. Two prefixes of one class are held alike by everybody; where tables cannot tell, each prefix is
a class of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
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
    that an IGP may offer to somebody.
    """

    classes: Mapping[Prefix, Hashable]
    places: Mapping[Prefix, tuple[tuple[Vertex, RibEntry], ...]] | None
    learned: frozenset[Prefix]


def is_plain(rib: object) -> TypeGuard[Plain]:
    """Whether a main RIB can say what it may hold beside BGP."""
    return offers(type(rib), Plain)


def plain_routes(state: NetworkState) -> PlainRoutes:
    """See PlainRoutes."""
    alone: set[Prefix] = set()
    learned: set[Prefix] = set()
    places: dict[Prefix, list[tuple[Vertex, RibEntry]]] = {}
    tells = True
    seen: dict[int, Collection[Prefix]] = {}
    for vertex, rib in state.ribs.items():
        if not is_plain(rib):
            alone.update(rib.prefixes())
            tells = False
            continue
        for part in rib.learned():
            if id(part) not in seen:
                seen[id(part)] = part
                alone.update(part)
                learned.update(part)
        for table in rib.fixed():
            for prefix, entry in table.items():
                places.setdefault(prefix, []).append((vertex, entry))
                if not all(hop.discard or hop.interface is not None for hop in entry.next_hops):
                    alone.add(prefix)
    held = {prefix: tuple(entries) for prefix, entries in places.items()}
    found: dict[Prefix, Hashable] = {**held}
    found.update((prefix, prefix) for prefix in alone)
    return PlainRoutes(found, held if tells else None, frozenset(learned))
