"""IS-IS instances of IOS, EOS and FRR."""

from __future__ import annotations

from guard.model.device import Device, Vendor
from guard.model.igp import IsisProcess
from guard.parse.cisco.reader import read


def only(text: str, vendor: Vendor) -> IsisProcess:
    device: Device = read(text, "configs/r1.cfg", vendor)
    (process,) = device.isis
    return process


def test_frr() -> None:
    process = only(
        "interface eth0\n ip router isis CORE\n ipv6 router isis CORE\n isis metric level-2 30\n"
        " isis network point-to-point\n isis circuit-type level-2-only\n"
        "interface lo\n ip router isis CORE\n isis passive\n"
        "router isis CORE\n net 49.0001.0000.0000.0001.00\n is-type level-2-only\n"
        " redistribute ipv4 connected level-2\n redistribute ipv6 static level-2 route-map X\n"
        " default-information originate ipv4 level-2\n set-overload-bit\n",
        Vendor.FRR,
    )
    eth0, lo = process.interfaces
    assert (eth0.versions, eth0.metric, eth0.point_to_point, eth0.level) == (
        frozenset({4, 6}),
        (10, 30),
        True,
        "level-2",
    )
    assert (lo.passive, lo.versions) == (True, frozenset({4}))
    assert (process.net, process.level, process.wide_metrics, process.overload) == (
        "49.0001.0000.0000.0001.00", "level-2", True, True,
    )  # fmt: skip
    assert [(version, each.protocol, each.level, each.policy) for version, each in process.redistributions] == [
        (4, "connected", "level-2", ""),
        (6, "static", "level-2", "X"),
    ]
    assert process.default_information == (4,)


def test_ios_puts_passive_interfaces_into_the_instance_and_has_narrow_metrics() -> None:
    process = only(
        "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\ninterface Gi0/0\n ip router isis\n isis metric 20\n"
        "router isis\n net 49.0001.0000.0000.0001.00\n passive-interface Loopback0\n",
        Vendor.IOS,
    )
    assert [(each.interface, each.passive, each.metric) for each in process.interfaces] == [
        ("Loopback0", True, (10, 10)),
        ("GigabitEthernet0/0", False, (20, 20)),
    ]
    assert (process.wide_metrics, process.level) == (False, "level-1-2")


def test_eos_runs_the_families_of_its_instance() -> None:
    process = only(
        "interface Ethernet1\n   no switchport\n   isis enable CORE\n"
        "router isis CORE\n   net 49.0001.0000.0000.0001.00\n   is-type level-2\n   address-family ipv4 unicast\n"
        "   address-family ipv6 unicast\n",
        Vendor.EOS,
    )
    assert [(each.interface, each.versions) for each in process.interfaces] == [("Ethernet1", frozenset({4, 6}))]
