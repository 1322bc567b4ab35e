"""What packets do, step by step, and how those to one address end."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar, cast

from guard.model.address import Address
from guard.model.facts import Disposition, Fate
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.rib.plain_routes import Vertex

T = TypeVar("T")

ARRIVED = frozenset({Disposition.ACCEPTED, Disposition.DELIVERED_TO_SUBNET})


class Move(NamedTuple):
    """A packet goes on: out of `out` (to `gateway`), into `into` of the next table; "" each inside a node (a leak)."""

    out: str
    gateway: Address | None
    head: Vertex
    into: str


Step = Move | Fate


class Ends(NamedTuple):
    """How packets to one destination end from one table: their fates, and the sites of ours where they leave or end."""

    fates: frozenset[Fate]
    sites: frozenset[str]


NOWHERE = Ends(frozenset(), frozenset())


class Column:
    """How packets to one address end, from every global table (and from others on their way).

    `facts`: what others read off the column and its place in the inventory, by name. States in which it is the same
    share one column, and so what was read off it.
    """

    __slots__ = ("circle", "destination", "facts", "known")

    def __init__(
        self, destination: Address, known: Mapping[Vertex, Ends], circle: frozenset[str] = frozenset()
    ) -> None:
        self.destination = destination
        self.known = known
        self.circle = circle  # nodes whose packets reach one of them by the IGP, whatever way that takes
        self.facts: dict[Hashable, object] = {}

    def once(self, name: Hashable, read: Callable[[], T]) -> T:
        """`read()`, remembered: it must hang on the column and the inventory alone."""
        if name not in self.facts:
            self.facts[name] = read()
        return cast(T, self.facts[name])

    def __contains__(self, vertex: Vertex) -> bool:
        return vertex in self.known

    def fates(self, node: str) -> frozenset[Fate]:
        return self.known.get((node, DEFAULT_VRF), NOWHERE).fates

    def sites(self, node: str) -> frozenset[str]:
        """Sites where the packets end or leave the network; a node that belongs to no site stands for itself."""
        return self.known.get((node, DEFAULT_VRF), NOWHERE).sites

    def items(self) -> Iterable[tuple[Vertex, Ends]]:
        return self.known.items()
