"""The network as graphs that a failure takes things out of: who is next to whom, and who stays connected in the IGP.

Law: `certain` is what a failure surely takes down, `perhaps` all that it may; arguments that something survives use
`perhaps`, arguments that something is cut off use `certain`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass

from guard.model.address import Address
from guard.model.bgp import BgpNeighbor
from guard.model.device import Device
from guard.model.state import InterfaceId, Scenario
from guard.simulate.igp.core import Wire, spread_out
from guard.simulate.layer3.backbone import link_ends
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.forwarding import Forwarder


@dataclass(frozen=True, slots=True)
class Failed:
    """A failure with everything that it takes along: for certain, and perhaps."""

    nodes: frozenset[str]
    certain: frozenset[InterfaceId]
    perhaps: frozenset[InterfaceId]

    def spares(self, node: str, faces: Iterable[InterfaceId] = ()) -> bool:
        """Whether a node and some interfaces surely stay up."""
        return node not in self.nodes and self.perhaps.isdisjoint(faces)


class Components:
    """Who is connected within each area. Equal ones (`key`) are answered from memory, whatever failed.

    `lost`: routers that are gone from components that hold together otherwise; these still name them.
    """

    __slots__ = ("_of", "areas", "key", "lost", "parts")

    def __init__(
        self,
        of: Mapping[tuple[str, str], frozenset[str]],
        areas: tuple[str, ...],
    ) -> None:
        self._of = of
        self.areas = areas
        self.lost = _NOBODY
        self.parts = frozenset((area, component) for (area, _), component in of.items())
        self.key: Hashable = self.parts

    def without(self, nodes: frozenset[str]) -> Components:
        """The same, some routers gone: nobody else lost anybody but them."""
        found = copy(self)
        found.lost = nodes
        found.key = self.parts, nodes
        return found

    def of(self, area: str, node: str) -> frozenset[str]:
        """The routers that a router is connected with in an area, itself and lost ones among them; none beside it."""
        return self._of.get((area, node), _NOBODY) if node not in self.lost else _NOBODY

    def common(self, one: str, other: str) -> frozenset[str] | None:
        """The component that two routers share in some area, None where they share none."""
        if one in self.lost or other in self.lost:
            return None
        for area in self.areas:
            component = self._of.get((area, one))
            if component is not None and other in component:
                return component
        return None

    def among(self, node: str, others: frozenset[str]) -> frozenset[str]:
        """Those of some routers that share a component with one."""
        if node in self.lost:
            return _NOBODY
        near = [others & self._of[area, node] for area in self.areas if (area, node) in self._of]
        return (near[0] if len(near) == 1 else _NOBODY.union(*near)) - self.lost

    def items(self) -> Iterable[tuple[tuple[str, str], frozenset[str]]]:
        return self._of.items()


_NOBODY: frozenset[str] = frozenset()


def _neighbors(device: Device) -> Iterator[BgpNeighbor]:
    return (neighbor for process in device.bgp for neighbor in process.neighbors)


def _ports(device: Device) -> tuple[object, ...]:
    """What a device has, and what of it is built on what."""
    return tuple((each.name, each.kind, each.parent, each.switchport, each.members) for each in device.interfaces)


class Ground:
    """Prepared once for a state in which nothing has failed yet."""

    def __init__(self, forwarder: Forwarder) -> None:
        self.forwarder = forwarder
        self.links = forwarder.links
        self.state = forwarder.state
        self._peers: dict[InterfaceId, set[InterfaceId]] = defaultdict(set)
        for one, other in link_ends(self.links):
            self._peers[one].add(other)
            self._peers[other].add(one)
        self.core = forwarder.core
        self.areas = self.core.areas
        self._touching: dict[str | InterfaceId, set[str]] = defaultdict(set)
        for area, nodes in self.areas.items():
            for node, wires in nodes.items():
                self._touching[node].add(area)
                for _, here, there in wires:
                    self._touching[here].add(area)
                    self._touching[there].add(area)
        self.whole = Components(self.core.components, tuple(self.areas))
        self._members = frozenset(node for nodes in self.areas.values() for node in nodes)
        self._good: dict[tuple[str, Address], bool] = {}
        self.leaks = self._has_leaks()
        self._wires = self._layer3()

    def _has_leaks(self) -> bool:
        """Whether routes may come from one table to another."""
        devices = self.links.snapshot.devices.values()
        families = [family for device in devices for process in device.bgp for family in process.families]
        leaks = any(route.next_vrf for device in devices for route in device.static_routes)
        leaks = leaks or any(family.import_vrfs or family.import_targets for family in families)
        return leaks or any(each.overlays for device in devices for each in _neighbors(device))

    def _layer3(self) -> dict[str, list[Wire]]:
        """Neighbours in the global table; in any table where routes leak from one to another."""
        wires: dict[str, list[Wire]] = defaultdict(list)
        for here, face in self.state.interfaces.items():
            if face.up and (self.leaks or face.vrf == DEFAULT_VRF):
                wires[here.node] += [(there.node, here, there) for there in self.links.neighbours(here)]
        return wires

    def is_like(self, other: Ground) -> bool:
        """Whether every failure takes along and leaves what it does in another state."""
        if self.forwarder.before is not other.forwarder or not self.links.says_alike(_ports):
            return False
        return (self._peers, self.areas, self._wires) == (other._peers, other.areas, other._wires)

    # One failure

    def failed(self, scenario: Scenario) -> Failed:
        """What a failure takes along: far ends of links, subinterfaces, and what is built on switched ports."""
        nodes, certain = scenario.down_nodes, scenario.down_interfaces
        perhaps = set(certain)
        for face in certain:
            perhaps |= self._peers.get(face, set()) | self._built_on(face)
        for node in nodes & self.links.snapshot.devices.keys():
            for interface in self.links.snapshot.devices[node].interfaces:
                perhaps |= self._peers.get(InterfaceId(node, interface.name), set())
        return Failed(nodes, certain, frozenset(perhaps))

    def _built_on(self, face: InterfaceId) -> set[InterfaceId]:
        device = self.links.snapshot.devices.get(face.node)
        if device is None:
            return set()
        own = next((each for each in device.interfaces if each.name == face.interface), None)
        switched = own is not None and (own.switchport or any(own.name in each.members for each in device.interfaces))
        return {
            InterfaceId(face.node, each.name)
            for each in device.interfaces
            if each.parent == face.interface or (switched and each.kind in ("vlan", "port-channel", "subinterface"))
        }

    def components(self, failed: Failed) -> Components:
        """Who stays connected with whom in each area; areas that the failure does not touch stay as they were."""
        touched: set[str] = set()
        names: list[str | InterfaceId] = [*failed.nodes, *failed.perhaps]
        for name in names:
            touched |= self._touching.get(name, set())
        apart = {area for area in touched if not self._holds_together(area, failed)}
        gone = failed.nodes & self._members
        if not apart:
            return self.whole.without(gone) if gone else self.whole
        found = {key: component for key, component in self.whole.items() if key[0] not in apart}
        for area in apart:
            found.update(spread_out(area, self.areas[area], failed.nodes, failed.perhaps))
        left = Components(found, self.whole.areas)
        return left.without(gone) if gone else left

    def _holds_together(self, area: str, failed: Failed) -> bool:
        """Whether all that lost a neighbour in an area still reach each other: then nobody else lost anybody.

        Whoever had a way over what failed had one to a router beside it first.
        """
        wires = self.areas[area]
        beside = {face.node for face in failed.perhaps}.difference(failed.nodes).intersection(wires)
        beside.update(far for node in failed.nodes for far, _, _ in wires.get(node, ()) if far not in failed.nodes)
        for component in {self.whole.of(area, node) for node in beside}:
            left = set(beside & component)
            frontier = [left.pop()]
            seen = set(frontier)
            for node in frontier:
                if not left:
                    break
                for far, here, there in wires.get(node, ()):
                    if far in seen or far in failed.nodes or here in failed.perhaps or there in failed.perhaps:
                        continue
                    seen.add(far)
                    left.discard(far)
                    frontier.append(far)
            if left:
                return False
        return True

    def reached(self, starts: Iterable[str], failed: Failed) -> set[str]:
        """Every node that has some layer-3 way to one of `starts`, whatever the routes say."""
        frontier = [node for node in starts if node not in failed.nodes]
        seen = set(frontier)
        for node in frontier:
            for far, here, there in self._wires.get(node, ()):
                if far not in seen and far not in failed.nodes and failed.certain.isdisjoint((here, there)):
                    seen.add(far)
                    frontier.append(far)
        return seen

    def encloses(self, nodes: frozenset[str], failed: Failed) -> bool:
        """Whether nobody beside these nodes has any layer-3 way to those of them that are left."""
        return all(
            far in nodes or far in failed.nodes or not failed.certain.isdisjoint((here, there))
            for node in nodes.difference(failed.nodes)
            for far, here, there in self._wires.get(node, ())
        )

    # What the IGP alone carries

    def is_good(self, node: str, address: Address) -> bool:
        """Whether an address of a node is known by IGP alone to every router of its areas, and never filtered."""
        key = (node, address)
        if key not in self._good:
            owner, circle = self.core.circle(address)
            self._good[key] = (
                owner == node and bool(circle) and all(self.whole.of(area, node) <= circle for area in self.areas)
            )
        return self._good[key]
