"""Who speaks BGP to whom: speakers (one process of one VRF), and links (one direction of a session, one family).

Law: what a link does depends on its two ends' configurations alone, so receivers that a sender treats alike share an
update group and what is sent to them is computed once, as routers do.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import permutations
from typing import Generic, NamedTuple, TypeVar

from guard.model.address import Address, Prefix, prefix_of
from guard.model.bgp import BgpFamily, BgpNeighbor, BgpProcess, NeighborFamily
from guard.model.device import Device, Vendor
from guard.model.policy import ExcludeAs, ReplaceAs
from guard.simulate.bgp.address import router_id
from guard.simulate.bgp.ends import EBGP, IBGP, LEAK, LINK_LOCAL, Pairing, activated
from guard.simulate.bgp.session import SessionTable
from guard.simulate.policy.evaluator import Evaluator
from guard.simulate.rib.underlay import Underlay

Name = TypeVar("Name", bound=Hashable)

#: In place of a list of targets to import: whatever the import policy accepts (Junos `vrf-import`).
ANY_TARGET = "*"

#: The speaker index of everything that is not in the snapshot.
OUTSIDE = -1

SessionKey = tuple[str, str, str]

#: What makes a link the same link in another state: its two ends and the family.
LinkKey = tuple[SessionKey | None, SessionKey | None, int]


@dataclass(frozen=True, slots=True)
class Link:
    """One direction of an established session in one family. `sender`/`receiver` are speaker indices or OUTSIDE.

    `outbound` names the sender's end, `inbound` the receiver's. `to_client`: the receiver is the sender's route
    reflector client; `from_client`: the other way round. `subnet`: where both ends are directly connected.
    `sender_address` is the next hop that the sender calls itself by, `peer_address` what the receiver knows it by.
    `beside`: the sender's link-local address stands beside next hops, and the receiver uses that.
    `returns`: a route may go back to who sent it, and be taken (see `_returns`).
    `overlay`: the VPN or EVPN family that the link carries, or takes a VRF's routes from or to (see vpn).
    """

    index: int
    version: int
    sender: int
    receiver: int
    kind: str
    outbound: SessionKey | None
    inbound: SessionKey | None
    out: BgpNeighbor | None
    out_family: NeighborFamily | None
    into: BgpNeighbor | None
    in_family: NeighborFamily | None
    sender_as: int
    receiver_as: int
    sender_address: Address | None
    peer_address: Address | None
    interface: str | None
    subnet: Prefix | None
    to_client: bool
    from_client: bool
    overlay: int = 0
    returns: bool = False
    beside: bool = False


@dataclass(slots=True, eq=False)
class Group:
    """Links that the sender treats alike: an update group. `first` stands for all, `hot` are those that take part."""

    index: int
    links: list[Link]
    by_receiver: dict[int, list[Link]] = field(default_factory=dict)
    hot: list[Link] = field(default_factory=list)

    @property
    def first(self) -> Link:
        return self.links[0]


@dataclass(slots=True, eq=False)
class Speaker:
    """One BGP process. `relays`: what it learns over iBGP may go on to somebody whose choice it can change.

    `hub`: it reflects, or is inside a confederation. `adds`: it sends additional paths (RFC 7911) to somebody.
    `table`: where it stands for a VPN's table of one route distinguisher (see vpn), which is no table of routes to use.
    """

    index: int
    device: Device
    process: BgpProcess
    evaluator: Evaluator
    router_id: int
    families: Mapping[int, BgpFamily]
    groups: dict[int, list[Group]] = field(default_factory=lambda: {4: [], 6: []})
    links_in: dict[int, list[Link]] = field(default_factory=lambda: {4: [], 6: []})
    hub: dict[int, bool] = field(default_factory=lambda: {4: False, 6: False})
    relays: dict[int, bool] = field(default_factory=lambda: {4: False, 6: False})
    adds: dict[int, bool] = field(default_factory=lambda: {4: False, 6: False})
    table: str = ""

    @property
    def node(self) -> str:
        return self.device.name

    @property
    def vrf(self) -> str:
        return self.process.vrf

    @property
    def cluster_id(self) -> int:
        return self.router_id if self.process.cluster_id is None else self.process.cluster_id

    def links_out(self, version: int) -> Iterable[Link]:
        for group in self.groups[version]:
            yield from group.links


@dataclass(frozen=True, slots=True)
class Graph:
    """All speakers and links of one state, by index. `group_of` gives each link's update group by link index.

    `to_stub`: links whose receiver can do nothing with a route but send it back; `plain`: iBGP without import policy;
    `adds`: links that carry additional paths. Indices of speakers, links and groups are stable from one graph to
    the next that is built upon it (`names`, `ends`, `kinds`: what has one already). `drawn`: the links of each pairing
    (by its id). `grounds`: devices, pairings and tripped sessions that all of it follows from.
    """

    speakers: Mapping[int, Speaker]
    links: Mapping[int, Link]
    group_of: Mapping[int, Group]
    to_stub: frozenset[int]
    takes_part: frozenset[int]
    plain: frozenset[int]
    adds: frozenset[int]
    names: Mapping[tuple[str, str], int]
    ends: Mapping[LinkKey, int]
    by_name: Mapping[tuple[str, str], int]
    by_outbound: Mapping[tuple[SessionKey, int], Link]
    by_inbound: Mapping[tuple[SessionKey, int], Link]
    kinds: Mapping[Hashable, int]
    drawn: Mapping[int, _Drawn]
    grounds: tuple[Mapping[str, Device], tuple[Pairing, ...], frozenset[SessionKey]]

    def stands_on(
        self, devices: Mapping[str, Device], pairings: tuple[Pairing, ...], tripped: frozenset[SessionKey]
    ) -> bool:
        """Whether this is the graph of these."""
        return self.grounds[0] is devices and self.grounds[1] is pairings and self.grounds[2] == tripped


class _Nature(NamedTuple):
    """A link, the number of its update group (None: from outside), and whether it is plain."""

    link: Link
    group: int | None
    plain: bool


class _Drawn(NamedTuple):
    """The links that a pairing led to, given what the far end was paired to."""

    pairing: Pairing
    far: Pairing | None
    natures: tuple[_Nature, ...]


class _Numbers(Generic[Name]):
    """Gives each name a number of its own and keeps those that were given before."""

    def __init__(self, given: Mapping[Name, int]) -> None:
        self.given = dict(given)

    def of(self, name: Name) -> int:
        return self.given.setdefault(name, len(self.given))


def build(
    devices: Mapping[str, Device],
    underlay: Underlay,
    table: SessionTable,
    *,
    tripped: frozenset[SessionKey] = frozenset(),
    previous: Graph | None = None,
) -> Graph:
    """The graph of all sessions that are up and not `tripped` (named by either end); `previous` itself if it is that.

    `devices`: as BGP sees them (see seen). What a link does follows from its pairing and the one of the far end.
    """
    if previous is not None and previous.stands_on(devices, table.pairings, tripped):
        return previous
    names = _Numbers(previous.names if previous is not None else {})
    ends = _Numbers(previous.ends if previous is not None else {})
    kinds = _Numbers(previous.kinds if previous is not None else {})
    speakers = {speaker.index: speaker for speaker in _speakers(devices, names, previous)}
    by_name = {(speaker.node, speaker.vrf): speaker.index for speaker in speakers.values()}
    natures: dict[int, _Nature] = {}
    drawn: dict[int, _Drawn] = {}
    before = previous.drawn if previous is not None else {}
    pairings = {pairing.key: pairing for pairing in table.pairings}
    for pairing in table.pairings:
        session = pairing.session
        if not session.up or pairing.key in tripped or pairing.peer_key in tripped:
            continue
        far = pairings.get(pairing.peer_key) if pairing.peer_key is not None else None
        known = before.get(id(pairing))
        if known is None or known.far is not far:
            links_of = (
                link
                for version in sorted(session.families)
                for link in _links(version, pairing, far, by_name, underlay, ends)
            )
            known = _Drawn(pairing, far, tuple(_nature(link, kinds) for link in links_of))
        drawn[id(pairing)] = known
        natures.update((nature.link.index, nature) for nature in known.natures)
    natures.update((link.index, _nature(link, kinds)) for link in _leaks(speakers, ends))
    if any(pairing.end.neighbor.overlays for pairing in table.pairings):
        added = _add_vpns(table.pairings, tripped, speakers, names=names, ends=ends)
        natures.update((link.index, _nature(link, kinds)) for link in added)
    links = {index: nature.link for index, nature in natures.items()}
    group_of = _group(speakers, natures.values())
    for link in links.values():
        if link.receiver != OUTSIDE:
            speakers[link.receiver].links_in[link.version].append(link)
    adding = [index for index, link in links.items() if _adds_paths(link, speakers)]
    for index in adding:
        speakers[links[index].sender].adds[links[index].version] = True
    stubs = _mark_all(speakers)
    taking_part = frozenset(index for index, link in links.items() if _takes_part(link, speakers))
    for index, group in group_of.items():
        if index in taking_part:
            group.hot.append(links[index])
    return Graph(
        speakers,
        links,
        group_of,
        stubs,
        taking_part,
        frozenset(index for index, nature in natures.items() if nature.plain),
        frozenset(adding),
        names.given,
        ends.given,
        by_name,
        {(link.outbound, link.version): link for link in links.values() if link.outbound is not None},
        {(link.inbound, link.version): link for link in links.values() if link.inbound is not None},
        kinds.given,
        drawn,
        (devices, table.pairings, tripped),
    )


def _nature(link: Link, kinds: _Numbers[Hashable]) -> _Nature:
    return _Nature(link, kinds.of(_group_key(link)) if link.sender != OUTSIDE else None, _is_plain(link))


def _speakers(
    devices: Mapping[str, Device], names: _Numbers[tuple[str, str]], previous: Graph | None
) -> Iterable[Speaker]:
    for name in sorted(devices):
        device = devices[name]
        evaluator: Evaluator | None = None
        for process in device.bgp:
            index = names.of((device.name, process.vrf))
            before = previous.speakers.get(index) if previous is not None else None
            if before is not None and before.device is device and before.process is process:
                yield Speaker(index, device, process, before.evaluator, before.router_id, before.families)
                continue
            evaluator = evaluator or Evaluator(device)
            families = {family.version: family for family in process.families}
            yield Speaker(index, device, process, evaluator, router_id(device, process), families)


def _links(
    version: int,
    pairing: Pairing,
    far: Pairing | None,
    by_name: Mapping[tuple[str, str], int],
    underlay: Underlay,
    ends: _Numbers[LinkKey],
) -> Iterable[Link]:
    """What the end sends; and, where nobody is at the other end, what comes in from there."""
    end, session = pairing.end, pairing.session
    family = activated(end.neighbor, version)
    here = by_name[(end.node, end.vrf)]
    own_address = _own_address(pairing, version, underlay)
    subnet = _subnet(pairing, underlay)
    remote_as = session.remote_as or 0
    local_as = session.local_as or 0
    if far is None or pairing.peer is None:
        sending, hearing = ends.of((session.key, None, version)), ends.of((None, session.key, version))
        address = session.remote_address or LINK_LOCAL[version]
        yield Link(
            sending, version, here, OUTSIDE, pairing.kind, session.key, None, end.neighbor, family, None, None,
            local_as, remote_as, own_address, session.local_address, None, subnet, _client(family), from_client=False,
        )  # fmt: skip
        yield Link(
            hearing, version, OUTSIDE, here, pairing.kind, None, session.key, None, None, end.neighbor, family,
            remote_as, local_as, address, session.remote_address, session.local_interface, subnet,
            to_client=False, from_client=_client(family),
        )  # fmt: skip
        return
    peer_family = activated(pairing.peer.neighbor, version)
    there = by_name[(pairing.peer.node, pairing.peer.vrf)]
    index = ends.of((session.key, far.session.key, version))
    near = far.session.local_interface
    if near is None and own_address is not None and own_address.is_link_local and session.local_address is not None:
        near = underlay.connected(pairing.peer.node, pairing.peer.vrf, session.local_address)
    yield Link(
        index, version, here, there, pairing.kind, session.key, far.session.key, end.neighbor, family,
        pairing.peer.neighbor, peer_family, local_as, remote_as, own_address, far.session.remote_address,
        near, subnet, _client(family), _client(peer_family),
        returns=_returns(pairing, family, peer_family),
        beside=version == 6 and subnet is not None and _tells_link_local(pairing, family),
    )  # fmt: skip


def _tells_link_local(pairing: Pairing, family: NeighborFamily | None) -> bool:
    """Whether bgpd tells bgpd its link-local address beside the global next hop (RFC 2545 3; bgp_nht.c, make_prefix).

    It does so whoever the global one is of, so that the way goes by the sender (FRR 8.4.4, seen live).
    """
    ends = (pairing.end, pairing.peer)
    if pairing.kind != EBGP or any(end is None or end.device.vendor is not Vendor.FRR for end in ends):
        return False
    remote = pairing.session.remote_address
    return remote is not None and remote.version == 6 and family is not None and not family.route_server_client


def _returns(pairing: Pairing, family: NeighborFamily | None, taken: NeighborFamily | None) -> bool:
    """Whether what the neighbour sent us may stand in its table once more, by way of us.

    bgpd sends the best path to all of an update group, to who it is from as well (bgp_route.c, subgroup_announce_check:
    `onlypeer` is set for `solo` neighbours alone; seen live, 8.4.4). Nearly always the neighbour then finds its own AS
    in the path; not where it allows that, or where we write the path anew.
    """
    if pairing.kind != EBGP or pairing.end.device.vendor is not Vendor.FRR or family is None or taken is None:
        return False
    if taken.allowas_in or taken.route_server_client or family.as_override or family.remove_private_as:
        return True
    named = (*family.import_policies, *family.export_policies)
    return any(_rewrites_path(pairing.end.device, name) for name in named)


def _leaks(speakers: Mapping[int, Speaker], ends: _Numbers[LinkKey]) -> Iterable[Link]:
    """Copies between VRFs of one device, by `import vrf` or by route targets that match (RFC 4364 4.3.1)."""
    by_node: dict[str, list[Speaker]] = {}
    for speaker in speakers.values():
        by_node.setdefault(speaker.node, []).append(speaker)
    for node, held in sorted(by_node.items()):
        for source, target in permutations(held, 2) if len(held) > 1 else ():
            for version, family in sorted(target.families.items()):
                offered = source.families.get(version)
                if offered is None or not (source.vrf in family.import_vrfs or _shares(offered, family)):
                    continue
                index = ends.of((("leak", node, source.vrf), ("leak", node, target.vrf), version))
                yield Link(
                    index, version, source.index, target.index, LEAK, None, None, None, None, None, None,
                    source.process.asn, target.process.asn, None, None, None, None, False, False,
                )  # fmt: skip


def _shares(offered: BgpFamily, family: BgpFamily) -> bool:
    """Whether a VRF may take from another one of the device by route targets."""
    if not (offered.between_vrfs and family.between_vrfs and family.import_targets):
        return False
    by_policy = bool(offered.export_policy) or (ANY_TARGET in family.import_targets and bool(offered.export_targets))
    return by_policy or not set(family.import_targets).isdisjoint(offered.export_targets)


def _add_vpns(
    pairings: Iterable[Pairing],
    tripped: frozenset[SessionKey],
    speakers: dict[int, Speaker],
    *,
    names: _Numbers[tuple[str, str]],
    ends: _Numbers[LinkKey],
) -> tuple[Link, ...]:
    """Put in the tables of VPNs; the links between them."""
    from guard.simulate.bgp import vpn

    exchange = vpn.Exchange(speakers.values(), vpn.carriers(pairings, tripped), names.of, ends.of)
    found = tuple(exchange.links())
    speakers.update((each.index, each) for each in exchange.tables.values())
    return found


def _client(family: NeighborFamily | None) -> bool:
    return family is not None and family.route_reflector_client


def _own_address(pairing: Pairing, version: int, underlay: Underlay) -> Address | None:
    """What the end writes as next hop: its session address, or its interface's in the family that is carried."""
    session = pairing.session
    if session.local_interface is not None:
        return LINK_LOCAL[version]
    if session.local_address is None or session.local_address.version == version:
        return session.local_address
    owners = underlay.topology.owners(session.local_address)
    here = next((each.interface for each in owners if (each.node, each.vrf) == (session.node, session.vrf)), None)
    state = underlay.topology.interface(session.node, here) if here is not None else None
    for address, _ in state.addresses if state is not None else ():
        if address.version == version and not address.is_link_local:
            return address
    return LINK_LOCAL[version]


