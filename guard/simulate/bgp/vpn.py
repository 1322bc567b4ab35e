"""VPN routes between devices: tables of each route distinguisher, and who tells whom (RFC 4364, RFC 4659, RFC 9136).

A speaker of its own stands for the table that a router keeps for one route distinguisher: its VRFs give routes to it
and take routes from it, and sessions of the family carry them between equal tables. VPNv4, VPNv6 and EVPN's IP-prefix
routes (type 5) are one exchange. Where no session carries such a family there is nothing here, and it costs nothing.
Not modelled: EVPN's MAC and host routes (types 1 to 4), constrained distribution of targets (RFC 4684).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from guard.model.address import Address
from guard.model.bgp import EVPN, OVERLAYS, VPNV4, VPNV6, BgpFamily, NeighborFamily
from guard.model.device import Vendor
from guard.simulate.bgp.address import update_source
from guard.simulate.bgp.ends import EBGP, LEAK, Pairing
from guard.simulate.bgp.graph import ANY_TARGET, Link, LinkKey, Speaker
from guard.simulate.bgp.leak import canonical, exports, imports

#: The IP versions that a family carries, and how its tables are named.
CARRIED = {VPNV4: (4,), VPNV6: (6,), EVPN: (4, 6)}
_NAMES = {VPNV4: "vpn-ipv4", VPNV6: "vpn-ipv6", EVPN: "evpn"}

#: A family, and a route distinguisher of it.
_Key = tuple[int, str]

#: Vendors that keep VPN routes which no VRF of theirs imports only for reflection, or where a line says so: IOS
#: `no bgp default route-target filter`, NX-OS and XR `retain route-target all`.
_FILTERING = frozenset({Vendor.IOS, Vendor.NXOS, Vendor.IOSXR})


@dataclass(frozen=True, slots=True)
class _Carrier:
    """One end of a session that carries a family, with the session of the other end."""

    overlay: int
    pairing: Pairing
    far: Pairing
    family: NeighborFamily
    far_family: NeighborFamily


@dataclass(slots=True)
class _Vpn:
    """All route distinguishers of one family with who gives to them and takes from them."""

    overlay: int
    givers: dict[str, list[tuple[Speaker, int]]] = field(default_factory=dict)  # by route distinguisher
    takers: dict[str, list[tuple[Speaker, int]]] = field(default_factory=dict)  # by node

    def offers(self, distinguisher: str) -> frozenset[str] | None:
        """The targets that routes of the distinguisher can bear; None where a policy may set any."""
        found: set[str] = set()
        for speaker, version in self.givers[distinguisher]:
            targets, policy = exports(speaker.families[version], self.overlay)
            if policy:
                return None
            found |= canonical(targets)
        return frozenset(found)


def carriers(pairings: Iterable[Pairing], tripped: frozenset[tuple[str, str, str]]) -> tuple[_Carrier, ...]:
    """The ends of sessions that are up and carry VPN or EVPN routes."""
    ends = {each.key: each for each in pairings if each.end.neighbor.overlays and each.session.up}
    found = []
    for key, pairing in ends.items():
        far = ends.get(pairing.peer_key) if pairing.peer_key is not None else None
        if far is None or key in tripped or pairing.peer_key in tripped:
            continue
        theirs = {each.version: each for each in far.end.neighbor.overlays}
        for family in pairing.end.neighbor.overlays:
            if family.version in theirs:
                found.append(_Carrier(family.version, pairing, far, family, theirs[family.version]))
    return tuple(found)


class Exchange:
    """Builds the tables and links of all VPNs of one graph. `number` and `link_number` give indices that last."""

    def __init__(
        self,
        speakers: Iterable[Speaker],
        carriers: tuple[_Carrier, ...],
        number: Callable[[tuple[str, str]], int],
        link_number: Callable[[LinkKey], int],
    ) -> None:
        self._by_name = {(each.node, each.vrf): each for each in speakers}
        self._carriers = carriers
        self._number = number
        self._link_number = link_number
        self.tables: dict[tuple[str, _Key], Speaker] = {}

    def links(self) -> Iterator[Link]:
        """All links; `tables` holds the speakers that they lead to once they have been read."""
        for overlay in OVERLAYS:
            held = [each for each in self._carriers if each.overlay == overlay]
            if held:
                yield from self._of(overlay, held)

    def _of(self, overlay: int, carriers: list[_Carrier]) -> Iterator[Link]:
        nodes = {each.pairing.end.node: None for each in carriers}
        vpn = self._members(overlay, nodes)
        relays = {each.pairing.end.node for each in carriers if _relays(each)}
        for distinguisher in sorted(vpn.givers):
            offered = vpn.offers(distinguisher)
            givers = {speaker.node for speaker, _ in vpn.givers[distinguisher]}
            versions = {version for _, version in vpn.givers[distinguisher]}
            for node in nodes:
                takers = [each for each in vpn.takers.get(node, ()) if _may_take(*each, overlay, offered)]
                if node in givers or node in relays or takers:
                    yield from self._table(node, (overlay, distinguisher), takers)
            yield from self._given(overlay, distinguisher, vpn.givers[distinguisher])
            yield from self._carried((overlay, distinguisher), carriers, versions)

    def _members(self, overlay: int, nodes: Mapping[str, None]) -> _Vpn:
        vpn = _Vpn(overlay)
        for (node, vrf), speaker in self._by_name.items():
            if vrf == "default" or node not in nodes:
                continue
            for version in CARRIED[overlay]:
                family = speaker.families.get(version)
                if family is None:
                    continue
                if any(exports(family, overlay)) and distinguisher_of(speaker):
                    vpn.givers.setdefault(distinguisher_of(speaker), []).append((speaker, version))
                if imports(family, overlay)[0]:
                    vpn.takers.setdefault(node, []).append((speaker, version))
        return vpn

    def _table(self, node: str, key: _Key, takers: list[tuple[Speaker, int]]) -> Iterator[Link]:
        """The router's table of a route distinguisher, and what its VRFs take from it."""
        root = self._by_name.get((node, "default"))
        if root is None:
            return
        name = f"{_NAMES[key[0]]} {key[1]}"
        families = {version: BgpFamily(version) for version in CARRIED[key[0]]}
        table = Speaker(
            self._number((node, name)), root.device, root.process, root.evaluator, root.router_id, families, table=name
        )
        self.tables[node, key] = table
        for speaker, version in takers:
            yield self._copy(table, speaker, version, key[0], None)

    def _given(self, overlay: int, distinguisher: str, givers: list[tuple[Speaker, int]]) -> Iterator[Link]:
        for speaker, version in givers:
            table, own = self.tables.get((speaker.node, (overlay, distinguisher))), _tunnel_end(speaker, overlay)
            if table is not None and (own is not None or not _needs_tunnel(speaker, overlay)):
                yield self._copy(speaker, table, version, overlay, own)

    def _copy(self, source: Speaker, target: Speaker, version: int, overlay: int, own: Address | None) -> Link:
        ends = (("vpn", source.node, source.table or source.vrf), ("vpn", target.node, target.table or target.vrf))
        return Link(
            self._link_number((*ends, version)), version, source.index, target.index, LEAK, None, None, None, None,
            None, None, source.process.asn, target.process.asn, own, None, None, None, False, False, overlay,
        )  # fmt: skip

    def _carried(self, key: _Key, carriers: list[_Carrier], versions: set[int]) -> Iterator[Link]:
        for each in carriers:
            near, far = each.pairing, each.far
            source, target = self.tables.get((near.end.node, key)), self.tables.get((far.end.node, key))
            if source is None or target is None:
                continue
            one, other = near.session, far.session
            for version in sorted(versions):
                ends = ((source.table, *one.key[1:]), (one.node, *other.key[:2]))
                yield Link(
                    self._link_number((*ends, version)), version, source.index, target.index, near.kind, None, None,
                    near.end.neighbor, each.family, far.end.neighbor, each.far_family, one.local_as or 0,
                    one.remote_as or 0, one.local_address, other.remote_address, None, None,
                    each.family.route_reflector_client, each.far_family.route_reflector_client, each.overlay,
                )  # fmt: skip


