"""Which identifier an OSPF process has that none is configured for.

As devices show it (Batfish's cisco_xr test configurations keep their output): the first loopback of the default VRF
that is up, for processes of any VRF; of two processes of one VRF only one has it. Else the first interface of the
process that is up and has an address, whatever the address.
"""

from __future__ import annotations

from dataclasses import replace

from guard.model.device import Interface
from guard.model.igp import OspfProcess
from guard.parse.xr.reading import XrReading


def identify(reading: XrReading) -> None:
    """Give each process of the draft its identifier; one whose interfaces are all down has none."""
    taken: set[tuple[int, str, int]] = set()
    for at, process in enumerate(reading.ospf):
        named = reading.router_id_of.get((process.version, process.process, process.vrf))
        found = process.router_id if named is None else _address(reading.interfaces.get(named))
        if found is None and process.interfaces:
            found = _chosen(process, reading, taken)
        if found is not None:
            taken.add((process.version, process.vrf, found))
            reading.ospf[at] = replace(process, router_id=found)


def _chosen(process: OspfProcess, reading: XrReading, taken: set[tuple[int, str, int]]) -> int | None:
    loopbacks = (each for each in reading.interfaces.values() if each.kind == "loopback" and each.vrf == "default")
    own = (reading.interfaces[each.interface] for each in process.interfaces if each.interface in reading.interfaces)
    running = [address for each in own if (address := _address(each)) is not None]
    if not running:
        return None
    first = next((address for each in loopbacks if (address := _address(each)) is not None), None)
    free = first is not None and (process.version, process.vrf, first) not in taken
    return first if free else running[0]


def _address(interface: Interface | None) -> int | None:
    """The primary IPv4 address of an interface that is up."""
    if interface is None or interface.shutdown:
        return None
    return next((each.address.value for each in interface.addresses if each.address.version == 4), None)