def _subnet(pairing: Pairing, underlay: Underlay) -> Prefix | None:
    """The connected subnet that the session runs over, if it does."""
    session = pairing.session
    if session.remote_address is None:
        return None
    found = underlay.connected(session.node, session.vrf, session.remote_address)
    state = underlay.topology.interface(session.node, found) if found is not None else None
    for address, length in state.addresses if state is not None else ():
        subnet = prefix_of(address, length)
        if subnet.contains(session.remote_address):
            return subnet
    return None


def _group(speakers: Mapping[int, Speaker], natures: Iterable[_Nature]) -> dict[int, Group]:
    known: dict[int, Group] = {}
    group_of: dict[int, Group] = {}
    for link, number, _ in natures:
        if number is None:
            continue
        group = known.get(number)
        if group is None:
            group = known[number] = Group(number, [])
            speakers[link.sender].groups[link.version].append(group)
        group.links.append(link)
        group.by_receiver.setdefault(link.receiver, []).append(link)
        group_of[link.index] = group
    return group_of


#: The settings of a neighbour's family that what is sent to it can depend on: all but those of what it sends.
EXPORT_FIELDS = tuple(
    each.name
    for each in fields(NeighborFamily)
    if each.name not in ("source", "maximum_prefix", "import_policies", "import_filters", "weight", "allowas_in")
)


