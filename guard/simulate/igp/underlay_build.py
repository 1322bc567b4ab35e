"""Builds what lies under BGP: topology once, then static routes and IGPs to their common fixed point.

Law: everything that does not depend on BGP is computed once and shared by all rounds; a round only adds the overlay.
Static routes may resolve through an IGP, an IGP may carry static routes: rounds repeat until neither changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Address, Prefix
from guard.model.device import Device
from guard.model.igp import OspfProcess
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import IgpAdjacency, Scenario, StateNote
from guard.simulate.igp.kept import KeptInsides, read_by_isis, read_by_ospf
from guard.simulate.igp.moved import Moved
from guard.simulate.layer3 import build as layer3
from guard.simulate.layer3 import connected
from guard.simulate.layer3.links import PrefixSet
from guard.simulate.layer3.topology import Topology
from guard.simulate.policy.evaluator import Evaluator
from guard.simulate.rib import static
from guard.simulate.rib.learners import Learners
from guard.simulate.rib.main_rib import IgpTable, MainRib, lengths_by_version
from guard.simulate.rib.recursion import Resolver
from guard.simulate.rib.redistribution import takes_links
from guard.simulate.rib.underlay import Overlay, Resolution
from guard.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from guard.simulate.igp.eigrp import Eigrp
    from guard.simulate.igp.eigrp import Injected as EigrpInjected
    from guard.simulate.igp.eigrp_graph import EigrpGraph
    from guard.simulate.igp.isis import Isis, IsisExternal, IsisPaths
    from guard.simulate.igp.ospf import External, Ospf
    from guard.simulate.igp.ospf_internal import Internal, Memory
    from guard.simulate.igp.rip import Rip, RipExternal, RipGraph

#: Rounds between static routes and IGPs; each adds a level of dependence, real networks have one or two.
ROUNDS = 16
OSPF_VERSIONS = (2, 3)


@dataclass(frozen=True, slots=True)
class Injected:
    """What IGPs carry that is not their own: by OSPF version, by address family of IS-IS, of RIP and of EIGRP."""

    ospf: Mapping[int, tuple[External, ...]]
    isis: Mapping[int, tuple[IsisExternal, ...]]
    rip: tuple[RipExternal, ...] = ()
    eigrp: EigrpInjected | None = None


@dataclass(slots=True)
class Ground:
    """What does not depend on BGP: topology, connected routes, configured static routes, the inside of the IGPs."""

    devices: Mapping[str, Device]
    topology: Topology
    own: connected.Tables
    static: Mapping[str, Mapping[str, static.Plan]]
    vrf_names: Mapping[str, tuple[str, ...]]
    kept: Kept
    ospf: dict[int, Internal] = field(default_factory=dict)
    isis: dict[int, IsisPaths] = field(default_factory=dict)
    rip: RipGraph | None = None
    eigrp: EigrpGraph | None = None
    _evaluators: dict[str, Evaluator] = field(default_factory=dict)
    _eigrp: dict[EigrpInjected, Eigrp] = field(default_factory=dict)

    def evaluator(self, node: str) -> Evaluator:
        """The policy evaluator of a node, made at first use."""
        known = self._evaluators.get(node)
        if known is None:
            known = self._evaluators[node] = Evaluator(self.devices[node])
        return known

    def constant_static(self, node: str, vrf: str) -> Mapping[Prefix, RibEntry]:
        """Static routes that are active whatever happens."""
        plan = self.static.get(node, {}).get(vrf)
        return plan.constant if plan is not None else {}

    def eigrp_with(self, injected: EigrpInjected) -> Eigrp | None:
        """EIGRP's tables given what it takes from the main RIBs; the last ones are remembered, as rounds ask again."""
        if self.eigrp is None:
            return None
        known = self._eigrp.get(injected)
        if known is None:
            from guard.simulate.igp.eigrp import Eigrp

            known = self._eigrp[injected] = Eigrp(self.eigrp, injected, self.evaluator)
            if len(self._eigrp) > _REMEMBERED:
                del self._eigrp[next(iter(self._eigrp))]
        return known

    def ospf_with(self, version: int, externals: tuple[External, ...]) -> Ospf:
        """OSPF's tables given what it carries for others; those that filter are made for each snapshot."""
        from guard.simulate.igp.ospf import Ospf

        internal = self.ospf[version]
        if any(router.process.distribute_list_in for router in internal.graph.routers):
            return Ospf(internal, externals)
        return self.kept.ospf[version].tables(internal, externals, Ospf)

    def isis_with(self, family: int, externals: tuple[IsisExternal, ...]) -> Isis:
        """IS-IS's tables given what it carries for others."""
        from guard.simulate.igp.isis import Isis

        return self.kept.isis[family].tables(self.isis[family], externals, Isis)

    def vrfs(self, node: str) -> tuple[str, ...]:
        return self.vrf_names.get(node, ("default",))


