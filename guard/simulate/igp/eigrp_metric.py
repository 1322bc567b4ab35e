"""What EIGRP makes of links and ways: their vectors, and the composite number that each router compares by.

Law: composites are of one router; what routers tell each other is the vector (RFC 7868 5.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guard.model.device import Interface, Vendor
from guard.model.eigrp import EigrpInterface, EigrpProcess
from guard.model.vector import TEN_MICROSECONDS, Vector
from guard.simulate.igp.link_cost import bandwidth

_MICROSECOND = TEN_MICROSECONDS // 10
#: Microseconds by the first letters of the name (IOS and NX-OS, `show interface`: DLY).
_DELAYS = (("loopback", 5_000), ("tunnel", 50_000), ("serial", 20_000), ("pos", 100), ("null", 0))
#: Of what is Ethernet underneath: (kbit/s up to, microseconds).
_ETHERNET_DELAYS = ((10_000, 1_000), (100_000, 100))
_FAST_DELAY = 10
_NULL_BANDWIDTH = 10_000_000

#: RFC 7868 5.6: kbit/s that a bandwidth is held against, and the scale of classic metrics.
_BANDWIDTH = 10_000_000
_CLASSIC = 256
#: The scale of wide metrics, and picoseconds in their unit of delay.
_WIDE = 65_536
_WIDE_DELAY = 1_000_000
#: Wide metrics: interfaces from 1 Gbit/s on, loopbacks among them, have a delay of their bandwidth, in picoseconds,
#: unless a bandwidth or a delay is configured (EIGRP Wide Metrics white paper; IOS-XE 16.4: 1.25 us of a loopback).
_GIGABIT = 1_000_000
_SPEED_DELAY = 10**13


def link(
    vendor: Vendor, interface: Interface, process: EigrpProcess, settings: EigrpInterface, links: Sequence[Interface]
) -> Vector:
    """The vector of one interface for a process. `links`: those of its bundle that are up."""
    rate = settings.bandwidth or bandwidth(vendor, interface, links)
    time = settings.delay if settings.delay is not None else interface.delay
    nominal = bandwidth(vendor, replace(interface, bandwidth=None), links) if interface.bandwidth is not None else rate
    if time is None and process.wide and nominal >= _GIGABIT and interface.bandwidth is None:
        time = _SPEED_DELAY // nominal
    if time is None:
        time = _default_delay(interface.name, nominal) * _MICROSECOND
    return Vector(rate, time, mtu=interface.mtu4 or interface.mtu or 1500)


def _default_delay(name: str, nominal: int) -> int:
    """Microseconds; `bandwidth` of the configuration does not change it."""
    low = name.lower()
    named = next((time for kind, time in _DELAYS if low.startswith(kind)), None)
    if named is not None:
        return named
    return next((time for most, time in _ETHERNET_DELAYS if nominal <= most), _FAST_DELAY)


#: What a static route to Null0 has as its link.
NULL = Vector(_NULL_BANDWIDTH, 0)


def composite(process: EigrpProcess, vendor: Vendor, vector: Vector) -> int:
    """The number that a router compares ways by.

    IOS rounds the bandwidth's part before it scales it, NX-OS after (both recorded: 10^7 / 900 kbit/s).
    """
    if process.wide:
        rate = _WIDE * _BANDWIDTH // vector.bandwidth
        time = vector.delay * _WIDE // _WIDE_DELAY
    else:
        rate = _CLASSIC * _BANDWIDTH // vector.bandwidth
        if vendor is not Vendor.NXOS:
            rate = max(1, _BANDWIDTH // vector.bandwidth) * _CLASSIC
        time = vector.delay * _CLASSIC // TEN_MICROSECONDS
    k1, k2, k3, k4, k5, _ = process.weights
    total = k1 * rate + (k2 * rate) // (_CLASSIC - vector.load) + k3 * time
    return total * k5 // (k4 + vector.reliability) if k5 else total


def installed(process: EigrpProcess, number: int) -> int:
    """The composite as the main RIB shows it: 32 bits hold no wide metric as it is."""
    return number // process.rib_scale if process.wide else number
