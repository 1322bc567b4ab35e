"""BGP sessions: which ends of the configurations find each other, whether they come up, and what takes them down.

Law: both ends of a session are judged by the same facts; an end whose far side nobody configured is judged on its own
(up while it is complete). Statuses are Batfish's: NOT_COMPATIBLE where no other end matches, NOT_ESTABLISHED where one
matches and the session does not come up. Not modelled: filters that stop BGP itself, timers, capabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from guard.model.address import Address
from guard.model.bgp import BgpNeighbor, BgpProcess
from guard.model.device import Device
from guard.model.identity import are_same
from guard.model.inventory import EXTERNAL, Inventory
from guard.model.rib import NextHop
from guard.model.state import BgpSession, InterfaceId
from guard.simulate.bgp.address import (
    address_on,
    address_towards,
    configured_owners,
    configured_towards,
    owners_after,
    router_id,
    update_source,
)
from guard.simulate.bgp.ends import (
    EBGP,
    IBGP,
    End,
    Pairing,
    far_allowed,
    kind_of,
    mismatch,
    refused_hold_time,
    unicast,
)
from guard.simulate.bgp.paired import Ground, Paired, Reading, Since
from guard.simulate.layer3.topology import Owner
from guard.simulate.rib.underlay import Carrying, Underlay
from guard.snapshot.snapshot import Snapshot

#: More hops than this is a forwarding loop to the walk that checks a multihop session.
_LONGEST_PATH = 64

_STATUS_ORDER = {"ESTABLISHED": 0, "NOT_ESTABLISHED": 1, "NOT_COMPATIBLE": 2}


class SessionTable:
    """All ends of a snapshot, matched. Built once per state; `pairings` are sorted by session key.

    `devices`: as BGP sees them (see seen). With `previous`, pairings that surely stand are the objects of that table,
    and `pairings` is its very tuple where all of them are.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        underlay: Underlay,
        previous: SessionTable | None = None,
        devices: Mapping[str, Device] | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._underlay = underlay
        self._carrying = underlay if isinstance(underlay, Carrying) else None
        self._reach: dict[tuple[str, str, Address], bool] = {}
        self._reading = Reading()
        if previous is not None and not _says_alike(previous._snapshot.inventory, snapshot.inventory):
            previous = None
        self._sites: dict[str, bool] = previous._sites if previous is not None else {}
        self._peerings = {(each.device.lower(), each.neighbor) for each in snapshot.inventory.peerings}
        self._ground = self._stand_on(snapshot.devices if devices is None else devices, previous)
        self._owners = self._ground.owners
        since = Since(previous._ground, self._ground) if previous is not None else None
        moved = self._ground.devices.keys() if since is None or previous is None else since.moved | previous._routed
        self._routed: set[str] = set()  # nodes of which some end opens from wherever the route to its neighbour leaves
        self._ends: dict[tuple[str, str], list[End]] = {}
        self._by_address: dict[tuple[str, str, Address], End] = {}
        for name, device in sorted(self._ground.devices.items()):
            self._add_device(device, previous._ends if previous is not None else {}, moved=name in moved)
        self._paired: dict[tuple[str, str], tuple[Paired, ...]] = {
            table: tuple(self._pair_table(table, ends, previous, since)) for table, ends in self._ends.items()
        }
        found = [pairing for held in self._paired.values() for each in held for pairing in each.pairings]
        self.pairings = tuple(sorted(_mutual(found), key=lambda pairing: pairing.key))
        if previous is not None and are_same(self.pairings, previous.pairings):
            self.pairings = previous.pairings

    def _stand_on(self, devices: Mapping[str, Device], previous: SessionTable | None) -> Ground:
        if previous is None:
            return Ground(devices, self._underlay, configured_owners(self._underlay))
        before = previous._ground
        if before.devices is devices:
            return Ground(devices, self._underlay, before.owners)
        names = devices.keys() | before.devices.keys()
        edited = {name for name in names if devices.get(name) is not before.devices.get(name)}
        return Ground(devices, self._underlay, owners_after(self._underlay, before.owners, edited))

    def questions(self) -> Iterator[tuple[str, str, Address, bool]]:
        """All that sessions hang on of what the underlay resolves, and whether it surely is reached.

        What is asked anew each time is left out.
        """
        for held in self._paired.values():
            for each in held:
                yield from each.questions()

    def tell(self, told: Mapping[tuple[str, str, str], BgpSession]) -> None:
        """Take another engine's word on some ends, by session key."""
        self.pairings = tuple(
            replace(pairing, session=told.get(pairing.key, pairing.session)) for pairing in self.pairings
        )

    # ------------------------------------------------------------------------------------------------- ends

    def _add_device(self, device: Device, before: Mapping[tuple[str, str], list[End]], *, moved: bool) -> None:
        """The ends of a device: those of the table before if it has not moved, and those that are as they were."""
        made: dict[tuple[str, str], list[End]] = {}
        for process in device.bgp:
            table = (device.name, process.vrf)
            if table in before and not moved:
                made[table] = before[table]
                continue
            ends = [self._end(device, process, neighbor) for neighbor in process.neighbors]
            made[table] = [*made.get(table, ()), *ends]
        for table, ends in made.items():
            self._ends[table] = _kept(ends, before.get(table, [])) if moved else ends
            for end in self._ends[table]:
                if end.neighbor.address is not None:
                    self._by_address.setdefault((*table, end.neighbor.address), end)

    def _end(self, device: Device, process: BgpProcess, neighbor: BgpNeighbor) -> End:
        if neighbor.interface is not None:
            source = address_on(device, neighbor.interface, 4)
            return End(device.name, device, process, neighbor, source, neighbor.interface)
        if neighbor.address is None:
            return End(device.name, device, process, neighbor, None, None)
        connected = self._underlay.connected(device.name, process.vrf, neighbor.address)
        if neighbor.update_source:
            source = update_source(device, neighbor.update_source, neighbor.address.version)
            why = "" if source is not None else f"update-source {neighbor.update_source} has no address"
            return End(device.name, device, process, neighbor, source, connected, why)
        if connected is not None:
            source = address_towards(device, connected, neighbor.address)
            return End(device.name, device, process, neighbor, source, connected)
        source = configured_towards(device, process.vrf, neighbor.address) or self._routed_source(
            device, process.vrf, neighbor.address
        )
        return End(device.name, device, process, neighbor, source, None, "" if source else "no route to the neighbour")

    def _routed_source(self, device: Device, vrf: str, target: Address) -> Address | None:
        """The address of the interface that the route to `target` leaves by."""
        self._routed.add(device.name)
        found = self._underlay.resolve(device.name, vrf, target)
        if found is None or not found.hops:
            return None
        return address_on(device, found.hops[0].interface or "", target.version)

    # ---------------------------------------------------------------------------------------------- matching

    def _pair_table(
        self, table: tuple[str, str], ends: list[End], previous: SessionTable | None, since: Since | None
    ) -> Iterator[Paired]:
        before = previous._paired.get(table, ()) if previous is not None else ()
        theirs = previous._ends.get(table, []) if previous is not None else []
        for number, end in enumerate(ends):
            known = before[number] if number < len(theirs) and theirs[number] is end else None
            if known is not None and since is not None and since.holds(known):
                yield known
                continue
            found = self._pair_anew(end)
            alike = known is not None and len(known.pairings) == len(found.pairings)
            if known is not None and alike and all(map(_is_same, known.pairings, found.pairings)):
                found = found._replace(pairings=known.pairings)
            yield found

    def _pair_anew(self, end: End) -> Paired:
        self._reading = reading = Reading({end.node})
        pairings: tuple[Pairing, ...] = ()
        if end.neighbor.interface is not None:
            reading.fleeting = True
            pairings = (self._pair_unnumbered(end),)
        elif end.neighbor.address is not None:
            pairings = tuple(self._pair_numbered(end))
        return Paired(
            pairings,
            end.neighbor.address,
            frozenset(reading.nodes),
            tuple(reading.near),
            tuple(reading.asked),
            tuple(reading.vouched),
            reading.fleeting,
        )

    def _pair_numbered(self, end: End) -> Iterator[Pairing]:
        target = end.neighbor.address
        assert target is not None
        owners = self._owners.get(target, ())
        self._reading.nodes.update(owner.node for owner in owners)
        if not owners or all(owner.node == end.node and owner.vrf == end.vrf for owner in owners):
            yield self._alone(end, owned=bool(owners))
            return
        found: list[tuple[Pairing, End, bool]] = []
        for owner in owners:
            peer, dynamic = self._facing(end, owner)
            if peer is not None:
                found.append((self._pair(end, peer, target), peer, dynamic))
        if not found:
            yield self._alone(end, owned=True)
            return
        # An address that several devices or tables bear: who answers is who is up, then who at least agrees; of
        # several tables the one at the other end of the link, then the one of the same name.
        alone = len(found) == 1
        self._reading.fleeting |= not alone
        pairing, peer, dynamic = found[0] if alone else min(found, key=lambda each: self._likelihood(end, *each[:2]))
        yield pairing
        if dynamic:
            yield self._mirror(pairing, peer)

    def _likelihood(self, end: End, pairing: Pairing, peer: End) -> tuple[int, bool, bool]:
        topology = self._underlay.topology
        here = topology.interface(end.node, end.interface or "")
        near = topology.neighbours(here.id) if here is not None else ()
        on_link = any(far.node == peer.node and topology.interfaces[far].vrf == peer.vrf for far in near)
        return _STATUS_ORDER[pairing.session.status], not on_link, end.vrf != peer.vrf

    def _facing(self, end: End, owner: Owner) -> tuple[End | None, bool]:
        """The end on the owner's node that faces `end`, and whether it is a listen range."""
        if end.source is not None:
            found = self._by_address.get((owner.node, owner.vrf, end.source))
            if found is not None:
                return found, False
        # The other end may open from an address that is ours though we would open from another one.
        for found in self._ends.get((owner.node, owner.vrf), ()):
            address = found.neighbor.address
            if address is not None and found.source == end.neighbor.address:
                mine = self._owners.get(address, ())
                if any(each.node == end.node and each.vrf == end.vrf for each in mine):
                    return found, False
        if end.source is None:
            return None, False
        fitting = (
            found
            for found in self._ends.get((owner.node, owner.vrf), ())
            if found.neighbor.listen is not None and found.neighbor.listen.contains(end.source)
        )
        longest = max(
            fitting, key=lambda found: found.neighbor.listen.length if found.neighbor.listen else 0, default=None
        )
        return longest, longest is not None

    def _pair(self, end: End, peer: End, target: Address) -> Pairing:
        """Two numbered ends that name each other: are they of one mind, and can they talk?"""
        local = end.source
        if peer.neighbor.address is not None and peer.source == target:
            local = peer.neighbor.address if self._opens(peer, end) and not self._opens(end, peer) else local
        local_as = end.presented_as(end.expected_as())
        expected_here = peer.expected_as() if peer.neighbor.listen is None else local_as
        remote_as = peer.presented_as(expected_here)
        kind = kind_of(end, remote_as)
        odds = mismatch(end, peer, local_as, remote_as)
        why = odds or self._down_why(end, peer, target, local, kind)
        session = BgpSession(
            end.node,
            end.vrf,
            local_as,
            local,
            None,
            remote_as if not odds else end.expected_as(),
            peer.node if not odds else None,
            target,
            None,
            self._type(end, kind, unnumbered=False),
            "NOT_COMPATIBLE" if odds else "NOT_ESTABLISHED" if why else "ESTABLISHED",
            not why,
            external=self._is_external(end, peer.node, remote_as),
            why=why,
            families=unicast(end.neighbor) & unicast(peer.neighbor),
            source=end.neighbor.source,
        )
        return Pairing(end, session, kind, peer, (peer.node, peer.vrf, str(local)))

    def _mirror(self, pairing: Pairing, listener: End) -> Pairing:
        """The listening end's own row of a dynamic session."""
        seen = pairing.session
        end = replace(listener, source=seen.remote_address, interface=None)
        if seen.local_address is not None:
            end = replace(end, interface=self._underlay.connected(end.node, end.vrf, seen.local_address))
        session = replace(
            seen,
            node=end.node,
            vrf=end.vrf,
            local_as=seen.remote_as,
            local_address=seen.remote_address,
            remote_as=seen.local_as,
            remote_node=pairing.end.node,
            remote_address=seen.local_address,
            external=self._is_external(end, pairing.end.node, seen.local_as),
            source=listener.neighbor.source,
        )
        return Pairing(end, session, pairing.kind, pairing.end, seen.key)

    def _opens(self, end: End, towards: End) -> bool:
        """Whether `end` can open the TCP session: its source is the address that the other end expects."""
        if end.neighbor.passive or end.source is None:
            return False
        listen = towards.neighbor.listen
        return towards.neighbor.address == end.source or (listen is not None and listen.contains(end.source))

    def _down_why(self, end: End, peer: End, target: Address, local: Address | None, kind: str) -> str:
        for each, other in ((end, peer), (peer, end)):
            if each.neighbor.shutdown:
                return f"shut down at {each.node}"
            if each.neighbor.listen is None and each.source_why and not self._opens(other, each):
                return f"{each.source_why} at {each.node}"
        if not (self._opens(end, peer) or self._opens(peer, end)):
            return "both ends are passive" if end.neighbor.passive else "neither end opens from the address expected"
        if local is None:
            return "no local address"
        if kind == IBGP and router_id(end.device, end.process) == router_id(peer.device, peer.process):
            return "both ends have the same router-id"  # RFC 6286 2.1
        refused = refused_hold_time(end, peer) or refused_hold_time(peer, end)
        if refused:
            return refused
        for each, ours, theirs in ((end, local, target), (peer, target, local)):
            why = self._end_down_why(each, ours, theirs, kind)
            if why:
                return why
        return self._path_why(end, peer, local, target, kind)

    def _end_down_why(self, end: End, ours: Address, theirs: Address, kind: str) -> str:
        owner = next((o for o in self._underlay.topology.owners(ours) if (o.node, o.vrf) == (end.node, end.vrf)), None)
        if owner is None:
            return f"{ours} is not up at {end.node}"
        if kind == IBGP or far_allowed(end.neighbor):
            return ""
        connected = self._underlay.connected(end.node, end.vrf, theirs)
        if connected is None:
            return f"{theirs} is not directly connected at {end.node}"
        return ""

    def _path_why(self, end: End, peer: End, local: Address, target: Address, kind: str) -> str:
        link = self._underlay.connected(end.node, end.vrf, target)
        back = self._underlay.connected(peer.node, peer.vrf, local)
        if link is not None and back is not None:
            here, there = (
                self._underlay.topology.interface(end.node, link),
                self._underlay.topology.interface(peer.node, back),
            )
            if here and there:
                together = there.id in self._underlay.topology.neighbours(here.id)
                self._reading.near.append((here.id, there.id, together))
                if together:
                    return ""
            if kind != IBGP and not (far_allowed(end.neighbor) and far_allowed(peer.neighbor)):
                return f"{end.node} and {peer.node} are not on one link"
        for each, address, other in ((end, target, peer), (peer, local, end)):
            if not self.reaches(each.node, each.vrf, address):
                return f"{each.node} does not reach {address}"
            elsewhere = self._astray(each, address, other)
            if elsewhere:
                return f"packets of {each.node} to {address} end at {elsewhere}, which bears it too"
        return ""

    def _astray(self, start: End, target: Address, meant: End) -> str:
        """Another device that bears the address and where packets to it end, by some way; "" where there is none."""
        bearers = {(owner.node, owner.vrf) for owner in self._underlay.topology.owners(target)}
        bearers = {each for each in bearers if each[0] != meant.node}
        seen: set[tuple[str, str]] = set()
        ahead = [(start.node, start.vrf)] if bearers else []
        while ahead:
            here = ahead.pop()
            if here in bearers:
                return here[0]
            if here[0] != meant.node and here not in seen:
                seen.add(here)
                ahead.extend(self._onward(*here, target))
        return ""

    def reaches(self, node: str, vrf: str, target: Address) -> bool:
        """Whether packets from `node` to `target` arrive at an up interface that bears it, hop by hop."""
        if self._carrying is not None and self._carrying.vouches(node, vrf, target):
            self._reading.vouched.append((node, vrf, target))
            return True
        self._reading.fleeting = True
        trail: list[tuple[str, str, Address]] = []
        answer = False
        for _ in range(_LONGEST_PATH):
            key = (node, vrf, target)
            known = self._reach.get(key)
            if known is not None:
                answer = known
                break
            trail.append(key)
            if any((o.node, o.vrf) == (node, vrf) for o in self._underlay.topology.owners(target)):
                answer = True
                break
            step = self._step(node, vrf, target)
            if step is None:
                break
            if step == (node, vrf):
                answer = True
                break
            node, vrf = step
        for key in trail:
            self._reach[key] = answer
        return answer

    def _step(self, node: str, vrf: str, target: Address) -> tuple[str, str] | None:
        """The next node on the way; the node itself where an interior route to the very host vouches for the path."""
        found = self._underlay.resolve(node, vrf, target)
        if found is None or found.discard or not found.hops:
            return None
        if found.prefix.is_host and found.protocol.value.startswith(("ospf", "isis")):
            return (node, vrf)  # a host route of the IGP exists only where the whole path does
        return self._far(node, found.hops[0], target)

    def _onward(self, node: str, vrf: str, target: Address) -> Iterator[tuple[str, str]]:
        """The next nodes on every way that equal costs leave open."""
        found = self._underlay.resolve(node, vrf, target)
        for hop in found.hops if found is not None and not found.discard else ():
            far = self._far(node, hop, target)
            if far is not None:
                yield far

    def _far(self, node: str, hop: NextHop, target: Address) -> tuple[str, str] | None:
        """The node and VRF at the other end of a hop."""
        gateway = hop.address or target
        here = self._underlay.topology.interface(node, hop.interface or "")
        if here is None or not here.up:
            return None
        for far in self._underlay.topology.neighbours(here.id):
            state = self._underlay.topology.interfaces[far]
            if gateway.is_link_local or any(address == gateway for address, _ in state.addresses):
                return (far.node, state.vrf)
            if hop.address is None and any(o.node == far.node for o in self._underlay.topology.owners(target)):
                return (far.node, state.vrf)  # a route to the interface alone: who bears the address answers ARP
        return None

    # ------------------------------------------------------------------------------------------------- alone

    def _alone(self, end: End, *, owned: bool) -> Pairing:
        """An end that no device of the snapshot faces. Up while it is complete, unless somebody owns the address."""
        target = end.neighbor.address
        assert target is not None
        remote_as = end.expected_as()
        local_as = end.presented_as(remote_as)
        kind = EBGP if remote_as is None else kind_of(end, remote_as)
        why = "no neighbour there is configured for it" if owned else self._incomplete(end, target, kind)
        session = BgpSession(
            end.node,
            end.vrf,
            local_as,
            end.source,
            None,
            remote_as,
            None,
            target,
            None,
            self._type(end, kind, unnumbered=False),
            "NOT_COMPATIBLE",
            not why,
            external=not owned and self._is_external(end, None, remote_as),
            why=why,
            families=unicast(end.neighbor),
            source=end.neighbor.source,
        )
        return Pairing(end, session, kind, None, None)

    def _incomplete(self, end: End, target: Address, kind: str) -> str:
        if end.neighbor.shutdown:
            return f"shut down at {end.node}"
        if end.expected_as() is None and end.neighbor.remote_as_kind != "external":
            return "no remote AS is configured"
        if end.source is None:
            return end.source_why or "no local address"
        why = self._end_down_why(end, end.source, target, kind)
        if why:
            return why
        self._reading.asked.append((end.node, end.vrf, target))
        found = self._underlay.resolve(end.node, end.vrf, target)
        return "" if found is not None and not found.discard else f"{end.node} does not reach {target}"

    # -------------------------------------------------------------------------------------------- unnumbered

    def _pair_unnumbered(self, end: End) -> Pairing:
        topology = self._underlay.topology
        here = topology.interface(end.node, end.interface or "")
        peer = self._facing_unnumbered(here.id) if here is not None else None
        remote_as = peer.presented_as(peer.expected_as()) if peer is not None else end.expected_as()
        local_as = end.presented_as(end.expected_as())
        kind = EBGP if remote_as is None else kind_of(end, remote_as)
        odds = mismatch(end, peer, local_as, remote_as or 0) if peer is not None else ""
        why = odds or self._unnumbered_why(end, peer, up=here is not None and here.up)
        status = "NOT_COMPATIBLE" if peer is None or odds else "NOT_ESTABLISHED" if why else "ESTABLISHED"
        session = BgpSession(
            end.node,
            end.vrf,
            local_as,
            None,
            here.id.interface if here is not None else end.interface,
            remote_as,
            peer.node if peer is not None else None,
            None,
            peer.interface if peer is not None else None,
            self._type(end, kind, unnumbered=True),
            status,
            not why,
            external=self._is_external(end, peer.node if peer else None, remote_as),
            why=why,
            families=unicast(end.neighbor) & (unicast(peer.neighbor) if peer else unicast(end.neighbor)),
            source=end.neighbor.source,
        )
        key = None
        if peer is not None:
            far = topology.interface(peer.node, peer.interface or "")
            key = (peer.node, peer.vrf, far.id.interface if far else peer.interface or "")
        return Pairing(end, session, kind, peer, key)

    def _facing_unnumbered(self, interface: InterfaceId) -> End | None:
        topology = self._underlay.topology
        for far in topology.neighbours(interface):
            vrf = topology.interfaces[far].vrf
            for found in self._ends.get((far.node, vrf), ()):
                if (found.neighbor.interface or "").lower() == far.interface.lower():
                    return found
        return None

    def _unnumbered_why(self, end: End, peer: End | None, *, up: bool) -> str:
        for each in (end, peer) if peer is not None else (end,):
            if each.neighbor.shutdown:
                return f"shut down at {each.node}"
        return "" if up else f"{end.interface} is down"

    # ------------------------------------------------------------------------------------------------- facts

    def _outside(self, node: str) -> bool:
        """Whether the node belongs to an external site."""
        if node not in self._sites:
            site = self._snapshot.inventory.site_of(node)
            self._sites[node] = site is not None and site.kind == EXTERNAL
        return self._sites[node]

    def _type(self, end: End, kind: str, *, unnumbered: bool) -> str:
        family = "IBGP" if kind == IBGP else "EBGP"
        if unnumbered:
            return f"{family}_UNNUMBERED"
        if kind == IBGP:
            return "IBGP"
        return "EBGP_MULTIHOP" if (end.neighbor.multihop or 1) > 1 else "EBGP_SINGLEHOP"

    def _is_external(self, end: End, remote_node: str | None, remote_as: int | None) -> bool:
        """CONTRACT 2: towards an external site, in `peerings`, or to another AS that nobody in the snapshot has."""
        if self._outside(end.node):
            return False
        address = end.neighbor.address
        if address is not None and (end.node.lower(), address) in self._peerings:
            return True
        if remote_node is not None:
            return self._outside(remote_node)
        return remote_as != end.process.asn and (remote_as or 0) not in end.process.confederation_peers


