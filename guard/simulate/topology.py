"""Layer 3 as it stands: which interfaces are up, who neighbours whom, who owns which address.

Law: every interface of every device has a state and a reason; edges come in pairs, one for each direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from guard.model.address import Address
from guard.model.device import Interface
from guard.model.state import Edge, InterfaceId, InterfaceState, StateNote


class Owner(NamedTuple):
    """Where an address is configured."""

    node: str
    vrf: str
    interface: str


@dataclass(frozen=True, slots=True)
class Topology:
    """Built by `topology_build.build`. `owned` and `folded` hold up interfaces' addresses and case-folded names.

    `configured` are the interfaces as the configuration has them, keyed like `interfaces`.
    """

    interfaces: Mapping[InterfaceId, InterfaceState]
    configured: Mapping[InterfaceId, Interface]
    edges: tuple[Edge, ...]
    owned: Mapping[Address, tuple[Owner, ...]]
    adjacent: Mapping[InterfaceId, tuple[InterfaceId, ...]]
    folded: Mapping[tuple[str, str], InterfaceId]
    up_nodes: frozenset[str]
    notes: tuple[StateNote, ...] = field(default=())

    def interface(self, node: str, name: str) -> InterfaceState | None:
        """State of one interface; the name is compared without regard to case."""
        found = self.folded.get((node, name.lower()))
        return self.interfaces[found] if found is not None else None

    def is_up(self, node: str, name: str) -> bool:
        state = self.interface(node, name)
        return state is not None and state.up

    def owners(self, address: Address) -> tuple[Owner, ...]:
        """All up interfaces that bear `address`, sorted; link-local addresses are not looked up here."""
        return self.owned.get(address, ())

    def owner(self, address: Address, vrf: str | None = None) -> Owner | None:
        """The first owner of `address` (in `vrf`, if given)."""
        for found in self.owners(address):
            if vrf is None or found.vrf == vrf:
                return found
        return None

    def neighbours(self, interface: InterfaceId) -> tuple[InterfaceId, ...]:
        """Interfaces at the other end of the layer-3 edges of `interface`, sorted."""
        return self.adjacent.get(interface, ())
