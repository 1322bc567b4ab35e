"""What a link costs where no cost is configured: bandwidths that vendors assume, and what they make of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from guard.model.device import Interface, Vendor
from guard.model.vendor_defaults import JUNOS_BANDWIDTH

#: Kbit/s by the first letters of the name. Cisco IOS Interface Command Reference, `bandwidth`, and `show interface`.
_IOS_BANDWIDTH = (
    ("loopback", 8_000_000),
    ("eighthundredgige", 800_000_000),
    ("fourhundredgige", 400_000_000),
    ("twohundredgige", 200_000_000),
    ("hundredgige", 100_000_000),
    ("fiftygige", 50_000_000),
    ("fortygigabitethernet", 40_000_000),
    ("fortygige", 40_000_000),
    ("twentyfivegige", 25_000_000),
    ("tengigabitethernet", 10_000_000),
    ("tengige", 10_000_000),
    ("gigabitethernet", 1_000_000),
    ("fastethernet", 100_000),
    ("ethernet", 10_000),
    ("serial", 1_544),
    ("pos", 155_000),
    ("tunnel", 100),
    ("vlan", 1_000_000),
    ("bvi", 1_000_000),
    ("bdi", 1_000_000),
    ("port-channel", 1_000_000),
)
_DEFAULT_IOS = 1_000_000

#: NX-OS, where no speed is told: ports, SVIs and tunnels have 1 Gbit/s, a port-channel what its members have (Nexus
#: 9000 Interfaces Configuration Guide, "Configuring bandwidth"; a port of 10 Gbit/s without a `speed` is not seen).
_NXOS_BANDWIDTH = (("loopback", 8_000_000), ("", 1_000_000))

#: FRR (lib/libospf.h, OSPF_DEFAULT_BANDWIDTH): 10 Gbit/s where the interface tells nothing.
_FRR_BANDWIDTH = 10_000_000

#: EOS (ip ospf cost): 10 unless auto-cost is configured, loopbacks too (seen on cEOS 4.36).
EOS_COST = 10
_EOS_SILENT_REFERENCE = 100

HIGHEST_COST = 65_535
#: Bundles have what their links have that are up (Cisco's answer to "OSPF Reference bandwidth auto-cost and LAG" on
#: cisco-nsp, August 2008: "based on the number of active links, and OSPF's cost will adjust automatically").
_SUMS_LINKS = frozenset({Vendor.IOS, Vendor.IOSXR, Vendor.NXOS})
_BANDWIDTHS = {Vendor.JUNOS: JUNOS_BANDWIDTH, Vendor.NXOS: _NXOS_BANDWIDTH}


def bandwidth(vendor: Vendor, interface: Interface, links: Sequence[Interface] = ()) -> int:
    """Kbit/s of an interface: configured, from its speed, or what the vendor assumes of its kind.

    `links`: those of its bundle, or of the bundle it is a subinterface of, that are up.
    """
    if interface.bandwidth is not None:
        return max(1, interface.bandwidth)
    if links and vendor in _SUMS_LINKS:
        return sum(bandwidth(vendor, each) for each in links)
    if vendor is Vendor.FRR and interface.speed is None:
        return _FRR_BANDWIDTH
    if interface.speed is not None:
        return max(1, interface.speed * 1000)
    name = re.match(r"[a-z-]*", interface.name.lower())
    for prefix, kbits in _BANDWIDTHS.get(vendor, _IOS_BANDWIDTH):
        if name is not None and name.group().startswith(prefix):
            return kbits * (max(1, len(interface.members)) if vendor is Vendor.NXOS else 1)
    return _DEFAULT_IOS


def ospf_cost(
    vendor: Vendor, interface: Interface, reference: int, version: int, links: Sequence[Interface] = ()
) -> int:
    """Cost from bandwidth; `reference` in Mbit/s. FRR: ospfd gives loopbacks cost 0, ospf6d what others get."""
    if vendor is Vendor.JUNOS and interface.kind == "loopback":
        return 0
    if interface.kind == "loopback" and not (vendor is Vendor.FRR and version == 3):
        if vendor is Vendor.FRR:
            return 0
        if vendor is Vendor.EOS:
            return EOS_COST
        return 1
    if vendor is Vendor.EOS and reference == _EOS_SILENT_REFERENCE and interface.bandwidth is None:
        return EOS_COST
    kbits = bandwidth(vendor, interface, links)
    half = kbits // 2 if vendor is Vendor.FRR else 0  # ospf_if_get_output_cost rounds; others drop the fraction
    return min(HIGHEST_COST, max(1, (reference * 1000 + half) // kbits))