def _group_key(link: Link) -> tuple[object, ...]:
    """All that an export looks at; eBGP neighbours stand alone (third-party next hops, AS of the receiver)."""
    if link.kind == EBGP or link.out is None or link.out_family is None:
        return (link.sender, link.index)
    family = link.out_family
    how = tuple(getattr(family, name) for name in EXPORT_FIELDS)
    return (link.sender, link.version, link.kind, how, link.sender_as, link.receiver_as, link.sender_address)


def _mark_all(speakers: Mapping[int, Speaker]) -> frozenset[int]:
    """Marks where what a speaker learns can go, and returns the links to stubs (see exchange)."""
    stubs: set[int] = set()
    for speaker in speakers.values():
        for version in (4, 6):
            out = [link for link in speaker.links_out(version) if link.receiver != OUTSIDE]
            ebgp = [link for link in out if link.kind == EBGP]
            stubs.update(
                each.index for each in ebgp if not each.returns and _is_stub(speakers[each.receiver], version, speaker)
            )
            inner = any(link.kind not in (EBGP, IBGP) for link in out)
            speaker.hub[version] = inner or any(link.to_client for link in out)
            speaker.relays[version] = speaker.hub[version] or any(link.index not in stubs for link in ebgp)
    return frozenset(stubs)


def _is_stub(speaker: Speaker, version: int, towards: Speaker) -> bool:
    """Whether all that the speaker can do with a route from `towards` is to send it back, where it loops."""
    for link in speaker.links_out(version):
        if link.receiver == OUTSIDE:
            continue
        if link.receiver != towards.index or link.kind != EBGP or link.out_family is None or link.in_family is None:
            return False
        if link.returns or link.in_family.route_server_client or link.in_family.as_path_unchanged:
            return False
        if link.in_family.allowas_in or link.out_family.remove_private_as or link.out_family.as_override:
            return False
        if any(_rewrites_path(speaker.device, name) for name in link.out_family.export_policies):
            return False
    return True


