"""What entries on known differences are asked about: a difference in words, and both states with their indices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from guard.engines.behind import lines_behind_interface
from guard.model.address import Address, Prefix, parse_prefix
from guard.model.device import Vendor
from guard.model.provenance import Source
from guard.model.rib import RouteProtocol
from guard.model.state import BgpRow, BgpSession, InterfaceId, NetworkState
from guard.simulate.igp.mtu import Mtu, ip_mtu
from guard.snapshot.snapshot import Snapshot

#: Batfish's word for a management interface that it takes down.
MANAGEMENT = "ignored management interface"
EIGRP = frozenset({RouteProtocol.EIGRP, RouteProtocol.EIGRP_EX})


@dataclass(frozen=True)  # no slots: indices are made when a difference first asks for them
class Context:
    """Two states of a snapshot: guard's own, and Batfish's."""

    snapshot: Snapshot
    one: NetworkState
    other: NetworkState

    def interface_lines(self, here: InterfaceId) -> tuple[Source, ...]:
        return lines_behind_interface(self.snapshot.devices.get(here.node), here)

    def is_compared(self, session: BgpSession) -> bool:
        """Sessions over IPv6 are the embedded engine's alone."""
        return session.remote_address is None or session.remote_address.version == 4

    @cached_property
    def paths(self) -> Mapping[tuple[str, str, Prefix], tuple[tuple[BgpRow, ...], tuple[BgpRow, ...]]]:
        """Best paths of both, by node, VRF and prefix."""
        found: dict[tuple[str, str, Prefix], tuple[list[BgpRow], list[BgpRow]]] = defaultdict(lambda: ([], []))
        for number, state in enumerate((self.one, self.other)):
            for row in state.bgp.rows():
                if row.best:
                    found[row.node, row.vrf, row.prefix][number].append(row)
        return {key: (tuple(mine), tuple(theirs)) for key, (mine, theirs) in found.items()}

    @cached_property
    def all_meds(self) -> Mapping[tuple[str, str, Prefix], frozenset[int]]:
        """MEDs of all paths of guard's, best or not."""
        found: dict[tuple[str, str, Prefix], set[int]] = defaultdict(set)
        for row in self.one.bgp.rows():
            found[row.node, row.vrf, row.prefix].add(row.attributes.med or 0)
        return {key: frozenset(meds) for key, meds in found.items()}

    @cached_property
    def eos_networks(self) -> frozenset[Prefix]:
        """Prefixes of network statements that an EOS router has as static routes."""
        return frozenset(
            network.prefix
            for device in self.snapshot.devices.values()
            if device.vendor is Vendor.EOS
            for process in device.bgp
            for family in process.families
            for network in family.networks
            if any(route.prefix == network.prefix for route in device.static_routes)
        )

    @cached_property
    def owned(self) -> Mapping[Address, frozenset[str]]:
        """Who bears an address, by guard's state."""
        found: dict[Address, set[str]] = defaultdict(set)
        for here, face in self.one.interfaces.items():
            for address, _ in face.addresses:
                found[address].add(here.node)
        return {address: frozenset(nodes) for address, nodes in found.items()}

    @cached_property
    def to_nobody(self) -> frozenset[tuple[str, str, str]]:
        """Sessions towards neighbours that no device of the snapshot is."""
        return frozenset(each.key for each in self.one.sessions if each.remote_node is None)

    @cached_property
    def management(self) -> frozenset[InterfaceId]:
        """Interfaces that Batfish leaves out as management."""
        return frozenset(here for here, face in self.other.interfaces.items() if face.why == MANAGEMENT)

    @cached_property
    def of_eigrp(self) -> frozenset[Prefix]:
        """Prefixes that some router has by EIGRP."""
        return self._held_by(EIGRP)

    @cached_property
    def redistributed_eigrp(self) -> frozenset[Prefix]:
        """Prefixes that guard has by EIGRP somewhere, where routes go from or to it by redistribution."""
        rows = (each for device in self.snapshot.devices.values() for each in device.eigrp)
        others = (each for device in self.snapshot.devices.values() for each in device.ospf)
        into = any(process.redistributions for process in rows)
        out_of = any(given.protocol == "eigrp" for process in others for given in process.redistributions)
        return self._prefixes(self.one, EIGRP) if into or out_of else frozenset()

    @cached_property
    def mtus_apart(self) -> bool:
        """Whether OSPF neighbours of Batfish's are none here, their MTUs being different (RFC 2328 10.6)."""
        mine = {(each.tail, each.head) for each in self.one.adjacencies if each.protocol == "ospf"}
        theirs = {(each.tail, each.head) for each in self.other.adjacencies if each.protocol == "ospf"}
        return any(self._mtu(tail) != self._mtu(head) for tail, head in theirs - mine)

    def _mtu(self, here: InterfaceId) -> Mtu | None:
        device = self.snapshot.devices.get(here.node)
        faces = (each for each in device.interfaces if each.name == here.interface) if device is not None else ()
        return next((ip_mtu(device, each, 4) for each in faces if device is not None), None)

    @cached_property
    def of_rip(self) -> frozenset[Prefix]:
        return self._held_by(frozenset({RouteProtocol.RIP}))

    def _held_by(self, protocols: frozenset[RouteProtocol]) -> frozenset[Prefix]:
        return self._prefixes(self.other, protocols)

    @staticmethod
    def _prefixes(state: NetworkState, protocols: frozenset[RouteProtocol]) -> frozenset[Prefix]:
        """What some router has by one of the protocols."""
        return frozenset(
            prefix
            for rib in state.ribs.values()
            for prefix in rib.prefixes()
            if (entry := rib.get(prefix)) is not None and entry.protocol in protocols
        )


@dataclass(frozen=True, slots=True)
class About:
    """What a difference is about: the kind of fact, its subject in words, its nodes, both answers in words."""

    fact: str
    subject: str
    nodes: tuple[str, ...]
    answers: tuple[str, str]

    @property
    def of_routes(self) -> bool:
        return self.fact in ("route", "BGP path")

    @property
    def is_rest(self) -> bool:
        """Whether it stands for many that are not told one by one."""
        return self.subject.endswith(" more routes")

    @property
    def key(self) -> tuple[str, str, Prefix]:
        """Node, VRF and prefix of a route or path."""
        node, vrf, prefix = self.subject.rsplit(" ", 2)
        return node, vrf, parse_prefix(prefix)