def distinguisher_of(speaker: Speaker) -> str:
    """The VRF's route distinguisher; `auto` is one of its own."""
    found = speaker.process.route_distinguisher
    if not found:
        found = next((each.route_distinguisher for each in speaker.device.vrfs if each.name == speaker.vrf), "")
    return f"{speaker.router_id}:{speaker.vrf}" if found == "auto" else found


def _needs_tunnel(speaker: Speaker, overlay: int) -> bool:
    """Whether routes of the VRF leave by VXLAN alone: where tunnels are configured, and always on NX-OS."""
    return overlay == EVPN and (bool(speaker.device.tunnel_end) or speaker.device.vendor is Vendor.NXOS)


def _tunnel_end(speaker: Speaker, overlay: int) -> Address | None:
    """The address that the router's VXLAN tunnels end at; None: the session's own address is the next hop."""
    device = speaker.device
    if overlay != EVPN or not device.tunnel_end:
        return None
    return update_source(device, device.tunnel_end, 4) or update_source(device, device.tunnel_end, 6)


def _relays(carrier: _Carrier) -> bool:
    """Whether the near end passes on what it has no VRF for: to its clients, or from one AS to another."""
    if carrier.family.route_reflector_client:
        return True
    end = carrier.pairing.end
    retains = carrier.overlay in end.process.retains or end.device.vendor not in _FILTERING
    return carrier.pairing.kind == EBGP and retains


def _may_take(speaker: Speaker, version: int, overlay: int, offered: frozenset[str] | None) -> bool:
    targets = imports(speaker.families[version], overlay)[0]
    return offered is None or ANY_TARGET in targets or not offered.isdisjoint(canonical(targets))
