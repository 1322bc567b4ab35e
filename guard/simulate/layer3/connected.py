"""Connected and local routes of every VRF, from the interfaces that are up.

Named as Batfish and the devices do: a subnet is connected, and where the vendor shows them, the address itself is
local unless it is the whole subnet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from guard.model.address import Prefix
from guard.model.device import Device, Interface, Vendor
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.layer3.topology import Topology

#: Vendors whose routing table has no entry for an interface's own address.
_WITHOUT_LOCAL = frozenset({Vendor.EOS, Vendor.FRR})
#: Vendors that show a host prefix as direct and as local (lab-validation, nxos_static_route).
_HOSTS_TWICE = frozenset({Vendor.NXOS})

#: (node, VRF) -> its connected and local routes.
Tables = dict[tuple[str, str], Mapping[Prefix, RibEntry]]



class Known(NamedTuple):
    """Tables of one device by VRF, with what they were made of: interfaces, vendor, and which of them were up."""

    interfaces: tuple[Interface, ...]
    vendor: Vendor
    up: frozenset[str]
    tables: Mapping[str, Mapping[Prefix, RibEntry]]


def tables(devices: Mapping[str, Device], topology: Topology, known: dict[str, Known]) -> Tables:
    """Distance and metric 0; a subnet that several interfaces hold has several next hops, in FRR the loopback's or
    else the first one's alone (zebra's rib_choose_best; FRR 8.4.4, live). No link-local subnets.

    `known` keeps the tables of devices: one whose interfaces are as they were keeps its tables.
    """
    found: Tables = {}
    for name, device in devices.items():
        up = topology.up(name)
        held = known.get(name)
        if held is None or (held.interfaces, held.vendor, held.up) != (device.interfaces, device.vendor, up):
            held = known[name] = Known(device.interfaces, device.vendor, up, _of_device(device, up))
        for vrf, entries in held.tables.items():
            found[name, vrf] = entries
    return found


def _of_device(device: Device, up: frozenset[str]) -> dict[str, Mapping[Prefix, RibEntry]]:
    interfaces: dict[str, dict[tuple[RouteProtocol, Prefix], list[str]]] = defaultdict(dict)
    for interface in device.interfaces:
        if interface.name not in up:
            continue
        routes = interfaces[interface.vrf]
        for each in interface.addresses:
            if each.address.version == 6 and each.address.is_link_local:
                continue
            subnet = each.prefix
            names = routes.setdefault((RouteProtocol.CONNECTED, subnet), [])
            if device.vendor is not Vendor.FRR:
                names.append(interface.name)
            elif not names or interface.name == "lo":
                names[:] = [interface.name]
            if not subnet.is_host and device.vendor not in _WITHOUT_LOCAL:
                routes.setdefault((RouteProtocol.LOCAL, each.address.host), []).append(interface.name)
    doubled = device.vendor in _HOSTS_TWICE
    return {vrf: _entries(routes, doubled=doubled) for vrf, routes in interfaces.items()}


def _entries(routes: dict[tuple[RouteProtocol, Prefix], list[str]], *, doubled: bool) -> dict[Prefix, RibEntry]:
    """A host prefix that is both connected on one interface and the address of another stays connected."""
    found: dict[Prefix, RibEntry] = {}
    for (protocol, prefix), names in sorted(routes.items()):
        if prefix not in found:
            hops = tuple(NextHop(interface=name) for name in sorted(set(names)))
            twice = doubled and prefix.is_host and protocol is RouteProtocol.CONNECTED
            found[prefix] = RibEntry(protocol, 0, 0, hops, also_local=twice)
    return found
