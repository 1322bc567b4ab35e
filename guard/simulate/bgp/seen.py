"""What BGP sees of the devices: an edited device that says to BGP what it said before stays the object that it was.

Law: who is seen as before differs in nothing that BGP reads of him, places in files apart. What connected and static
routes, IGPs and forwarding make of an edit shows in the underlay; the places of neighbours are told by `sourced`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from guard.model.device import Device, Interface
from guard.model.identity import are_same_by_key
from guard.model.provenance import Source
from guard.model.state import BgpSession
from guard.simulate.bgp.ends import Pairing
from guard.snapshot.likeness import alike

Devices = Mapping[str, Device]

#: What BGP does not read of a device, or reads otherwise (see `_shape`).
_UNREAD = frozenset({
    "coverage", "file", "interfaces", "references", "undefined", "unused", "warnings", "ospf", "isis", "rip", "eigrp",
    "control_plane_acls", "ip_forwarding", "ipv6_forwarding",
})  # fmt: skip
_READ = tuple(each.name for each in fields(Device) if each.name not in _UNREAD)


def seen(actual: Devices, before: Devices, seen_before: Devices) -> Devices:
    """The devices of a state as BGP sees them, given those of another one and as what these were seen there.

    The very mapping of then, where nothing is seen otherwise.
    """
    if actual is before:
        return seen_before
    found = {}
    for name, device in actual.items():
        known = seen_before.get(name)
        as_before = known is not None and (before.get(name) is device or is_seen_alike(known, device))
        found[name] = known if known is not None and as_before else device
    return seen_before if are_same_by_key(found, seen_before) else found


def is_seen_alike(one: Device, other: Device) -> bool:
    """Whether BGP reads the same of both."""
    if one is other:
        return True
    if one.interfaces is not other.interfaces:
        if len(one.interfaces) != len(other.interfaces):
            return False
        if any(a is not b and _shape(a) != _shape(b) for a, b in zip(one.interfaces, other.interfaces, strict=True)):
            return False
    return _igps(one) == _igps(other) and all(alike(getattr(one, name), getattr(other, name)) for name in _READ)


def _shape(interface: Interface) -> tuple[object, ...]:
    """What BGP reads of an interface; whether it is up is the underlay's to tell."""
    held = tuple((each.address, each.length, each.secondary) for each in interface.addresses)
    return interface.name, interface.kind, interface.vrf, held, interface.unnumbered


def _igps(device: Device) -> tuple[bool, ...]:
    return bool(device.ospf), bool(device.isis), bool(device.rip), bool(device.eigrp)


def sourced(sessions: Iterable[BgpSession], pairings: Iterable[Pairing], actual: Devices) -> tuple[BgpSession, ...]:
    """The sessions of some pairings; those of edited devices with the lines where their neighbours stand now."""
    places: dict[str, Mapping[int, Source]] = {}
    found = []
    for session, pairing in zip(sessions, pairings, strict=True):
        end = pairing.end
        device = actual[end.node]
        if device is not end.device:
            if end.node not in places:
                places[end.node] = _places(end.device, device)
            source = places[end.node][id(end.neighbor)]
            session = session if session.source == source else replace(session, source=source)
        found.append(session)
    return tuple(found)


def _places(seen_as: Device, actual: Device) -> Mapping[int, Source]:
    """Where the neighbours of a device stand, by what they are seen as (their ids)."""
    pairs = zip(seen_as.bgp, actual.bgp, strict=True)
    both = (each for one, other in pairs for each in zip(one.neighbors, other.neighbors, strict=True))
    return {id(old): new.source for old, new in both}
