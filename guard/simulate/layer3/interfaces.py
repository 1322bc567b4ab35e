"""Which interfaces are up, and what took the others down (CONTRACT 2: a link has two ends).

Law: down is monotone: causes are applied until nothing more goes down, so the order of interfaces does not matter.
Not modelled: tunnel destinations, spanning tree, LACP minimum links, UDLD.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from guard.model.address import Prefix
from guard.model.device import Device, Interface
from guard.model.state import Edge, InterfaceId, Scenario

#: Subnets that hold two routers: a link whose far end is down has no carrier.
POINT_TO_POINT_LENGTHS = {4: (30, 31), 6: (126, 127)}
_NEVER_DOWN_BY_FAR_END = ("loopback", "null")


def configured(devices: Mapping[str, Device]) -> dict[InterfaceId, Interface]:
    """Every interface of every device, in sorted order of devices."""
    return {
        InterfaceId(name, interface.name): interface
        for name, device in sorted(devices.items())
        for interface in device.interfaces
    }


def folded_names(interfaces: Mapping[InterfaceId, Interface]) -> dict[tuple[str, str], InterfaceId]:
    """(node, lower-case interface name) -> the interface; node names too are found in lower case."""
    found: dict[tuple[str, str], InterfaceId] = {}
    for key in interfaces:
        found[key.node, key.interface.lower()] = key
        found.setdefault((key.node.lower(), key.interface.lower()), key)
    return found


def link_ends(
    interfaces: Mapping[InterfaceId, Interface], layer1: Sequence[tuple[InterfaceId, InterfaceId]] | None
) -> dict[InterfaceId, InterfaceId]:
    """The far end of each point-to-point link: a layer-1 edge, or two members of a two-address subnet."""
    ends = _physical_ends(layer1 or ())
    members: dict[Prefix, list[InterfaceId]] = defaultdict(list)
    for key, interface in interfaces.items():
        if interface.kind in _NEVER_DOWN_BY_FAR_END:
            continue
        for address in interface.addresses:
            if address.length in POINT_TO_POINT_LENGTHS[address.address.version]:
                members[address.prefix].append(key)
    for pair in members.values():
        if len(pair) == 2 and pair[0] != pair[1]:
            ends.setdefault(pair[0], pair[1])
            ends.setdefault(pair[1], pair[0])
    return ends


def _physical_ends(layer1: Sequence[tuple[InterfaceId, InterfaceId]]) -> dict[InterfaceId, InterfaceId]:
    """Layer-1 edges whose two ends have one neighbour each; more neighbours are a segment, whose members stay up."""
    seen: dict[InterfaceId, set[InterfaceId]] = defaultdict(set)
    for tail, head in layer1:
        seen[tail].add(head)
        seen[head].add(tail)
    return {end: next(iter(far)) for end, far in seen.items() if len(far) == 1 and len(seen[next(iter(far))]) == 1}


def cabling(
    layer1: tuple[Edge, ...] | None, folded: Mapping[tuple[str, str], InterfaceId]
) -> tuple[tuple[InterfaceId, InterfaceId], ...] | None:
    """The layer-1 edges between interfaces that the configurations have, under their configured names."""
    if layer1 is None:
        return None
    edges = set()
    for tail, head in layer1:
        one = _find(folded, tail)
        two = _find(folded, head)
        if one is not None and two is not None and one != two:
            edges.add((min(one, two), max(one, two)))
    return tuple(sorted(edges))


def _find(folded: Mapping[tuple[str, str], InterfaceId], name: InterfaceId) -> InterfaceId | None:
    lowered = name.interface.lower()
    return folded.get((name.node, lowered)) or folded.get((name.node.lower(), lowered))


def down_reasons(
    interfaces: Mapping[InterfaceId, Interface],
    ends: Mapping[InterfaceId, InterfaceId],
    folded: Mapping[tuple[str, str], InterfaceId],
    *,
    snapshot_down: tuple[frozenset[InterfaceId], frozenset[str]],
    scenario: Scenario,
) -> dict[InterfaceId, str]:
    """The interfaces that are down, each with what took it down. `snapshot_down`: interfaces and nodes."""
    down = _own_reasons(interfaces, folded, snapshot_down, scenario)
    carriers = _vlan_carriers(interfaces)
    waiting = [key for key in interfaces if key not in down]
    while waiting:
        fresh = {key: why for key in waiting if (why := _derived(key, interfaces, ends, folded, carriers, down))}
        if not fresh:
            return down
        down.update(fresh)
        waiting = [key for key in waiting if key not in fresh]
    return down


def _own_reasons(
    interfaces: Mapping[InterfaceId, Interface],
    folded: Mapping[tuple[str, str], InterfaceId],
    snapshot_down: tuple[frozenset[InterfaceId], frozenset[str]],
    scenario: Scenario,
) -> dict[InterfaceId, str]:
    down: dict[InterfaceId, str] = {}
    nodes = {name.lower() for name in snapshot_down[1]}
    failed = {name.lower() for name in scenario.down_nodes}
    for key, interface in interfaces.items():
        if key.node.lower() in nodes:
            down[key] = f"node {key.node} is down"
        elif key.node.lower() in failed:
            down[key] = f"node {key.node} is down in the scenario"
        elif interface.shutdown:
            down[key] = "shutdown"
    for names, why in ((snapshot_down[0], "down in the snapshot"), (scenario.down_interfaces, "down in the scenario")):
        for name in names:
            found = _find(folded, name)
            if found is not None:
                down.setdefault(found, why)
    return down


def _derived(
    key: InterfaceId,
    interfaces: Mapping[InterfaceId, Interface],
    ends: Mapping[InterfaceId, InterfaceId],
    folded: Mapping[tuple[str, str], InterfaceId],
    carriers: Mapping[tuple[str, int], tuple[InterfaceId, ...]],
    down: Mapping[InterfaceId, str],
) -> str:
    """Why this interface is down given the others that are, or ""."""
    interface = interfaces[key]
    if interface.parent:
        parent = folded.get((key.node, interface.parent.lower()))
        if parent is not None and parent != key and parent in down:
            return f"parent {parent.interface} is down"
    if interface.members:
        members = [folded.get((key.node, member.lower())) for member in interface.members]
        if all(member is None or member in down for member in members):
            return "no member is up"
    if interface.kind == "vlan" and interface.autostate and interface.vlan is not None:
        ports = carriers.get((key.node, interface.vlan))
        if ports is not None and all(port in down for port in ports):
            return "no port of its VLAN is up"
    far = ends.get(key)
    if far is not None and far in down:
        return f"far end {far} is down"
    source = folded.get((key.node, interface.tunnel_source.lower())) if interface.tunnel_source else None
    if source is not None and source in down:
        return f"tunnel source {source.interface} is down"
    return ""


def _vlan_carriers(interfaces: Mapping[InterfaceId, Interface]) -> dict[tuple[str, int], tuple[InterfaceId, ...]]:
    """(node, VLAN of an SVI) -> ports and tunnels that carry it. A node without any switch port has no entry.

    Such a node bridges by means that the model does not hold (a router with a VLAN interface of its own kind).
    """
    ports: dict[str, list[InterfaceId]] = defaultdict(list)
    bundled = {(key.node, name.lower()) for key, bundle in interfaces.items() for name in bundle.members}
    for key, interface in interfaces.items():
        tunnel = interface.kind == "tunnel" and interface.trunk_vlans  # VXLAN
        if tunnel or (interface.switchport and (key.node, key.interface.lower()) not in bundled):
            ports[key.node].append(key)
    carriers = {}
    for key, interface in interfaces.items():
        if interface.kind == "vlan" and interface.vlan is not None and ports.get(key.node):
            vlan = interface.vlan
            carriers[key.node, vlan] = tuple(port for port in ports[key.node] if carries(interfaces[port], vlan))
    return carriers


def carries(port: Interface, vlan: int) -> bool:
    """Whether a switch port carries a VLAN: its access VLAN, or one that its trunk allows."""
    if port.trunk_vlans is None:
        return (port.access_vlan or 1) == vlan
    return not port.trunk_vlans or any(low <= vlan <= high for low, high in port.trunk_vlans)
