"""Management paths: from a jump host to every device that it must go on reaching, there and back.

Law: a path counts from any address of the source (CONTRACT 2). `without_backbone`: it must exist with every backbone
link down; where today's way uses none that is shown already, else the network is asked with all of them down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from guard.model.acl import Flow
from guard.model.address import Address
from guard.model.device import Device
from guard.model.facts import Disposition, ManagementFact
from guard.model.inventory import ManagementPath
from guard.model.state import InterfaceId, InterfaceState, NetworkState, Scenario
from guard.simulate.layer3.backbone import crossing_ends
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.following import FlowGraph, follow
from guard.simulate.packets.forwarding import Forwarder

#: SSH, the port that people come by.
SSH = 22
#: Interfaces of a target with the address that is asked for, and as they stand.
Targets = tuple[tuple[str, Address, InterfaceState | None], ...]


def management_facts(forwarder: Forwarder, state_of: Callable[[Scenario], NetworkState]) -> tuple[ManagementFact, ...]:
    """One fact for each source, target and address, in the order of the inventory."""
    given = forwarder.links.standing, forwarder.links.doors
    return forwarder.answers.once("management", given, lambda: tuple(_Ways(forwarder, state_of).facts()))


class _Ways:
    def __init__(self, forwarder: Forwarder, state_of: Callable[[Scenario], NetworkState]) -> None:
        self.forwarder = forwarder
        self.snapshot = forwarder.links.snapshot
        self._state_of = state_of
        self._bare: Forwarder | None = None
        self.backbone = crossing_ends(forwarder.links)
        self._own: dict[str, tuple[tuple[str, Address], ...]] = {}
        self._wanted: dict[tuple[str, tuple[str, ...]], Targets] = {}

    def facts(self) -> Iterator[ManagementFact]:
        names, inventory = tuple(self.snapshot.devices), self.snapshot.inventory
        for path in inventory.management:
            for source in (name for name in names if inventory.names(name, path.sources)):
                for target in (name for name in names if inventory.names(name, path.targets) and name != source):
                    yield self._fact(path, source, target)

    def _fact(self, path: ManagementPath, source: str, target: str) -> ManagementFact:
        wanted, own = self._targets(target, path.interfaces), self._sources(source)
        given = path, wanted, own, self.backbone if path.without_backbone else None
        name = ("management", path.source, source, target)
        return self.forwarder.answers.once(name, given, lambda: self._find(path, source, target))

    def _find(self, path: ManagementPath, source: str, target: str) -> ManagementFact:
        wanted = self._targets(target, path.interfaces)
        if not wanted:
            asked = " or ".join(path.interfaces) or "a loopback"
            return ManagementFact(source, target, None, False, path.source, why=f"{target} has no address on {asked}")
        best: ManagementFact | None = None
        for face, address, _ in wanted:
            best = self._to(path, source, InterfaceId(target, face), address)
            if best.reachable:
                return best
        assert best is not None
        return best

    def _targets(
        self, target: str, interfaces: tuple[str, ...]
    ) -> tuple[tuple[str, Address, InterfaceState | None], ...]:
        """The addresses that a path asks for, each with its interface as it stands."""
        key = (target, interfaces)
        if key not in self._wanted:
            states = self.forwarder.state.interfaces
            found = target_addresses(self.snapshot.devices[target], interfaces)
            self._wanted[key] = tuple((face, a, states.get(InterfaceId(target, face))) for face, a in found)
        return self._wanted[key]

    def _sources(self, source: str) -> tuple[tuple[str, Address], ...]:
        """(VRF, address) that a source may speak from, in the order of its interfaces."""
        if source not in self._own:
            states = self.forwarder.state.interfaces
            faces = (states.get(InterfaceId(source, face.name)) for face in self.snapshot.devices[source].interfaces)
            up = [face for face in faces if face is not None and face.up]
            self._own[source] = tuple((f.vrf, own) for f in up for own, _ in f.addresses if not own.is_link_local)
        return self._own[source]

    def _to(self, path: ManagementPath, source: str, place: InterfaceId, address: Address) -> ManagementFact:
        nodes, crossed, why = self._through(self.forwarder, source, place, address)
        if not why and path.without_backbone and crossed & self.backbone:
            if self.forwarder.answers.reading is not None:
                self.forwarder.answers.reading.is_more = True  # another state, which has none before it
            nodes, _, why = self._through(self._without_backbone(), source, place, address)
            why = why and f"only over the backbone: {why}"
        return ManagementFact(source, place.node, address, not why, path.source, nodes, why)

    def _without_backbone(self) -> Forwarder:
        if self._bare is None:
            now = self.forwarder.state.scenario
            scenario = Scenario(now.down_nodes, now.down_interfaces | self.backbone, "no backbone")
            self._bare = Forwarder(self.snapshot, self._state_of(scenario))
        return self._bare

    def _through(
        self, forwarder: Forwarder, source: str, place: InterfaceId, address: Address
    ) -> tuple[frozenset[str], frozenset[InterfaceId], str]:
        """Nodes and interfaces of the first way that works there and back, and why none does ("" where one does)."""
        face = forwarder.state.interfaces.get(place)
        if face is None or not face.up:
            return frozenset(), frozenset(), f"{place} is down"
        why = f"{source} has no address that is up"
        for configured in self.snapshot.devices[source].interfaces:
            state = forwarder.state.interfaces.get(InterfaceId(source, configured.name))
            for own, _ in state.addresses if state is not None and state.up else ():
                if state is None or own.version != address.version or own.is_link_local:
                    continue
                there = _go(forwarder, source, state.vrf, own, address, answer=False)
                why = _failure(there, address)
                if not why:
                    back = _go(forwarder, place.node, face.vrf, address, own, answer=True)
                    why = _failure(back, own) and f"no way back: {_failure(back, own)}"
                    if not why:
                        nodes = frozenset(node for node, _ in there.passed | back.passed)
                        return nodes, _interfaces(there) | _interfaces(back), ""
        return frozenset(), frozenset(), why


def _go(forwarder: Forwarder, node: str, vrf: str, source: Address, to: Address, *, answer: bool) -> FlowGraph:
    ports = (SSH, 49152) if answer else (49152, SSH)
    flow = Flow(source.value, to.value, to.version, 6, ports[0], ports[1], answer)
    return follow(forwarder, (node, vrf), "", flow)


def _failure(graph: FlowGraph, address: Address) -> str:
    """Why not every way arrives, "" where all do."""
    for fate in sorted(graph.fates):
        if fate.disposition is not Disposition.ACCEPTED:
            return f"{address} ends {fate.disposition} at {fate.node}" + (f" ({fate.detail})" if fate.detail else "")
    return "" if graph.fates else f"{address} goes nowhere"


def _interfaces(graph: FlowGraph) -> frozenset[InterfaceId]:
    return frozenset(end for crossing in graph.crossed for end in crossing)


def target_addresses(device: Device, interfaces: tuple[str, ...]) -> list[tuple[str, Address]]:
    """(interface, address) of the named interfaces, else the lowest loopback address (else the lowest of all)."""
    bound = [(face, b.address) for face in device.interfaces for b in face.addresses if not b.address.is_link_local]
    if interfaces:
        globs = [glob.lower() for glob in interfaces]
        return [(f.name, a) for f, a in bound if any(fnmatchcase(f.name.lower(), glob) for glob in globs)]
    loopbacks = [(f.name, a) for f, a in bound if f.kind == "loopback" and f.vrf == DEFAULT_VRF]
    every = loopbacks or [(f.name, a) for f, a in bound]
    return sorted(every, key=lambda each: each[1])[:1]
