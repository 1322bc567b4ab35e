"""What forwarding asks about interfaces: who bears an address, who is next to whom, which filters stand at the door.

Law: built from a Snapshot and a NetworkState alone, so that any engine's state serves. Addresses of interfaces that
are down are remembered: nothing is delivered to an address whose host or interface is known to be down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from guard.model.acl import Acl
from guard.model.address import WIDTH, Address, Prefix, prefix_of
from guard.model.device import Device
from guard.model.inventory import Site
from guard.model.state import InterfaceId, NetworkState
from guard.snapshot.likeness import alike
from guard.snapshot.snapshot import Snapshot

DEFAULT_VRF = "default"
#: Subnets up to this many addresses are looked at one by one to see whether every address is taken.
SMALL_SUBNET = 256


class Owner(NamedTuple):
    """An up interface that bears an address."""

    node: str
    vrf: str
    interface: str


class PrefixSet:
    """Prefixes to be asked by longest match."""

    __slots__ = ("_lengths", "_members")

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        self._members = frozenset(prefixes)
        lengths = {(p.version, p.length) for p in self._members}
        self._lengths = {version: sorted((n for v, n in lengths if v == version), reverse=True) for version in (4, 6)}

    def covering(self, prefix: Prefix) -> Iterator[Prefix]:
        """Members that cover `prefix` (itself included), longest first."""
        width = WIDTH[prefix.version]
        for length in self._lengths[prefix.version]:
            if length <= prefix.length:
                shift = width - length
                candidate = Prefix(prefix.version, prefix.value >> shift << shift, length)
                if candidate in self._members:
                    yield candidate

    def shortest(self, version: int) -> int:
        """The length of the shortest member of a family; its width where there is none."""
        return self._lengths[version][-1] if self._lengths[version] else WIDTH[version]

    def holds(self, address: Address) -> bool:
        return next(self.covering(address.host), None) is not None


def _without_forwarding(device: Device) -> Iterator[tuple[int, str]]:
    """(IP version, VRF) in which a device takes packets for itself alone."""
    vrfs = (DEFAULT_VRF, *(vrf.name for vrf in device.vrfs))
    if not device.ip_forwarding:
        yield from ((4, vrf) for vrf in vrfs)
    if not device.ipv6_forwarding:
        yield from ((6, vrf) for vrf in vrfs)
    yield from ((4, vrf.name) for vrf in device.vrfs if not vrf.ip_routing)


def addresses_of(device: Device) -> object:
    """What of a device is read for who bears which address, `Links.configured` and `Links.internal`."""
    return device.vendor, [(face.name, face.kind, face.addresses, face.virtual_addresses) for face in device.interfaces]


def _numbers(device: Device) -> set[tuple[Address, Prefix]]:
    found = {(bound.address, bound.prefix) for face in device.interfaces for bound in face.addresses}
    return found | {(address, address.host) for face in device.interfaces for address in face.virtual_addresses}


def _wires(device: Device) -> object:
    """What of a device is read for who may be wired to whom."""
    return [(face.name, face.kind, face.vrf, face.addresses) for face in device.interfaces]


def _doors(device: Device) -> tuple[object, ...]:
    """What of a device the filters are read from."""
    faces = tuple((f.name, f.acl_in, f.acl_out, f.acl6_in, f.acl6_out, f.control_plane) for f in device.interfaces)
    return device.acls, device.control_plane_acls, faces


class Links:
    """Indices over one state. Interfaces that the state does not know are taken from the configuration as down.

    `before`: those of a similar state. What is read from devices alone is theirs, the same object, where no device says
    anything else about it.
    """

    def __init__(self, snapshot: Snapshot, state: NetworkState, before: Links | None = None) -> None:
        self.snapshot = snapshot
        self.state = state
        self._edited = _edited(snapshot, before.snapshot) if before is not None else None
        self.down = snapshot.down_nodes | state.scenario.down_nodes
        self.configured: dict[Address, tuple[InterfaceId, ...]]
        self.internal: PrefixSet
        self.owners: dict[Address, tuple[Owner, ...]]
        self.filters_in: dict[tuple[int, InterfaceId], Acl] = {}
        self.filters_out: dict[tuple[int, InterfaceId], Acl] = {}
        self.filters_own: dict[tuple[int, str], tuple[Acl, ...]] = {}
        #: The very objects of the state before where all devices say the same: of their addresses; of filters, wherever
        #: the lines of these stand.
        self.numbers, self.doors = object(), object()
        self.standing = object()  # of interfaces as configured, and as they stand
        if before is not None and self.says_alike(addresses_of):
            self.numbers, self.configured, self.internal = before.numbers, before.configured, before.internal
        else:
            self.configured, self.internal = _configured(snapshot), _internal(snapshot)
        if before is not None and self.says_alike(_doors):
            self.doors, self.filters_in, self.filters_out = before.doors, before.filters_in, before.filters_out
            self.filters_own = before.filters_own
        else:
            self._read_filters(snapshot)
            if before is not None and all(alike(_doors(one), _doors(other)) for one, other in self._edited or ()):
                self.doors = before.doors
        #: Interfaces that are not what they were; None: all may be others.
        self.moved: frozenset[InterfaceId] | None = None
        if before is not None and self.configured is before.configured:
            self.moved = _moved(state, before.state)
            if not self.moved and self.says_alike(_wires):
                self.standing = before.standing
            self.owners = _owners_after(before.owners, snapshot, before.state, state, self.moved)
        else:
            self.owners = _owners(snapshot, state)
        self._edges: dict[InterfaceId, tuple[InterfaceId, ...]] | None = None
        self._near: dict[InterfaceId, frozenset[InterfaceId]] = {}
        self._sites: dict[str, Site | None] = {}
        self._members: dict[str, list[str]] | None = None
        self.wired: dict[str, object] = {}  # what others read off interfaces as configured, layer 1 and the inventory
        self.no_transit_forwarding = frozenset(
            (version, device.name, vrf)
            for device in snapshot.devices.values()
            for version, vrf in _without_forwarding(device)
        )

    def _read_filters(self, snapshot: Snapshot) -> None:
        """A filter that is named but not defined passes everything, as IOS and EOS do; checks report the reference."""
        for device in snapshot.devices.values():
            own: dict[int, list[Acl]] = defaultdict(list)
            for version, name in device.control_plane_acls:
                if (version, name) in device.acls:
                    own[version].append(device.acls[version, name])
            for face in device.interfaces:
                here = InterfaceId(device.name, face.name)
                for version, entering, leaving in ((4, face.acl_in, face.acl_out), (6, face.acl6_in, face.acl6_out)):
                    if (version, entering) in device.acls:
                        found = device.acls[version, entering]
                        if face.control_plane:
                            own[version].append(found)
                        else:
                            self.filters_in[version, here] = found
                    if (version, leaving) in device.acls and not face.control_plane:
                        self.filters_out[version, here] = device.acls[version, leaving]
            for version, acls in own.items():
                self.filters_own[version, device.name] = tuple(acls)

    @property
    def renumbered(self) -> frozenset[Prefix]:
        """Subnets that some interface has another address in than before, if the same devices are there."""
        found: set[Prefix] = set()
        for pair in self._edited or ():
            one, other = (_numbers(device) for device in pair)
            found.update(prefix for _, prefix in one ^ other)
        return frozenset(found)

    def says_alike(self, read: Callable[[Device], object]) -> bool:
        """Whether each device says the same about something as before; no where there is no state before."""
        return self._edited is not None and all(read(one) == read(other) for one, other in self._edited)

    def neighbours(self, interface: InterfaceId) -> tuple[InterfaceId, ...]:
        """Up interfaces at the other end of the layer-3 edges of `interface`, sorted."""
        if self.state.neighbours is not None:
            return self.state.neighbours(interface)
        if self._edges is None:
            heads: dict[InterfaceId, list[InterfaceId]] = defaultdict(list)
            for edge in self.state.edges:
                heads[edge.tail].append(edge.head)
            self._edges = {tail: tuple(sorted(ends)) for tail, ends in heads.items()}
        return self._edges.get(interface, ())

    def near(self, interface: InterfaceId) -> frozenset[InterfaceId]:
        """The neighbours as a set, remembered: a management subnet may have a thousand of them."""
        known = self._near.get(interface)
        if known is None:
            known = self._near[interface] = frozenset(self.neighbours(interface))
        return known

    def subnets(self, interface: InterfaceId) -> tuple[Prefix, ...]:
        """Subnets of an interface as the state has them."""
        found = self.state.interfaces.get(interface)
        return tuple(prefix_of(address, length) for address, length in found.addresses) if found else ()

    def subnet_of(self, interface: InterfaceId, address: Address) -> Prefix | None:
        """The subnet of an interface that `address` lies in."""
        return next((subnet for subnet in self.subnets(interface) if subnet.contains(address)), None)

    def is_full(self, subnet: Prefix) -> bool:
        """Whether every host address of a small subnet is configured on some device: nobody unknown can live there."""
        hosts = host_addresses(subnet)
        return hosts is not None and all(address in self.configured for address in hosts)

    def vrf(self, interface: InterfaceId) -> str:
        found = self.state.interfaces.get(interface)
        return found.vrf if found else DEFAULT_VRF

    def site(self, node: str) -> Site | None:
        if node not in self._sites:
            self._sites[node] = self.snapshot.inventory.site_of(node)
        return self._sites[node]

    def share_sites(self, other: Links) -> None:
        """Take what another state of an equal inventory has found of who belongs where; sites go by their names."""
        self._sites = other._sites
        if self.says_alike(_wires) and self.snapshot.layer1 == other.snapshot.layer1:
            self.wired = other.wired

    def has_filters_of(self, other: Links) -> bool:
        """Whether the very same filters stand at the same places."""
        ours, theirs = ((each.filters_in, each.filters_out, each.filters_own) for each in (self, other))
        return ours == theirs

    def site_name(self, node: str) -> str:
        """The node's site, "" where it has none."""
        site = self.site(node)
        return site.name if site else ""

    def label(self, node: str) -> str:
        """The node's site, or the node itself where it has none."""
        return self.site_name(node) or node

    def is_outside(self, node: str) -> bool:
        """Whether the node belongs to an external site."""
        site = self.site(node)
        return site is not None and site.kind == "external"

    def nodes_of(self, site: Site) -> tuple[str, ...]:
        """Devices of the snapshot that belong to a site and are up, sorted."""
        if self._members is None:
            self._members = defaultdict(list)
            for name in sorted(self.snapshot.devices):
                self._members[self.site_name(name)].append(name)
        return tuple(name for name in self._members.get(site.name, ()) if name not in self.down)

    def is_alive(self, node: str) -> bool:
        return node in self.snapshot.devices and node not in self.down