#: Rounds of EIGRP that are remembered: with nothing taken in, and the last ones.
_REMEMBERED = 4


class Parts(NamedTuple):
    """What follows from one device's configuration alone."""

    device: Device
    static: dict[str, static.Plan]
    vrfs: tuple[str, ...]


@dataclass(slots=True)
class Kept:
    """What similar snapshots and scenarios share: a device's parts, its connected routes, distances of an area, and,
    while nothing fails, whole insides of link-state protocols."""

    distances: Memory = field(default_factory=dict)
    ospf: dict[int, KeptInsides[Internal, External, Ospf]] = field(default_factory=dict)
    isis: dict[int, KeptInsides[IsisPaths, IsisExternal, Isis]] = field(default_factory=dict)
    connected: dict[str, connected.Known] = field(default_factory=dict)
    wiring: layer3.Kept = field(default_factory=layer3.Kept)
    base: bool = False  # whether what is laid now is the base of what comes
    parts: dict[str, Parts] = field(default_factory=dict)

    def of(self, name: str, device: Device) -> Parts:
        held = self.parts.get(name)
        if held is None or held.device is not device:
            held = self.parts[name] = Parts(device, static.plans(device), _vrfs(device))
        return held


def _vrfs(device: Device) -> tuple[str, ...]:
    found = {vrf.name for vrf in device.vrfs} | {interface.vrf for interface in device.interfaces}
    found |= {route.vrf for route in device.static_routes} | {route.vrf for route in device.aggregates}
    found |= {process.vrf for process in device.bgp}
    return ("default", *sorted(found - {"default"}))


def lay(snapshot: Snapshot, scenario: Scenario, kept: Kept | None = None) -> Ground:
    """Everything below BGP that no route of BGP can change."""
    kept = kept if kept is not None else Kept()
    topology = layer3.build(snapshot, scenario, kept.wiring, base=kept.base)
    parts = {name: kept.of(name, device) for name, device in sorted(snapshot.devices.items())}
    ground = Ground(
        snapshot.devices,
        topology,
        connected.tables(snapshot.devices, topology, kept.connected),
        {name: part.static for name, part in parts.items() if part.static},
        {name: part.vrfs for name, part in parts.items()},
        kept,
    )
    for version in OSPF_VERSIONS:
        if any(process.version == version for device in snapshot.devices.values() for process in device.ospf):
            make = partial(_internal, snapshot, topology, version, kept.distances)
            shared = kept.ospf.setdefault(version, KeptInsides())
            read = read_by_ospf(snapshot.devices)
            ground.ospf[version] = make(None) if scenario.fails else shared.inside(topology, read, make, base=kept.base)
    for family in _isis_families(snapshot.devices):
        paths = partial(_isis_paths, snapshot, topology, family, kept.distances)
        ways = kept.isis.setdefault(family, KeptInsides())
        read = read_by_isis(snapshot.devices)
        ground.isis[family] = paths(None) if scenario.fails else ways.inside(topology, read, paths, base=kept.base)
    if any(device.rip for device in snapshot.devices.values()):
        from guard.simulate.igp import rip

        ground.rip = rip.build(snapshot.devices, topology)
    if any(device.eigrp for device in snapshot.devices.values()):
        from guard.simulate.igp import eigrp_graph

        ground.eigrp = eigrp_graph.build(snapshot.devices, topology)
    return ground


def _isis_families(devices: Mapping[str, Device]) -> list[int]:
    found: set[int] = set()
    for device in devices.values():
        for process in device.isis:
            for interface in process.interfaces:
                found |= interface.versions
    return sorted(found)


def _isis_paths(
    snapshot: Snapshot, topology: Topology, family: int, memory: Memory, _: IsisPaths | None
) -> IsisPaths:
    from guard.simulate.igp import isis_graph
    from guard.simulate.igp.isis import IsisPaths

    graph = isis_graph.build(snapshot.devices, topology, family)
    return IsisPaths(graph, memory)


def _internal(
    snapshot: Snapshot, topology: Topology, version: int, memory: Memory, like: Internal | None
) -> Internal:
    from guard.simulate.igp import ospf_graph
    from guard.simulate.igp.ospf_internal import Internal

    graph = ospf_graph.build(snapshot.devices, topology, version, like.graph if like is not None else None)
    return Internal(graph, memory)


