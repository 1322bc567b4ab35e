"""Builds the Topology of a snapshot under a scenario: states, segments, owners.

Without a layer-1 file, those who share a subnet are neighbours. With one, two interfaces of nodes that it names must
also share a broadcast domain (cables, switch ports, VLANs); nodes that it does not name stay neighbours by subnet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from guard.model.address import Address, Prefix, prefix_of
from guard.model.device import Interface
from guard.model.state import Edge, InterfaceId, InterfaceState, Scenario, StateNote
from guard.simulate.layer3.interfaces import cabling, carries, configured, down_reasons, folded_names, link_ends
from guard.simulate.layer3.shelf import Shelf
from guard.simulate.layer3.topology import Owner, Segment, Topology
from guard.snapshot.snapshot import Snapshot

#: An address of an up interface: (interface, address, prefix length).
Member = tuple[InterfaceId, Address, int]


class Wiring(NamedTuple):
    """What does not depend on what is down: of one set of configurations and one layer-1 file."""

    interfaces: Mapping[InterfaceId, Interface]
    folded: Mapping[tuple[str, str], InterfaceId]
    cables: tuple[tuple[InterfaceId, InterfaceId], ...] | None
    ends: Mapping[InterfaceId, InterfaceId]
    domains: _Domains | None
    up: Mapping[InterfaceId, InterfaceState]  # each interface as it is while nothing takes it down


#: Interfaces by device, the very objects that a snapshot has.
Faces = Mapping[str, tuple[Interface, ...]]
#: Interfaces and nodes that a snapshot has down.
Down = tuple[frozenset[InterfaceId], frozenset[str]]


@dataclass(slots=True)
class _Laid:
    """What was made of one set of interfaces and one layer-1 file; `topology`: without a failure."""

    faces: Faces
    layer1: tuple[Edge, ...] | None
    wiring: Wiring
    down: Down = (frozenset(), frozenset())
    topology: Topology | None = None


#: What was laid last, for scenarios and for snapshots with the same interfaces.
Kept = Shelf[_Laid]


def _laid(snapshot: Snapshot, kept: Kept, *, base: bool) -> _Laid:
    faces = {name: device.interfaces for name, device in snapshot.devices.items()}
    found = kept.find(lambda each: each.layer1 == snapshot.layer1 and _same(each.faces, faces))
    if found is None:
        found = _Laid(faces, snapshot.layer1, _wire(snapshot))
    kept.put(found, base=base)
    return found


def _same(one: Faces, other: Faces) -> bool:
    """Whether the very same interfaces stand in both, in the same order."""
    return list(one) == list(other) and all(other[name] is each for name, each in one.items())


def _wire(snapshot: Snapshot) -> Wiring:
    interfaces = configured(snapshot.devices)
    folded = folded_names(interfaces)
    cables = cabling(snapshot.layer1, folded)
    domains = _Domains(interfaces, folded, cables) if cables is not None else None
    up = {key: InterfaceState(key, each.vrf, True, "", _addresses(each)) for key, each in interfaces.items()}
    return Wiring(interfaces, folded, cables, link_ends(interfaces, cables), domains, up)


def build(snapshot: Snapshot, scenario: Scenario, kept: Kept | None = None, *, base: bool = False) -> Topology:
    """Layer 3 of the snapshot with everything down that the snapshot and the scenario take down.

    `base`: whether it is the base of what comes, which is kept for it.
    """
    laid = _laid(snapshot, kept if kept is not None else Kept(), base=base)
    down = snapshot.down_interfaces, snapshot.down_nodes
    if scenario.fails:
        return _topology(laid.wiring, down, scenario)
    if laid.topology is None or laid.down != down:
        laid.topology, laid.down = _topology(laid.wiring, down, scenario), down
    return laid.topology


def _topology(wiring: Wiring, snapshot_down: Down, scenario: Scenario) -> Topology:
    interfaces, folded, cables, ends, domains, up = wiring
    down = down_reasons(interfaces, ends, folded, snapshot_down=snapshot_down, scenario=scenario)
    states = dict(up)
    for key, why in down.items():
        states[key] = replace(up[key], up=False, why=why)
    segments, duplicates = _segments(interfaces, domains, cables, down)
    segments_of: dict[InterfaceId, list[int]] = defaultdict(list)
    for index, segment in enumerate(segments):
        for key in segment:
            segments_of[key].append(index)
    return Topology(
        interfaces=states,
        configured=interfaces,
        folded=folded,
        far_ends=ends,
        segments=segments,
        segments_of={key: tuple(indices) for key, indices in segments_of.items()},
        owned=_owners(interfaces, down),
        notes=duplicates,
    )


def _addresses(interface: Interface) -> tuple[tuple[Address, int], ...]:
    return tuple((each.address, each.length) for each in interface.addresses)


def _owners(
    interfaces: Mapping[InterfaceId, Interface], down: Mapping[InterfaceId, str]
) -> dict[Address, tuple[Owner, ...]]:
    own: dict[Address, list[Owner]] = defaultdict(list)
    shared: dict[Address, list[Owner]] = defaultdict(list)
    for key, interface in interfaces.items():
        if key in down:
            continue
        owner = Owner(key.node, interface.vrf, key.interface)
        for each in interface.addresses:
            own[each.address].append(owner)
        for virtual in interface.virtual_addresses:
            shared[virtual].append(owner)
    return {
        address: tuple(dict.fromkeys((*sorted(own.get(address, ())), *sorted(shared.get(address, ())))))
        for address in own.keys() | shared.keys()
    }


# ------------------------------------------------------------------------------------------------ segments


def _segments(
    interfaces: Mapping[InterfaceId, Interface],
    domains: _Domains | None,
    cables: Sequence[tuple[InterfaceId, InterfaceId]] | None,
    down: Mapping[InterfaceId, str],
) -> tuple[tuple[Segment, ...], tuple[StateNote, ...]]:
    groups = _subnets(interfaces, down)
    found: set[Segment] = set()
    notes: list[StateNote] = []
    for prefix, members in sorted(groups.items()):
        for group in _one_table_each(members, interfaces, prefix, notes):
            keys = sorted(set(group))
            found.update(_split(keys, domains) if domains else _whole(keys))
    found.update(_different_masks(groups, interfaces, domains))
    if domains:
        found.update(_unnumbered(domains, interfaces, cables or (), down))
    return tuple(sorted(found)), tuple(notes)


def _subnets(
    interfaces: Mapping[InterfaceId, Interface], down: Mapping[InterfaceId, str]
) -> dict[Prefix, list[Member]]:
    groups: dict[Prefix, list[Member]] = defaultdict(list)
    for key, interface in interfaces.items():
        if key in down or interface.kind == "loopback" or interface.switchport:
            continue
        for each in interface.addresses:
            if not each.prefix.is_host and not (each.address.version == 6 and each.address.is_link_local):
                groups[each.prefix].append((key, each.address, each.length))
    return groups


def _whole(keys: list[InterfaceId]) -> Iterable[Segment]:
    return (tuple(keys),) if len(keys) > 1 else ()


def _one_table_each(
    members: list[Member], interfaces: Mapping[InterfaceId, Interface], prefix: Prefix, notes: list[StateNote]
) -> Iterable[list[InterfaceId]]:
    """The same subnet used twice, once in each of several VRFs, is several subnets: addresses then repeat in it.

    Where a VRF ends at its router (a provider edge's VRFs towards customers with the same addresses), nothing says who
    is on which link: each of these may meet each of the others that has another address.
    """
    owners: dict[Address, list[InterfaceId]] = defaultdict(list)
    for key, address, _ in members:
        owners[address].append(key)
    repeated = {address: keys for address, keys in owners.items() if len(set(keys)) > 1}
    if not repeated:
        return ([key for key, _, _ in members],)
    tables: dict[str, list[InterfaceId]] = defaultdict(list)
    for key, _, _ in members:
        tables[interfaces[key].vrf].append(key)
    for address, keys in sorted(repeated.items()):
        if len({interfaces[key].vrf for key in keys}) < len(keys):
            notes.append(_duplicate(address, prefix, sorted(set(keys))))
    bound = {key: address for key, address, _ in members}
    whole = [held for held in tables.values() if len({bound[key] for key in held}) > 1]
    single = sorted(key for held in tables.values() if held not in whole for key in held)
    pairs = [[one, two] for one, two in combinations(single, 2) if bound[one] != bound[two]]
    return (*whole, *pairs)


def _duplicate(address: Address, prefix: Prefix, keys: list[InterfaceId]) -> StateNote:
    names = tuple(str(key) for key in keys)
    message = f"{address} of {prefix} is configured on {', '.join(names)}"
    return StateNote("duplicate-address", message, subjects=names, undecided=False)


def _split(keys: list[InterfaceId], domains: _Domains) -> Iterable[Segment]:
    """Members of one subnet by broadcast domain; those of nodes outside the layer-1 file see each member."""
    if all(key.node in domains.nodes for key in keys):
        parts: dict[object, list[InterfaceId]] = defaultdict(list)
        for key in keys:
            parts[domains.of(key)].append(key)
        return [tuple(part) for part in parts.values() if len(part) > 1]
    if not any(key.node in domains.nodes for key in keys):
        return _whole(keys)
    return [pair for pair in combinations(keys, 2) if domains.together(*pair)]


def _different_masks(
    groups: Mapping[Prefix, list[Member]], interfaces: Mapping[InterfaceId, Interface], domains: _Domains | None
) -> Iterable[Segment]:
    """Neighbours whose masks differ still hear each other where each lies in the other's subnet."""
    lengths: dict[int, list[int]] = {
        version: sorted({prefix.length for prefix in groups if prefix.version == version}) for version in (4, 6)
    }
    for prefix, members in groups.items():
        for length in lengths[prefix.version]:
            if length >= prefix.length:
                break
            wider = groups.get(prefix_of(prefix.first, length))
            for key, address, _ in wider or ():
                if not prefix.contains(address):
                    continue
                for other, _, _ in members:
                    if other != key and (domains is None or domains.together(key, other)):
                        yield (min(key, other), max(key, other))


def _unnumbered(
    domains: _Domains,
    interfaces: Mapping[InterfaceId, Interface],
    cables: Sequence[tuple[InterfaceId, InterfaceId]],
    down: Mapping[InterfaceId, str],
) -> Iterable[Segment]:
    """Cabled interfaces that reach each other without a subnet: borrowed addresses, or IPv6 link-local ones."""
    for one, two in cables:
        if one in down or two in down:
            continue
        first, second = interfaces[one], interfaces[two]
        if (_borrows(first) and _borrows(second)) or (_speaks_ipv6(first) and _speaks_ipv6(second)):
            yield (one, two)


def _borrows(interface: Interface) -> bool:
    """Unnumbered, or (as FRR writes it) with another interface's host address as its own."""
    own = [each for each in interface.addresses if each.address.version == 4]
    return bool(interface.unnumbered) or (bool(own) and all(each.prefix.is_host for each in own))


def _speaks_ipv6(interface: Interface) -> bool:
    return interface.ipv6_enabled or any(each.address.version == 6 for each in interface.addresses)


class _Domains:
    """Broadcast domains from layer 1: cables joined by switch ports of the same VLAN. `nodes`: those it names."""

    def __init__(
        self,
        interfaces: Mapping[InterfaceId, Interface],
        folded: Mapping[tuple[str, str], InterfaceId],
        cables: Sequence[tuple[InterfaceId, InterfaceId]] | None,
    ) -> None:
        self.nodes = frozenset(end.node for cable in cables or () for end in cable)
        self._interfaces = interfaces
        self._folded = folded
        self._root: dict[object, object] = {}
        self._bundle = {
            folded[key.node, member.lower()]: key
            for key, interface in interfaces.items()
            for member in interface.members
            if (key.node, member.lower()) in folded
        }
        tags = self._tags()
        for one, two in cables or ():
            first, second = self._bundle.get(one, one), self._bundle.get(two, two)
            for tag in tags.get(first, {0}) & tags.get(second, {0}):
                self._join((first, tag), (second, tag))
        for key, interface in interfaces.items():
            if interface.switchport and key not in self._bundle:
                self._bridge(key, interface, tags)

    def of(self, key: InterfaceId) -> object:
        """The domain that a routed interface stands in."""
        interface = self._interfaces[key]
        if interface.kind == "vlan" and interface.vlan is not None:
            return self._find((key.node, interface.vlan))
        parent = self._folded.get((key.node, interface.parent.lower())) if interface.parent else None
        if parent is not None:
            return self._find((self._bundle.get(parent, parent), interface.vlan or 0))
        return self._find((self._bundle.get(key, key), 0))

    def together(self, one: InterfaceId, two: InterfaceId) -> bool:
        if one.node not in self.nodes or two.node not in self.nodes:
            return True
        return self.of(one) == self.of(two)

    def _tags(self) -> dict[InterfaceId, set[int]]:
        """Tags that may pass each port: 0 is untagged."""
        tags: dict[InterfaceId, set[int]] = defaultdict(lambda: {0})
        vlans: dict[str, set[int]] = defaultdict(set)
        for key, interface in self._interfaces.items():
            if interface.parent and interface.vlan is not None:
                parent = self._folded.get((key.node, interface.parent.lower()))
                if parent is not None:
                    port = self._bundle.get(parent, parent)
                    tags[port].add(interface.vlan)
                    vlans[key.node].add(interface.vlan)
            elif interface.kind == "vlan" and interface.vlan is not None:
                vlans[key.node].add(interface.vlan)
        known = set().union(*vlans.values()) if vlans else set()
        for key, interface in self._interfaces.items():
            if interface.switchport and interface.trunk_vlans is not None:
                tags[key] |= {vlan for vlan in known if carries(interface, vlan)}
        return tags

    def _bridge(self, key: InterfaceId, interface: Interface, tags: Mapping[InterfaceId, set[int]]) -> None:
        if interface.trunk_vlans is None:
            self._join((key, 0), (key.node, interface.access_vlan or 1))
            return
        for tag in tags.get(key, ()):
            if tag:
                self._join((key, tag), (key.node, tag))

    def _find(self, item: object) -> object:
        while (up := self._root.get(item, item)) != item:
            item = up
        return item

    def _join(self, one: object, two: object) -> None:
        first, second = self._find(one), self._find(two)
        if first != second:
            self._root[first] = second