def _says_alike(one: Inventory, other: Inventory) -> bool:
    return one is other or (one == other and one.file_names == other.file_names)


def _kept(ends: list[End], before: list[End]) -> list[End]:
    """The ends, those that are as they were as the objects of before; the list of before if all of them are."""
    if len(ends) != len(before):
        return ends
    found = [old if _is_same_end(new, old) else new for new, old in zip(ends, before, strict=True)]
    return before if are_same(found, before) else found


def _is_same_end(one: End, other: End) -> bool:
    same = one.device is other.device and one.process is other.process and one.neighbor is other.neighbor
    return same and (one.source, one.interface, one.source_why) == (other.source, other.interface, other.source_why)


def _is_same(one: Pairing, other: Pairing) -> bool:
    """Whether two pairings of the same ends say the same."""
    alike = one.end is other.end and one.peer is other.peer and one.kind == other.kind
    return alike and one.peer_key == other.peer_key and one.session == other.session


def _mutual(pairings: Sequence[Pairing]) -> Iterator[Pairing]:
    """Ends whose far end talks to another one (an address that several devices bear) are left alone."""
    chosen = {pairing.key: pairing.peer_key for pairing in pairings}
    for pairing in pairings:
        key = pairing.key
        other = chosen.get(pairing.peer_key) if pairing.peer_key is not None else None
        if other is None or other == key or not pairing.session.up:
            yield pairing
            continue
        why = f"{pairing.session.remote_node} talks to another device with this address"
        session = replace(pairing.session, status="NOT_COMPATIBLE", up=False, why=why, remote_node=None)
        yield replace(pairing, session=session)
