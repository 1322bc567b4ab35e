"""Which of a device's addresses BGP uses: what it opens sessions from, what it is known by, who bears what.

Law: read from the configuration, up or not, so that a session that is down keeps its name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from guard.model.address import Address, parse_address
from guard.model.bgp import BgpProcess
from guard.model.device import Device, Interface
from guard.simulate.layer3.topology import Owner
from guard.simulate.rib.underlay import Underlay


def router_id(device: Device, process: BgpProcess) -> int:
    """Configured, else the highest loopback address, else the highest of any interface of the VRF.

    Interfaces count whether up or not: an identifier that is not configured stays until the process restarts.
    """
    if process.router_id is not None:
        return process.router_id
    for vrf in (process.vrf, "default"):
        for loopbacks in (True, False):
            held = [
                each.address.value
                for interface in device.interfaces
                if interface.vrf == vrf and (interface.kind == "loopback") == loopbacks
                for each in interface.addresses
                if each.address.version == 4
            ]
            if held:
                return max(held)
    return 0


def configured_owners(underlay: Underlay) -> dict[Address, tuple[Owner, ...]]:
    """Who bears an address in the configuration, whether up or not."""
    found: dict[Address, list[Owner]] = {}
    for identity, interface in underlay.topology.configured.items():
        for held in interface.addresses:
            owner = Owner(identity.node, interface.vrf, identity.interface)
            found.setdefault(held.address, []).append(owner)
    return {address: tuple(sorted(owners)) for address, owners in found.items()}


def owners_after(
    underlay: Underlay, before: Mapping[Address, tuple[Owner, ...]], edited: Collection[str]
) -> dict[Address, tuple[Owner, ...]]:
    """`configured_owners`, from those before an edit of some nodes."""
    found = dict(before)
    touched = {address for address, owners in before.items() for owner in owners if owner.node in edited}
    theirs: dict[Address, list[Owner]] = {address: [] for address in touched}
    for identity, interface in underlay.topology.configured.items():
        for held in interface.addresses if identity.node in edited else ():
            owner = Owner(identity.node, interface.vrf, identity.interface)
            theirs.setdefault(held.address, []).append(owner)
    for address, owners in theirs.items():
        kept = (owner for owner in before.get(address, ()) if owner.node not in edited)
        found[address] = tuple(sorted((*kept, *owners)))
        if not found[address]:
            del found[address]
    return found


def _interface(device: Device, name: str) -> Interface | None:
    lowered = name.lower()
    return next((each for each in device.interfaces if each.name.lower() == lowered), None)


def address_on(device: Device, name: str, version: int) -> Address | None:
    """The primary address of an interface, or of the one that it borrows from."""
    interface = _interface(device, name)
    if interface is None:
        return None
    held = [each for each in interface.addresses if each.address.version == version and not each.address.is_link_local]
    primary = next((each for each in held if not each.secondary), held[0] if held else None)
    if primary is not None:
        return primary.address
    return address_on(device, interface.unnumbered, version) if interface.unnumbered else None


def address_towards(device: Device, name: str, target: Address) -> Address | None:
    """The interface's address in the subnet of `target`."""
    interface = _interface(device, name)
    for held in interface.addresses if interface is not None else ():
        if held.prefix.contains(target):
            return held.address
    return address_on(device, name, target.version)


def configured_towards(device: Device, vrf: str, target: Address) -> Address | None:
    """Our address in the subnet of `target`, where its interface is down: the session keeps its name."""
    for interface in device.interfaces:
        if interface.vrf == vrf:
            for held in interface.addresses:
                if held.prefix.contains(target) and held.address != target and not held.prefix.is_host:
                    return held.address
    return None


def update_source(device: Device, text: str, version: int) -> Address | None:
    """An interface's address, or the address itself as text."""
    found = address_on(device, text, version)
    if found is not None or _interface(device, text) is not None:
        return found
    try:
        address = parse_address(text)
    except ValueError:
        return None
    return address if address.version == version else None
