"""The largest IP packet that an interface takes, as OSPF tells it to its neighbours.

Law: a value where the configuration or the vendor's manual gives it; None where only the machine knows (Linux: zebra
asks the kernel; tunnels and links that are no Ethernet).
"""

from __future__ import annotations

from typing import NamedTuple

from guard.model.device import Device, Interface, Vendor

#: Ethernet without an MTU of its own carries 1,500 bytes of IP: Cisco IOS Interface command reference, `mtu`; EOS
#: manual, "MTU"; NX-OS Interfaces guide, "Configuring Layer 3 Interfaces"; IOS XR and Junos (1,514 with the header).
ETHERNET_MTU = 1500
_KNOWN = frozenset({Vendor.IOS, Vendor.EOS, Vendor.NXOS, Vendor.IOSXR, Vendor.JUNOS})
_ETHERNET_KINDS = frozenset({"physical", "subinterface", "port-channel", "vlan"})
#: Names of physical links that are no Ethernet, in lower case.
_OTHERS = (
    *("serial", "pos", "atm", "hssi", "sonet", "so-", "at-", "t1-", "t3-", "e1-", "e3-", "ds-"),
    *("fddi", "token", "dialer"),
)


class Mtu(NamedTuple):
    """Bytes; not `exact`: these or more."""

    size: int
    exact: bool = True


def ip_mtu(device: Device, interface: Interface, version: int) -> Mtu | None:
    """Of one family; None where it is not known."""
    own = (interface.mtu4 if version == 4 else interface.mtu6) or interface.mtu
    if own is not None:
        return Mtu(own)
    if interface.parent:
        parent = next((each for each in device.interfaces if each.name == interface.parent), None)
        if parent is not None:
            return Mtu(parent.mtu) if parent.mtu is not None else _default(device, parent)
    return _default(device, interface)


def _default(device: Device, interface: Interface) -> Mtu | None:
    """Catalyst switches of IOS keep a larger `system mtu` outside of the configuration.

    Routers do not, and refuse (lab-validation, ios_example_network: 1500 and 1600 stay in EXSTART); but published
    networks count on such neighbours, so that IOS has the benefit of the doubt, and the state a note.
    """
    ethernet = interface.kind in _ETHERNET_KINDS and not interface.name.lower().startswith(_OTHERS)
    return Mtu(ETHERNET_MTU, device.vendor is not Vendor.IOS) if ethernet and device.vendor in _KNOWN else None
