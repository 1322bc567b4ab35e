"""What an NX-OS interface is where no line says so: whether it switches, whether it is shut.

A running configuration shows what differs from the platform's default, so the lines of its Ethernet ports tell which
default they differ from: `no switchport` is printed where ports switch by default, `switchport` where they route.
Sources: Nexus 9000, 7000 and 5000 NX-OS Interfaces Configuration Guides, "Default settings for layer 3 interfaces":
`system default switchport` is on by default on 3000, 5000, 6000 and 9000, off on 7000; a port that routes is shut by
default on 7000 and 9000; SVIs and subinterfaces are shut, loopbacks, port-channels and mgmt0 are not.
"""

from __future__ import annotations

from guard.parse.cisco.interface_name import kind_of
from guard.parse.cisco.reading import InterfaceSettings, Reading

_ROUTES_BY_DEFAULT = frozenset({"n7000", "n7700"})
_UP_BY_DEFAULT = frozenset({"n3000", "n3500", "n5000", "n6000"})
#: Kinds of interfaces that may switch.
SWITCHABLE = frozenset({"physical", "port-channel"})


def switches_by_default(reading: Reading) -> bool:
    """Whether Ethernet ports and port-channels switch unless told otherwise."""
    if reading.default_switchport is not None:
        return reading.default_switchport
    ports = [each for each in reading.settings.values() if kind_of(reading.vendor, each.name) == "physical"]
    if any(each.switchport is False for each in ports):
        return True
    if any(each.switchport_typed or (each.switchport is None and each.primary) for each in ports):
        return False
    return reading.platform not in _ROUTES_BY_DEFAULT


def is_shut(settings: InterfaceSettings, kind: str, switchport: bool, reading: Reading) -> bool:
    """Whether this interface, or the VRF that it is in, is shut."""
    if settings.vrf in reading.shut_vrfs:
        return True
    if "shutdown" in settings.values:
        return bool(settings.values["shutdown"])
    if kind == "vlan":
        return True
    if kind == "subinterface":
        return _routed_shut(reading)
    if kind != "physical":
        return False
    return bool(reading.default_shutdown) if switchport else _routed_shut(reading) and not settings.channel_group


def _routed_shut(reading: Reading) -> bool:
    return reading.platform not in _UP_BY_DEFAULT


def isis_metric(settings: InterfaceSettings, kind: str, reference: int) -> int:
    """What IS-IS takes for a link: the reference over the bandwidth; 1 for a loopback."""
    if kind == "loopback":
        return 1
    speed = settings.values.get("speed") or 1000
    return max(1, reference * 1000 // max(1, settings.values.get("bandwidth") or speed * 1000))
