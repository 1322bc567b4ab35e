"""What a change takes down or removes on purpose: no subject of some checks by itself (CONTRACT 2).

Nodes that are taken down or removed, interfaces that are shut, taken down or removed, and the addresses and subnets on
both. What goes down because of these (a far end) is not taken, it is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guard.model.address import Prefix
from guard.model.change import DownUp, Step
from guard.model.device import Interface
from guard.model.state import InterfaceId
from guard.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Taken:
    """`by_down`: the part of it that `down` steps take. `prefixes`: addresses (as host prefixes) and subnets gone."""

    nodes: frozenset[str] = frozenset()
    interfaces: frozenset[InterfaceId] = frozenset()
    prefixes: frozenset[Prefix] = frozenset()
    by_down: frozenset[str] = frozenset()  # node or node[interface]

    def covers(self, prefix: Prefix) -> bool:
        """Whether the prefix is, or lies in, a subnet or an address that was taken."""
        if prefix in self.prefixes:
            return True
        return any(taken.covers(prefix) for taken in self.prefixes)


def taken(
    steps: Sequence[Step],
    base: Snapshot,
    after: Snapshot,
    commands: tuple[frozenset[str], frozenset[InterfaceId]] = (frozenset(), frozenset()),
) -> Taken:
    """What `steps`, all done, have taken down or removed against the base; `commands` while they run."""
    removed = frozenset(base.devices) - frozenset(after.devices)
    nodes = removed | (after.down_nodes - base.down_nodes) | commands[0]
    interfaces = (after.down_interfaces - base.down_interfaces) | commands[1] | frozenset(_shut(base, after))
    prefixes = _prefixes(base, after, nodes, interfaces)
    return Taken(nodes, interfaces, prefixes, _by_down(steps, base, after))


def _shut(base: Snapshot, after: Snapshot) -> Iterator[InterfaceId]:
    for name, old in base.devices.items():
        new = after.devices.get(name)
        if new is None or new is old:
            continue
        now = {each.name: each for each in new.interfaces}
        for each in old.interfaces:
            later = now.get(each.name)
            if not each.shutdown and (later is None or later.shutdown):
                yield InterfaceId(name, each.name)


def _prefixes(
    base: Snapshot, after: Snapshot, nodes: frozenset[str], interfaces: frozenset[InterfaceId]
) -> frozenset[Prefix]:
    gone = set[Prefix]()
    for name in nodes | {each.node for each in interfaces}:
        device = base.devices.get(name)
        for interface in device.interfaces if device else ():
            if name in nodes or InterfaceId(name, interface.name) in interfaces:
                gone.update(_on(interface))
    if not gone:
        return frozenset()
    return frozenset(gone - _still_on(after, nodes, interfaces))  # what another interface serves as well is not taken


def _still_on(after: Snapshot, nodes: frozenset[str], interfaces: frozenset[InterfaceId]) -> set[Prefix]:
    found = set[Prefix]()
    for device in after.devices.values():
        if device.name in nodes or device.name in after.down_nodes:
            continue
        for interface in device.interfaces:
            id = InterfaceId(device.name, interface.name)
            if not interface.shutdown and id not in interfaces and id not in after.down_interfaces:
                found.update(_on(interface))
    return found


def _on(interface: Interface) -> Iterator[Prefix]:
    for each in interface.addresses:
        yield each.address.host
        yield each.prefix
    for address in interface.virtual_addresses:
        yield address.host


def _by_down(steps: Sequence[Step], base: Snapshot, after: Snapshot) -> frozenset[str]:
    named = set[str]()
    for step in steps:
        for part in step.parts:
            if isinstance(part, DownUp):
                named.update(_named(part, after))
    down = {str(each) for each in after.down_interfaces - base.down_interfaces} | after.down_nodes - base.down_nodes
    return frozenset(each for each in down if each.lower() in named)


def _named(part: DownUp, after: Snapshot) -> Iterator[str]:
    for name in part.down:
        kind, _, risk = name.partition(":")
        if kind != "shared_risk":
            yield name.lower()
            continue
        for each in after.inventory.shared_risks:
            if each.name == risk:
                yield from (str(member).lower() for member in (*each.interfaces, *each.nodes))
