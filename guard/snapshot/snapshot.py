"""Snapshot: everything known of the network at one moment. Immutable, named by the digest of its files (law 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from guard.model.device import Device
from guard.model.dns import Zone
from guard.model.external import Announcement, LiveState, Problem, Roa
from guard.model.inventory import Inventory
from guard.model.state import Edge, InterfaceId
from guard.snapshot.names import Names


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the steps of a change took down or brought up, by interface or node: not a matter of any file."""

    down: frozenset[InterfaceId | str] = frozenset()
    up: frozenset[InterfaceId | str] = frozenset()


@dataclass(frozen=True)  # no slots: `names` is made when it is first asked for
class Snapshot:
    """`files`: relative path -> content as text. `devices` are keyed by name as configured, in sorted order.

    `down_interfaces`/`down_nodes` are everything that is down as the snapshot stands: runtime data, blacklist, live
    state, accepted maintenance, and what the change's `down` steps took. `layer1` None: no layer-1 file, so L3
    neighbours are those that share a subnet. `server_zones`: server -> zones it really serves.
    """

    files: Mapping[str, str]
    digest: str
    devices: Mapping[str, Device] = field(default_factory=dict)
    inventory: Inventory = field(default_factory=lambda: Inventory(given=False))
    layer1: tuple[Edge, ...] | None = None
    announcements: tuple[Announcement, ...] = ()
    live: LiveState = field(default_factory=LiveState)
    down_interfaces: frozenset[InterfaceId] = frozenset()
    down_nodes: frozenset[str] = frozenset()
    zones: Mapping[str, Zone] = field(default_factory=dict)
    server_zones: Mapping[str, Mapping[str, Zone]] = field(default_factory=dict)
    roas: tuple[Roa, ...] | None = None
    problems: tuple[Problem, ...] = ()
    overlay: Overlay = field(default_factory=Overlay)

    @cached_property
    def names(self) -> Names:
        return Names(self.devices)

    def device(self, name: str) -> Device | None:
        """By hostname or by file name, without regard to case (CONTRACT 1)."""
        return self.devices.get(self.names.node(name))
