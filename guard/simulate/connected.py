"""Connected and local routes of every VRF, from the interfaces that are up.

Named as Batfish and the devices do: a subnet is connected, and where the vendor shows them, the address itself is
local unless it is the whole subnet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from guard.model.address import Prefix
from guard.model.device import Device, Vendor
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.topology import Topology

#: Vendors whose routing table has no entry for an interface's own address.
_WITHOUT_LOCAL = frozenset({Vendor.EOS, Vendor.FRR})

#: (node, VRF) -> its connected and local routes.
Tables = dict[tuple[str, str], dict[Prefix, RibEntry]]


def tables(devices: Mapping[str, Device], topology: Topology) -> Tables:
    """Distance and metric 0; a subnet that several interfaces hold has several next hops. No link-local subnets."""
    interfaces: dict[tuple[str, str], dict[tuple[RouteProtocol, Prefix], list[str]]] = defaultdict(dict)
    for key, state in topology.interfaces.items():
        if not state.up:
            continue
        routes = interfaces[key.node, state.vrf]
        for each in topology.configured[key].addresses:
            if each.address.version == 6 and each.address.is_link_local:
                continue
            subnet = each.prefix
            routes.setdefault((RouteProtocol.CONNECTED, subnet), []).append(key.interface)
            if not subnet.is_host and devices[key.node].vendor not in _WITHOUT_LOCAL:
                routes.setdefault((RouteProtocol.LOCAL, each.address.host), []).append(key.interface)
    return {table: _entries(routes) for table, routes in interfaces.items()}


def _entries(routes: dict[tuple[RouteProtocol, Prefix], list[str]]) -> dict[Prefix, RibEntry]:
    """A host prefix that is both connected on one interface and the address of another stays connected."""
    found: dict[Prefix, RibEntry] = {}
    for (protocol, prefix), names in sorted(routes.items()):
        if prefix not in found:
            hops = tuple(NextHop(interface=name) for name in sorted(set(names)))
            found[prefix] = RibEntry(protocol, 0, 0, hops)
    return found
