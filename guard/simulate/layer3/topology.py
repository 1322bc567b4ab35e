"""Layer 3 as it stands: which interfaces are up, who shares a subnet with whom, who owns which address.

Law: every interface of every device has a state and a reason; neighbourhood is symmetric. A subnet with a thousand
members is one segment, not a million edges: edges are written out only when somebody reads them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, overload

from guard.model.address import Address
from guard.model.device import Interface
from guard.model.state import Edge, InterfaceId, InterfaceState, StateNote

#: Interfaces that exchange packets directly: one subnet of one broadcast domain, or the two ends of a link. Sorted.
Segment = tuple[InterfaceId, ...]


class Owner(NamedTuple):
    """Where an address is configured."""

    node: str
    vrf: str
    interface: str


class Edges(Sequence[Edge]):
    """All layer-3 edges of some segments, both directions, sorted; written out at the first reading."""

    __slots__ = ("_edges", "_topology")

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._edges: tuple[Edge, ...] | None = None

    def _all(self) -> tuple[Edge, ...]:
        if self._edges is None:
            tails = sorted(self._topology.segments_of)
            self._edges = tuple(Edge(tail, head) for tail in tails for head in self._topology.neighbours(tail))
        return self._edges

    def neighbours(self, interface: InterfaceId) -> tuple[InterfaceId, ...]:
        """See `Topology.neighbours`: what one interface needs, without writing all edges out."""
        return self._topology.neighbours(interface)

    @overload
    def __getitem__(self, index: int) -> Edge: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Edge]: ...
    def __getitem__(self, index: int | slice) -> Edge | Sequence[Edge]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Edge]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())


@dataclass(frozen=True, slots=True)
class Topology:
    """Built by `layer3.build`. `configured` are the interfaces as the configuration has them, keyed like `interfaces`.

    `owned`: addresses of up interfaces; `segments_of`: the segments that an up interface is a member of; `far_ends`:
    the other end of each point-to-point link, up or not.
    """

    interfaces: Mapping[InterfaceId, InterfaceState]
    configured: Mapping[InterfaceId, Interface]
    folded: Mapping[tuple[str, str], InterfaceId]
    far_ends: Mapping[InterfaceId, InterfaceId]
    segments: tuple[Segment, ...]
    segments_of: Mapping[InterfaceId, tuple[int, ...]]
    owned: Mapping[Address, tuple[Owner, ...]]
    notes: tuple[StateNote, ...] = ()
    _neighbours: dict[InterfaceId, tuple[InterfaceId, ...]] = field(default_factory=dict, repr=False, compare=False)
    _up: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def edges(self) -> Edges:
        return Edges(self)

    def find(self, node: str, name: str) -> InterfaceId | None:
        """An interface by name, without regard to case."""
        return self.folded.get((node, name.lower()))

    def interface(self, node: str, name: str) -> InterfaceState | None:
        found = self.folded.get((node, name.lower()))
        return self.interfaces[found] if found is not None else None

    def is_up(self, node: str, name: str) -> bool:
        state = self.interface(node, name)
        return state is not None and state.up

    def up(self, node: str) -> frozenset[str]:
        """The interfaces of a node that are up, by name."""
        if not self._up:
            found: dict[str, list[str]] = defaultdict(list)
            for key, state in self.interfaces.items():
                if state.up:
                    found[key.node].append(key.interface)
            self._up.update((each, frozenset(names)) for each, names in found.items())
        return self._up.get(node, frozenset())

    def owners(self, address: Address) -> tuple[Owner, ...]:
        """All up interfaces that bear `address`, sorted; those that share it as a virtual address come last."""
        return self.owned.get(address, ())

    def owner(self, address: Address, vrf: str | None = None) -> Owner | None:
        """The first owner of `address` (in a VRF of that name, if given)."""
        for found in self.owned.get(address, ()):
            if vrf is None or found.vrf == vrf:
                return found
        return None

    def neighbours(self, interface: InterfaceId) -> tuple[InterfaceId, ...]:
        """Up interfaces at the other end of the layer-3 edges of `interface`, sorted (never of the same table)."""
        known = self._neighbours.get(interface)
        if known is None:
            known = self._neighbours[interface] = self._find_neighbours(interface)
        return known

    def links(self, node: str, interface: Interface) -> list[Interface]:
        """Those that are up, of a bundle or of the bundle that a subinterface belongs to."""
        bundle = self.find(node, interface.parent or interface.name)
        names = self.configured[bundle].members if bundle is not None else ()
        links = [self.find(node, name) for name in names]
        return [self.configured[each] for each in links if each is not None and self.interfaces[each].up]

    def _find_neighbours(self, interface: InterfaceId) -> tuple[InterfaceId, ...]:
        vrf = self.interfaces[interface].vrf if interface in self.interfaces else ""
        found = {
            other
            for index in self.segments_of.get(interface, ())
            for other in self.segments[index]
            if other.node != interface.node or self.interfaces[other].vrf != vrf
        }
        return tuple(sorted(found))
