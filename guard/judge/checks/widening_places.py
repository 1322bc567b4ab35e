"""Where routing policies are bound: sessions and redistributions of a device, each as the chain that decides there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guard.model.bgp import BgpNeighbor, BgpProcess, NeighborFamily, Redistribution
from guard.model.device import Device, Vendor
from guard.model.policy import MatchPeer, leaves
from guard.model.vendor_defaults import UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS
from guard.simulate.accepted.space import Chain, protocols_of, terms_of

#: A place by its words: a session and direction, or a redistribution.
Name = str


class Bound(NamedTuple):
    """What is bound at a place. `open`: whether routes pass where nothing is bound."""

    chain: Chain
    open: bool


def places(device: Device) -> Mapping[Name, Bound]:
    """Every place of a device where a policy may be bound."""
    return dict((*_sessions(device), *_redistributions(device)))


def neighbors(device: Device) -> Iterator[tuple[tuple[str, str, str], BgpNeighbor, BgpProcess]]:
    """Key of the session (as of its state), neighbour, process; a range of dynamic neighbours is one."""
    for process in device.bgp:
        for neighbor in process.neighbors:
            peer = neighbor.address or neighbor.interface or neighbor.listen
            if peer is not None:
                yield (device.name, process.vrf, str(peer)), neighbor, process


def _sessions(device: Device) -> Iterator[tuple[Name, Bound]]:
    policies = _Policies(device)
    for (node, vrf, peer), neighbor, process in neighbors(device):
        inside = neighbor.remote_as == process.asn or neighbor.remote_as_kind == "internal"
        bare = inside or not process.ebgp_requires_policy
        for family in neighbor.families:
            what = f"session {node} -> {peer}" + (f" ({vrf})" if vrf != "default" else "")
            yield f"{what} IPv{family.version} in", Bound(policies.imported(neighbor, family), bare)
            yield f"{what} IPv{family.version} out", Bound(policies.exported(neighbor, family), bare)


class _Policies:
    """What the policies of a device ask for; many neighbours share the same ones."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._asks: dict[tuple[str, ...], tuple[bool, tuple[str, ...]]] = {}

    def imported(self, neighbor: BgpNeighbor, family: NeighborFamily) -> Chain:
        policies = family.import_policies
        peer = neighbor.address if self._asked(policies)[0] else None
        return self._chain(family, policies)._replace(filters=family.import_filters, peer=peer)

    def exported(self, neighbor: BgpNeighbor, family: NeighborFamily) -> Chain:
        """Junos exports what it holds of other protocols as well, where a policy accepts it."""
        policies = family.export_policies
        for_peer, protocols = self._asked(policies)
        peer = neighbor.address if for_peer else None
        return self._chain(family, policies)._replace(filters=family.export_filters, peer=peer, protocols=protocols)

    def _chain(self, family: NeighborFamily, policies: tuple[str, ...]) -> Chain:
        default = frozenset({"bgp"}) if not policies or self._device.vendor is Vendor.JUNOS else frozenset[str]()
        return Chain(self._device, family.version, policies, default=default)

    def _asked(self, policies: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
        """Whether they ask for the neighbour (else places that differ in it alone are one), and their protocols."""
        if policies not in self._asks:
            found = [leaf for term in terms_of(self._device, policies) for leaf in leaves(term.condition)]
            for_peer = any(isinstance(leaf, MatchPeer) for leaf in found)
            self._asks[policies] = for_peer, protocols_of(self._device, policies)
        return self._asks[policies]


def _redistributions(device: Device) -> Iterator[tuple[Name, Bound]]:
    for process in device.bgp:
        for family in process.families:
            for one in family.redistributions:
                yield _redistribution(device, one, family.version, f"BGP {process.vrf}")
    for ospf in device.ospf:
        for one in ospf.redistributions:
            yield _redistribution(device, one, 6 if ospf.version == 3 else 4, f"OSPF {ospf.vrf} {ospf.process}")
    for isis in device.isis:
        for version, one in isis.redistributions:
            yield _redistribution(device, one, version, f"IS-IS {isis.vrf} {isis.process}")


def _redistribution(device: Device, one: Redistribution, version: int, into: str) -> tuple[Name, Bound]:
    undefined = UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS.get(device.vendor, False)
    policies = (one.policy,) if one.policy else ()
    default = frozenset[str]() if policies else frozenset({one.protocol})
    name = f"redistribution of {one.protocol} {one.process}".rstrip() + f" into {into} IPv{version}"
    chain = Chain(device, version, policies, protocols=(one.protocol,), default=default, undefined=undefined)
    return name, Bound(chain, open=True)
