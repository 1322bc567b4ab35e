"""The lines of the configurations that a fact comes from, as near as can be told without an engine's own reasons."""

from __future__ import annotations

from guard.model.address import Prefix
from guard.model.device import Device
from guard.model.provenance import Source
from guard.model.rib import RibEntry, RouteProtocol
from guard.model.state import BgpSession, InterfaceId
from guard.snapshot.snapshot import Snapshot

_BGP = frozenset({RouteProtocol.BGP, RouteProtocol.IBGP, RouteProtocol.AGGREGATE})


def lines_behind_session(snapshot: Snapshot, session: BgpSession) -> tuple[Source, ...]:
    """The neighbour statements of both ends, and the interface that the session leaves by where it names one."""
    found = [session.source] if session.source is not None else []
    far = snapshot.devices.get(session.remote_node or "")
    for process in far.bgp if far is not None else ():
        found += [each.source for each in process.neighbors if each.address == session.local_address]
    return tuple(found)


def lines_behind_route(snapshot: Snapshot, node: str, vrf: str, prefix: Prefix, entry: RibEntry) -> tuple[Source, ...]:
    """The static route, the interface, or the routing process that offers it."""
    device = snapshot.devices.get(node)
    if device is None:
        return ()
    if entry.protocol is RouteProtocol.STATIC:
        return tuple(each.source for each in device.static_routes if each.prefix == prefix and each.vrf == vrf)
    if entry.protocol in _BGP:
        return tuple(each.source for each in device.bgp if each.vrf == vrf)
    out = {hop.interface for hop in entry.next_hops if hop.interface}
    return tuple(each.source for each in device.interfaces if each.name in out)


def lines_behind_interface(device: Device | None, here: InterfaceId) -> tuple[Source, ...]:
    """The interface's own lines."""
    return tuple(each.source for each in device.interfaces if each.name == here.interface) if device else ()
