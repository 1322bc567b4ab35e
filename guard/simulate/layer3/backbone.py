"""The backbone: links and BGP sessions between backbone devices of different sites, up or not.

Law: a link is there as long as its two ends are configured; whether it is up is a fact about it. A management network
that many devices share is no link.
"""

from __future__ import annotations

from collections import defaultdict
from typing import cast

from guard.model.address import Prefix
from guard.model.facts import BackboneFact, BackboneLink
from guard.model.state import InterfaceId, NetworkState
from guard.simulate.layer3.links import Links


def backbone_fact(links: Links, state: NetworkState) -> BackboneFact:
    """Links and sessions of the inventory's backbone."""
    if not links.snapshot.inventory.backbone_devices:
        return BackboneFact((), {})
    found = tuple([BackboneLink(ends, _is_up(state, ends)) for ends in crossings(links)])
    return BackboneFact(found, _sessions(links, state))


def crossings(links: Links) -> tuple[tuple[InterfaceId, InterfaceId], ...]:
    """The links of the backbone, sorted."""
    if "crossings" not in links.wired:
        links.wired["crossings"] = tuple(ends for ends in sorted(link_ends(links)) if joins_sites(links, ends))
    return cast(tuple[tuple[InterfaceId, InterfaceId], ...], links.wired["crossings"])


def crossing_ends(links: Links) -> frozenset[InterfaceId]:
    """The interfaces of the backbone's links."""
    if "crossing ends" not in links.wired:
        links.wired["crossing ends"] = frozenset(end for pair in crossings(links) for end in pair)
    return cast(frozenset[InterfaceId], links.wired["crossing ends"])


def link_ends(links: Links) -> set[tuple[InterfaceId, InterfaceId]]:
    """Pairs of configured interfaces that form a link: the only two of a subnet, or an edge of the layer-1 file."""
    members: dict[tuple[Prefix, str], list[InterfaceId]] = defaultdict(list)
    known = set()
    for device in links.snapshot.devices.values():
        for face in device.interfaces:
            here = InterfaceId(device.name, face.name)
            known.add(here)
            if face.kind not in ("loopback", "null"):
                for subnet in {bound.prefix for bound in face.addresses}:
                    members[subnet, face.vrf].append(here)
    pairs = {_sorted(ends[0], ends[1]) for ends in members.values() if len(ends) == 2 and ends[0].node != ends[1].node}
    for edge in links.snapshot.layer1 or ():
        if edge.tail in known and edge.head in known:
            pairs.add(_sorted(edge.tail, edge.head))
    return pairs


def _sorted(one: InterfaceId, other: InterfaceId) -> tuple[InterfaceId, InterfaceId]:
    return (one, other) if one <= other else (other, one)


def joins_sites(links: Links, ends: tuple[InterfaceId, InterfaceId]) -> bool:
    """Whether both ends are backbone devices, of different sites."""
    one, other = ends
    inventory = links.snapshot.inventory
    both = inventory.is_backbone(one.node) and inventory.is_backbone(other.node)
    return both and links.label(one.node) != links.label(other.node)


def _is_up(state: NetworkState, ends: tuple[InterfaceId, InterfaceId]) -> bool:
    faces = [state.interfaces.get(end) for end in ends]
    return all(face is not None and face.up for face in faces)


def _sessions(links: Links, state: NetworkState) -> dict[tuple[str, str], bool]:
    """Each session once, seen from the end whose node sorts first, named by that node and the far end's address."""
    found: dict[tuple[str, str], bool] = {}
    inventory = links.snapshot.inventory
    backbone = {node for node in links.snapshot.devices if inventory.is_backbone(node)}
    for session in state.sessions:
        far = session.remote_node
        if far is None or session.node > far or session.node not in backbone or far not in backbone:
            continue
        if links.label(session.node) != links.label(far):
            found[session.node, f"{far} {session.remote_address or session.local_interface}"] = session.up
    return dict(sorted(found.items()))
