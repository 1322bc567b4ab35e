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
from guard.simulate.layer3.topology import Topology

#: Vendors whose routing table has no entry for an interface's own address.
_WITHOUT_LOCAL = frozenset({Vendor.EOS, Vendor.FRR})
#: Vendors that show a host prefix as direct and as local (lab-validation, nxos_static_route).
_HOSTS_TWICE = frozenset({Vendor.NXOS})

#: (node, VRF) -> its connected and local routes.
Tables = dict[tuple[str, str], Mapping[Prefix, RibEntry]]

#: Tables of one device by VRF, with the interfaces that were up when they were made.
Known = dict[str, tuple[Device, frozenset[str], dict[str, Mapping[Prefix, RibEntry]]]]


def tables(devices: Mapping[str, Device], topology: Topology, known: Known) -> Tables:
    """Distance and metric 0; a subnet that several interfaces hold has several next hops, in FRR the loopback's or
    else the first one's alone (zebra's rib_choose_best; FRR 8.4.4, live). No link-local subnets.

    `known` keeps the tables of devices: one whose text and interfaces are as they were keeps its table.
    """
    found: Tables = {}
    up: dict[str, set[str]] = {name: set() for name in devices}
    for key, state in topology.interfaces.items():
        if state.up:
            up[key.node].add(key.interface)
    for name, device in devices.items():
        held = known.get(name)
        if held is None or held[0] is not device or held[1] != up[name]:
            held = known[name] = (device, frozenset(up[name]), _of_device(device, up[name]))
        for vrf, entries in held[2].items():
            found[name, vrf] = entries
    return found


def _of_device(device: Device, up: set[str]) -> dict[str, Mapping[Prefix, RibEntry]]:
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