def host_addresses(subnet: Prefix) -> list[Address] | None:
    """Assignable addresses of a small subnet, None for a large one (RFC 3021: both of a /31; RFC 6164: of a /127)."""
    size = 1 << (WIDTH[subnet.version] - subnet.length)
    if size > SMALL_SUBNET:
        return None
    values = range(subnet.value, subnet.value + size)
    if subnet.version == 4 and size > 2:
        values = values[1:-1]
    return [Address(subnet.version, value) for value in values]


def is_no_host(subnet: Prefix, address: Address) -> bool:
    """Whether an IPv4 address is the network or broadcast address of its subnet: nobody can have it."""
    return subnet.version == 4 and subnet.length < 31 and address in (subnet.first, subnet.last)


def _edited(snapshot: Snapshot, before: Snapshot) -> tuple[tuple[Device, Device], ...] | None:
    """Devices that are other objects than they were, with those; None where others are there."""
    devices, others = snapshot.devices, before.devices
    if devices.keys() != others.keys():
        return None
    return tuple((others[name], device) for name, device in devices.items() if device is not others[name])


def _owners(snapshot: Snapshot, state: NetworkState) -> dict[Address, tuple[Owner, ...]]:
    found: dict[Address, list[Owner]] = defaultdict(list)
    for here, face in state.interfaces.items():
        if face.up:
            for address, _ in face.addresses:
                found[address].append(Owner(here.node, face.vrf, here.interface))
    for device in snapshot.devices.values():
        for interface in device.interfaces:
            known = state.interfaces.get(InterfaceId(device.name, interface.name))
            if known is not None and known.up:
                for address in interface.virtual_addresses:
                    owner = Owner(device.name, known.vrf, interface.name)
                    if owner not in found[address]:
                        found[address].append(owner)
    return {address: tuple(sorted(owners)) for address, owners in found.items() if owners}