class Network:
    """Implements guard.simulate.rib.underlay.Underlay over the main RIBs of one round."""

    def __init__(self, ground: Ground, overlay: Overlay | None) -> None:
        self._ground = ground
        self.overlay = overlay
        self.notes: list[StateNote] = [*ground.topology.notes, *static.notes(ground.devices)]
        self.ribs: dict[tuple[str, str], MainRib] = {}
        self.ospf: dict[int, Ospf] = {}
        self.isis: dict[int, Isis] = {}
        self.rip: Rip | None = None
        self.eigrp: Eigrp | None = None
        self.igp_externals: dict[str, frozenset[Prefix]] = {}
        self.injected = Injected({}, {})
        self._overlay_lengths = lengths_by_version(overlay.universe) if overlay is not None else {}
        self._static: dict[tuple[str, str], Mapping[Prefix, RibEntry]] = {}
        self.resolver = Resolver(self.ribs)
        self._carried: dict[Address, frozenset[str]] = {}
        self._prefixes: tuple[PrefixSet, frozenset[Prefix]] | None = None
        self._learners: Learners | None = None
        self._moved: Moved | None = None
        self._settle()

    # -------------------------------------------------------------------------------------------- Underlay

    @property
    def topology(self) -> Topology:
        return self._ground.topology

    @property
    def adjacencies(self) -> tuple[IgpAdjacency, ...]:
        graphs = [internal.graph.adjacencies for internal in self._ground.ospf.values()]
        graphs += [paths.graph.adjacencies for paths in self._ground.isis.values()]
        graphs += [self._ground.eigrp.adjacencies] if self._ground.eigrp is not None else []
        return tuple(dict.fromkeys(each for adjacencies in graphs for each in adjacencies))

    def vrfs(self, node: str) -> tuple[str, ...]:
        return self._ground.vrfs(node)

    def entry(self, node: str, vrf: str, prefix: Prefix) -> RibEntry | None:
        rib = self.ribs.get((node, vrf))
        return rib.underlay(prefix) if rib is not None else None

    def entries(self, node: str, vrf: str) -> Iterator[tuple[Prefix, RibEntry]]:
        rib = self.ribs.get((node, vrf))
        for prefix in rib.underlay_prefixes() if rib is not None else ():
            entry = rib.underlay(prefix) if rib is not None else None
            if entry is not None:
                yield prefix, entry

    def of_protocol(
        self, node: str, vrf: str, protocols: frozenset[RouteProtocol], process: str = ""
    ) -> Iterator[tuple[Prefix, RibEntry]]:
        rib = self.ribs.get((node, vrf))
        if rib is None:
            return
        found: set[Prefix] = set()
        if protocols & {RouteProtocol.CONNECTED, RouteProtocol.LOCAL}:
            found.update(rib.own)
        if protocols & {RouteProtocol.STATIC, RouteProtocol.AGGREGATE}:
            found.update(rib.static)
        if protocols - {RouteProtocol.CONNECTED, RouteProtocol.LOCAL, RouteProtocol.STATIC}:
            for table in rib.igps:
                if not process or table.process == process:
                    found.update(table.prefixes())
        links = dict(rib.run_on(protocols, process)) if takes_links(self._ground.devices[node]) else {}
        for prefix in sorted(found.union(links)):
            entry = links.get(prefix) or rib.underlay(prefix)
            if entry is not None and (entry.protocol in protocols or prefix in links):
                yield prefix, entry

    def resolve(self, node: str, vrf: str, address: Address) -> Resolution | None:
        return self.resolver.resolve(node, vrf, address)

    def beneath(self, node: str, vrf: str, address: Address) -> Resolution | None:
        return self.resolver.beneath(node, vrf, address)

    def carried(self, address: Address) -> frozenset[str]:
        """Nodes whose global table surely resolves `address` by an IGP's own route, whatever BGP says."""
        known = self._carried.get(address)
        if known is None:
            known = self._carried[address] = self._find_carried(address)
        return known

    def _find_carried(self, address: Address) -> frozenset[str]:
        """All go by the longest prefix that an IGP may tell of, but who holds one of the longer ones himself."""
        private, shared = self.chain(address)
        if shared is None:
            return frozenset()
        if self._learners is None:
            self._learners = Learners(self.ribs)
        return self._learners.of(shared, private)

    def vouches(self, node: str, vrf: str, address: Address) -> bool:
        """Whether a table surely resolves `address` by a host route of OSPF or IS-IS, whatever else there is."""
        rib, host = self.ribs.get((node, vrf)), address.host
        if type(rib) is not MainRib or self._ground.rip is not None or self._ground.eigrp is not None:
            return False
        return (self.overlay is None or host not in self.overlay.universe) and rib.is_learned(host)

    def chain(self, address: Address) -> tuple[tuple[Prefix, ...], Prefix | None]:
        """The longest prefix that holds the address of those that an IGP may tell of, and longer ones before it.

        These are connected or static routes of single tables. None where there is none, or where BGP has one before it.
        """
        if self._prefixes is None:
            taught = self._taught_prefixes()
            self._prefixes = PrefixSet(self._all_prefixes() | taught), frozenset(taught)
        found: list[Prefix] = []
        for prefix in self._prefixes[0].covering(address.host):
            if prefix.length == 0 or (self.overlay is not None and prefix in self.overlay.universe):
                break
            if prefix in self._prefixes[1]:
                return tuple(found), prefix
            found.append(prefix)
        return tuple(found), None

    def since(self, other: Network) -> Moved:
        """This state beside another one; the last answer is remembered."""
        if self._moved is None or self._moved.old is not other:
            self._moved = Moved(other, self)
        return self._moved

    def _all_prefixes(self) -> set[Prefix]:
        found: set[Prefix] = set(self.overlay.universe) if self.overlay is not None else set()
        for rib in self.ribs.values():
            found.update(rib.own, rib.static)
        return found

    def _taught_prefixes(self) -> set[Prefix]:
        """What some IGP may tell of."""
        found: set[Prefix] = set()
        for ospf in self.ospf.values():
            found.update(ospf.internal.numbers, (each.prefix for each in ospf.externals))
        for isis in self.isis.values():
            found.update(isis.numbers)
        for table in self.rip.tables.values() if self.rip is not None else ():
            found.update(table)
        for routes in self.eigrp.tables.values() if self.eigrp is not None else ():
            found.update(routes)
        return found

    def connected(self, node: str, vrf: str, address: Address) -> str | None:
        own = self._ground.own.get((node, vrf), {})
        best: tuple[int, str] | None = None
        for prefix, entry in own.items():
            if entry.protocol is RouteProtocol.CONNECTED and prefix.contains(address):
                name = entry.next_hops[0].interface
                if name is not None and (best is None or prefix.length > best[0]):
                    best = (prefix.length, name)
        return best[1] if best else None

    def hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        """Forwarding next hops of the installed entry for exactly this prefix."""
        rib = self.ribs.get((node, vrf))
        entry = rib.get(prefix) if rib is not None else None
        return self.resolver.hops(node, vrf, prefix, entry) if entry is not None else ()

    def fixed(self, node: str, vrf: str) -> tuple[Mapping[Prefix, RibEntry], Mapping[Prefix, RibEntry]]:
        """Connected and local routes, and active static ones; the same objects where nothing changed."""
        rib = self.ribs.get((node, vrf))
        return rib.fixed() if rib is not None else ({}, {})

    def static_entries(self) -> Mapping[tuple[str, str], Mapping[Prefix, RibEntry]]:
        """(node, VRF) -> its active static routes."""
        return self._static

    # -------------------------------------------------------------------------------------------- fixed point

    def _settle(self) -> None:
        """Static routes and what IGPs carry for others, until both stand still."""
        ground = self._ground
        injected = Injected(dict.fromkeys(ground.ospf, ()), dict.fromkeys(ground.isis, ()))
        if ground.eigrp is not None:
            from guard.simulate.igp import eigrp

            injected = replace(injected, eigrp=eigrp.Injected())
        self._rebuild(injected)
        for _ in range(ROUNDS):
            self._settle_static()
            found = self._inject()
            if found == injected:
                break
            injected = found
            self._rebuild(injected)
        else:
            self.notes.append(StateNote("bound-reached", "redistribution into the IGPs does not settle"))
        self.injected = injected
        for version, internal in sorted(ground.ospf.items()):
            self.notes.extend(internal.graph.notes)
            self._note_ebgp(version, internal)
        self._note_ebgp_in_eigrp()

    def _inject(self) -> Injected:
        ground = self._ground
        ospf, isis = {}, {}
        if ground.ospf:
            from guard.simulate.igp import ospf_external

            for version, internal in ground.ospf.items():
                ospf[version] = ospf_external.externals(internal.graph, self.ribs, ground.evaluator)
        if ground.isis:
            from guard.simulate.igp.isis import externals

            for family, paths in ground.isis.items():
                isis[family] = externals(paths.graph, self.ribs, ground.evaluator)
        rip: tuple[RipExternal, ...] = ()
        if ground.rip is not None:
            from guard.simulate.igp.rip import externals as brought_in

            rip = brought_in(ground.rip, self.ribs, ground.evaluator)
        if self.eigrp is None:
            return Injected(ospf, isis, rip)
        from guard.simulate.igp.eigrp_external import injected

        return Injected(ospf, isis, rip, injected(self.eigrp, self.ribs, ground.evaluator))

    def _note_ebgp(self, version: int, internal: Internal) -> None:
        if self.overlay is None:
            return
        from guard.simulate.igp.ospf_external import ebgp_in_igp

        for node, prefixes in ebgp_in_igp(internal.graph, self.ribs, self._ground.evaluator).items():
            self.igp_externals[node] = self.igp_externals.get(node, frozenset()) | prefixes

    def _note_ebgp_in_eigrp(self) -> None:
        if self.overlay is None or self._ground.eigrp is None:
            return
        from guard.simulate.igp.eigrp_external import ebgp_in_eigrp

        for node, prefixes in ebgp_in_eigrp(self._ground.eigrp, self.ribs, self._ground.evaluator).items():
            self.igp_externals[node] = self.igp_externals.get(node, frozenset()) | prefixes

    def _rebuild(self, injected: Injected) -> None:
        """Main RIBs over what the IGPs carry, with the static routes that were active so far."""
        ground = self._ground
        self.ospf = {version: ground.ospf_with(version, injected.ospf[version]) for version in ground.ospf}
        self.isis = {family: ground.isis_with(family, injected.isis[family]) for family in ground.isis}
        if ground.rip is not None:
            from guard.simulate.igp.rip import Rip

            self.rip = Rip(ground.rip, injected.rip)
        if injected.eigrp is not None:
            self.eigrp = ground.eigrp_with(injected.eigrp)
        fresh = {}
        for node in sorted(self._ground.devices):
            made = self._rib_of(node)
            for vrf in ground.vrfs(node):
                fresh[node, vrf] = made(
                    node,
                    vrf,
                    own=self._ground.own.get((node, vrf), {}),
                    static=self._static.get((node, vrf), ground.constant_static(node, vrf)),
                    igps=tuple(self._igps(node, vrf)),
                    overlay=self.overlay,
                    overlay_lengths=self._overlay_lengths,
                )
        self.ribs = fresh
        self.resolver = Resolver(fresh)

    def _rib_of(self, node: str) -> Callable[..., MainRib]:
        """What the main RIBs of a node are made by: those behind policies of what may be installed are of a kind."""
        if not self._ground.devices[node].install_policies:
            return MainRib
        from guard.simulate.rib.install import FilteredRib

        return partial(FilteredRib, self._ground.evaluator(node))

    def _igps(self, node: str, vrf: str) -> Iterator[IgpTable]:
        for ospf in self.ospf.values():
            graph = ospf.internal.graph
            for router in graph.by_table.get((node, vrf), ()):
                yield ospf.table(router, self._filter(node, graph.routers[router].process))
        for isis in self.isis.values():
            for router in isis.paths.graph.by_table.get((node, vrf), ()):
                yield isis.table(router)
        table = self.rip.table((node, vrf)) if self.rip is not None else None
        if table is not None:
            yield table
        if self.eigrp is not None:
            yield from self.eigrp.offered(node, vrf)

    def _filter(self, node: str, process: OspfProcess) -> Callable[[Prefix], bool] | None:
        """`distribute-list … in` of a process: what may enter the main RIB."""
        if not process.distribute_list_in:
            return None
        kind, _, name = process.distribute_list_in.partition(" ")
        evaluator = self._ground.evaluator(node)
        if kind == "prefix-list":
            return lambda prefix: evaluator.prefix_list_permits(prefix.version, name, prefix)
        if kind == "acl":
            return lambda prefix: evaluator.acl_permits(prefix.version, name, prefix)
        return None

    def _settle_static(self) -> None:
        for node, tables in self._ground.static.items():
            ribs = {vrf: self.ribs[node, vrf] for vrf in tables if (node, vrf) in self.ribs}
            note = static.settle(
                self._ground.devices[node],
                tables,
                ribs,
                self.resolver,
                self.topology,
                evaluator=self._ground.evaluator,
            )
            if note is not None and note not in self.notes:
                self.notes.append(note)
            for vrf, rib in ribs.items():
                self._static[node, vrf] = rib.static