def _rewrites_path(device: Device, name: str) -> bool:
    policy = device.policies.get(name)
    return policy is not None and any(
        isinstance(action, ExcludeAs | ReplaceAs) for term in policy.terms for action in term.actions
    )


def _adds_paths(link: Link, speakers: Mapping[int, Speaker]) -> bool:
    """Whether both ends have agreed on additional paths in this direction."""
    if link.kind == LEAK:
        return bool(speakers[link.sender].table)  # several paths of a VPN's table may go to a VRF
    sent, taken = link.out_family, link.in_family
    return sent is not None and taken is not None and bool(sent.add_path_send) and taken.add_path_receive


def _is_plain(link: Link) -> bool:
    family = link.in_family
    return link.kind == IBGP and family is not None and not (
        family.import_policies or family.import_filters or family.site_of_origin
    )


def _takes_part(link: Link, speakers: Mapping[int, Speaker]) -> bool:
    """Whether what arrives over `link` can change what others choose, so that the receiver must be simulated."""
    if link.receiver == OUTSIDE:
        return False
    receiver = speakers[link.receiver]
    if link.kind == LEAK:
        return True
    if receiver.relays[link.version]:
        return True
    if link.kind == IBGP:
        return False
    return any(out.receiver not in (OUTSIDE, link.sender) for out in receiver.links_out(link.version))
