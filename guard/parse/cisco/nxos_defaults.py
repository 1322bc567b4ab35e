"""What an NX-OS interface is where no line says so: whether it switches, whether it is shut.

A running configuration shows what differs from the platform's default, so the lines of its Ethernet ports tell which
default they differ from: `no switchport` is printed where ports switch by default, `switchport` where they route.
Sources: Nexus 9000, 7000 and 5000 NX-OS Interfaces Configuration Guides, "Default settings for layer 3 interfaces":
`system default switchport` is on by default on 3000, 5000, 6000 and 9000, off on 7000; a port that routes is shut by
default on 7000 and 9000; SVIs and subinterfaces are shut, loopbacks, port-channels and mgmt0 are not.
"""

from __future__ import annotations

from typing import NamedTuple

from guard.model.device import Vendor
from guard.parse.cisco.interface_name import kind_of
from guard.parse.cisco.reading import InterfaceSettings, Reading

_ROUTES_BY_DEFAULT = frozenset({"n7000", "n7700"})
_UP_BY_DEFAULT = frozenset({"n3000", "n3500", "n5000", "n6000"})
#: Kinds of interfaces that may switch.
SWITCHABLE = frozenset({"physical", "port-channel"})


class Seen(NamedTuple):
    """What a configuration tells of its platform's defaults.

    `told`: by `[no] system default switchport`; `off`, `on`: a port says `no switchport`, `switchport`; `addressed`: a
    port that says neither has an address; `images`: the words of the boot commands.
    """

    told: bool | None
    off: bool
    on: bool
    addressed: bool
    images: tuple[str, ...]


def platform(images: tuple[str, ...]) -> str:
    """`n7000` and the like by the name of the image, "" for what is called nxos (9000 and late 3000)."""
    for word in images:
        name = word.rpartition("/")[2].rpartition(":")[2].lower()
        if name[:5] in _ROUTES_BY_DEFAULT | _UP_BY_DEFAULT:
            return name[:5]
    return ""


def default_switchport(seen: Seen) -> bool:
    """Whether Ethernet ports and port-channels switch unless told otherwise."""
    if seen.told is not None:
        return seen.told
    if seen.off:
        return True
    if seen.on or seen.addressed:
        return False
    return platform(seen.images) not in _ROUTES_BY_DEFAULT


def switches_by_default(reading: Reading) -> bool:
    """The same of a configuration that has been read."""
    ports = [each for each in reading.settings.values() if kind_of(reading.vendor, each.name) == "physical"]
    seen = Seen(
        told=reading.default_switchport,
        off=any(each.switchport is False for each in ports),
        on=any(each.switchport_typed for each in ports),
        addressed=any(each.switchport is None and each.primary is not None for each in ports),
        images=tuple(reading.images),
    )
    return default_switchport(seen)


def is_shut(settings: InterfaceSettings, switchport: bool, reading: Reading) -> bool:
    """Whether this interface, or the VRF that it is in, is shut."""
    if settings.vrf in reading.shut_vrfs:
        return True
    if "shutdown" in settings.values:
        return bool(settings.values["shutdown"])
    return shut_by_default(settings.name, switchport, reading.default_shutdown, tuple(reading.images))


def shut_by_default(name: str, switchport: bool, ports_shut: bool, images: tuple[str, ...]) -> bool:
    """Whether an interface is shut where no line says so; `ports_shut`: `system default switchport shutdown`."""
    kind = kind_of(Vendor.NXOS, name)
    if kind == "vlan" or name.lower().startswith("nve"):
        return True
    if switchport:
        return ports_shut and kind == "physical"
    return kind in {"physical", "subinterface"} and platform(images) not in _UP_BY_DEFAULT


def isis_metric(settings: InterfaceSettings, kind: str, reference: int) -> int:
    """What IS-IS takes for a link: the reference over the bandwidth; 1 for a loopback."""
    if kind == "loopback":
        return 1
    speed = settings.values.get("speed") or 1000
    return max(1, reference * 1000 // max(1, settings.values.get("bandwidth") or speed * 1000))