def _moved(state: NetworkState, before: NetworkState) -> frozenset[InterfaceId]:
    """Interfaces that are not in the state that they were in."""
    faces, others = state.interfaces, before.interfaces
    if faces is others:
        return frozenset()
    found = {here for here, face in faces.items() if face is not (was := others.get(here)) and face != was}
    return frozenset(found).union(others.keys() - faces.keys())


def _owners_after(
    owners: dict[Address, tuple[Owner, ...]],
    snapshot: Snapshot,
    before: NetworkState,
    state: NetworkState,
    moved: frozenset[InterfaceId],
) -> dict[Address, tuple[Owner, ...]]:
    """`_owners`, from those before some interfaces moved; what is configured on them is the same."""
    if not moved:
        return owners
    found = dict(owners)
    for here in sorted(moved):
        device = snapshot.devices.get(here.node)
        configured = [face for face in device.interfaces if face.name == here.interface] if device is not None else []
        shared = [address for face in configured for address in face.virtual_addresses]
        for faces in (before.interfaces, state.interfaces):
            face = faces.get(here)
            for address in {*shared, *(a for a, _ in face.addresses)} if face is not None else ():
                kept = {owner for owner in found.get(address, ()) if (owner.node, owner.interface) != here}
                if faces is state.interfaces and face is not None and face.up:
                    kept.add(Owner(here.node, face.vrf, here.interface))
                found[address] = tuple(sorted(kept))
                if not kept:
                    del found[address]
    return found


def _internal(snapshot: Snapshot) -> PrefixSet:
    return PrefixSet(
        bound.prefix for device in snapshot.devices.values() for face in device.interfaces for bound in face.addresses
    )


def _configured(snapshot: Snapshot) -> dict[Address, tuple[InterfaceId, ...]]:
    found: dict[Address, list[InterfaceId]] = defaultdict(list)
    for device in snapshot.devices.values():
        for face in device.interfaces:
            for bound in face.addresses:
                found[bound.address].append(InterfaceId(device.name, face.name))
            for address in face.virtual_addresses:
                found[address].append(InterfaceId(device.name, face.name))
    return {address: tuple(sorted(places)) for address, places in found.items()}
