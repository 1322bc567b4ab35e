"""NX-OS interfaces: what a port is where no line says so, processes by tag, first-hop groups as modes."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.model.device import Device, Interface, Vendor
from guard.parse.device import parse_device

HEAD = "!Command: show running-config\nversion 9.2(3) Bios:version\nhostname r1\n"


def parse(text: str) -> Device:
    device = parse_device(HEAD + text, "configs/r1.cfg")
    assert device.vendor is Vendor.NXOS
    assert device.name == "r1"
    return device


def named(device: Device, name: str) -> Interface:
    return next(each for each in device.interfaces if each.name == name)


def unread(device: Device) -> list[str]:
    return [note.text for note in device.coverage.notes if note.state == LineState.UNRECOGNISED]


def test_ports_switch_where_the_file_says_no_switchport_and_are_shut_only_where_they_route() -> None:
    device = parse(
        "interface Ethernet1/1\n  no switchport\n  ip address 10.0.0.1/31\n  no shutdown\n"
        "interface Ethernet1/2\n  no switchport\n  ip address 10.0.0.3/31\n"
        "interface Ethernet1/3\ninterface Ethernet1/4\n  shutdown\n"
    )
    assert [(each.switchport, each.shutdown) for each in device.interfaces] == [
        (False, False), (False, True), (True, False), (True, True),
    ]  # fmt: skip


def test_ports_route_where_the_file_says_switchport() -> None:
    device = parse("interface Ethernet1/1\n  no shutdown\ninterface Ethernet1/2\n  switchport\ninterface Ethernet1/3\n")
    assert [(each.switchport, each.shutdown) for each in device.interfaces] == [
        (False, False), (True, False), (False, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "switchport", "shutdown"),
    [
        ("boot nxos bootflash:/nxos.9.2.3.bin", True, False),
        ("boot system bootflash:/n7000-s2-dk9.8.4.1.bin", False, True),
        ("boot system bootflash:/n5000-uk9.7.3.8.N1.1.bin", True, False),
        ("system default switchport\nsystem default switchport shutdown", True, True),
        ("no system default switchport", False, True),
    ],
)
def test_the_image_or_a_line_tells_the_default(line: str, switchport: bool, shutdown: bool) -> None:
    port = named(parse(f"{line}\ninterface Ethernet1/1\n"), "Ethernet1/1")
    assert (port.switchport, port.shutdown) == (switchport, shutdown)


def test_only_loopbacks_port_channels_and_management_are_up_by_themselves() -> None:
    device = parse(
        "vlan 1,10\ninterface Vlan10\ninterface loopback0\ninterface port-channel1\n  no switchport\n"
        "interface port-channel1.5\n  encapsulation dot1q 5\ninterface mgmt0\n  vrf member management\n"
    )
    assert {each.name: each.shutdown for each in device.interfaces} == {
        "Vlan10": True, "loopback0": False, "port-channel1": False, "port-channel1.5": True, "mgmt0": False,
    }  # fmt: skip
    assert named(device, "mgmt0").vrf == "management"
    assert named(device, "mgmt0").kind == "management"
    assert named(device, "port-channel1.5").vlan == 5


def test_an_interface_of_a_vrf_that_is_shut_is_down() -> None:
    device = parse("vrf context A\n  shutdown\ninterface loopback1\n  vrf member A\n  ip address 10.0.0.1/32\n")
    assert named(device, "loopback1").shutdown


def test_members_of_a_port_channel() -> None:
    device = parse(
        "interface port-channel7\n  switchport mode trunk\n  switchport trunk allowed vlan 10,20-21\n"
        "interface Ethernet1/1\n  channel-group 7 mode active\ninterface Ethernet1/2\n  channel-group 7 force mode on\n"
    )
    assert named(device, "port-channel7").members == ("Ethernet1/1", "Ethernet1/2")
    assert named(device, "port-channel7").trunk_vlans == ((10, 10), (20, 21))


def test_a_range_is_each_of_its_interfaces() -> None:
    device = parse("interface Ethernet1/1-2, Ethernet1/4\n  no switchport\n  mtu 9216\n  no shutdown\n")
    assert [(each.name, each.mtu, each.shutdown) for each in device.interfaces] == [
        ("Ethernet1/1", 9216, False), ("Ethernet1/2", 9216, False), ("Ethernet1/4", 9216, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "block",
    [
        "  hsrp 1\n    ip 10.0.0.254\n    ip 10.1.0.254 secondary\n    priority 110\n    preempt\n",
        "  vrrp 1\n    address 10.0.0.254\n    address 10.1.0.254 secondary\n    no shutdown\n",
        "  vrrpv3 1 address-family ipv4\n    address 10.0.0.254 primary\n    address 10.1.0.254 secondary\n",
    ],
)
def test_virtual_addresses_of_first_hop_groups(block: str) -> None:
    device = parse(f"vlan 10\ninterface Vlan10\n  no shutdown\n  ip address 10.0.0.1/24\n  hsrp version 2\n{block}")
    assert [str(each) for each in named(device, "Vlan10").virtual_addresses] == ["10.0.0.254", "10.1.0.254"]
    assert unread(device) == []


def test_secondary_and_ipv6_addresses() -> None:
    device = parse(
        "interface loopback0\n  ip address 10.0.0.1/32\n  ip address 10.0.0.2/32 secondary\n"
        "  ipv6 address 2001:db8::1/128\n  ipv6 link-local fe80::1\n"
    )
    found = [(str(each.address), each.length, each.secondary) for each in named(device, "loopback0").addresses]
    assert found == [("10.0.0.1", 32, False), ("10.0.0.2", 32, True), ("2001:db8::1", 128, False)]


def test_ospf_runs_where_the_interface_says_so_with_the_vendors_reference() -> None:
    device = parse(
        "router ospf UNDERLAY\n  router-id 10.255.0.1\n  passive-interface default\n  vrf RED\n    area 0.0.0.1 nssa\n"
        "interface Ethernet1/1\n  no switchport\n  ip address 10.0.0.1/31\n  no ip ospf passive-interface\n"
        "  ip ospf network point-to-point\n  ip router ospf UNDERLAY area 0.0.0.0\n  no shutdown\n"
        "interface Ethernet1/2\n  no switchport\n  vrf member RED\n  ip address 10.0.1.1/24\n"
        "  ip router ospf UNDERLAY area 1\n  ip ospf cost 7\n  no shutdown\n"
        "interface loopback0\n  ip address 10.255.0.1/32\n  ip router ospf UNDERLAY area 0\n"
    )
    default, red = device.ospf
    assert [(each.interface, each.area, each.passive, each.network_type) for each in default.interfaces] == [
        ("Ethernet1/1", 0, False, "point-to-point"), ("loopback0", 0, True, "loopback"),
    ]  # fmt: skip
    assert (default.reference_bandwidth, default.maximum_paths, default.process) == (40_000, 8, "UNDERLAY")
    assert [(each.interface, each.area, each.cost) for each in red.interfaces] == [("Ethernet1/2", 1, 7)]
    assert (red.vrf, red.areas[0].kind) == ("RED", "nssa")


def test_reference_bandwidth_in_gigabits() -> None:
    device = parse("router ospf 1\n  auto-cost reference-bandwidth 100 Gbps\n")
    assert device.ospf[0].reference_bandwidth == 100_000


def test_ospfv3_and_isis_by_tag() -> None:
    device = parse(
        "router ospfv3 6\n  router-id 1.1.1.1\n  address-family ipv6 unicast\n    redistribute direct route-map ALL\n"
        "router isis CORE\n  net 49.0001.0000.0000.0001.00\n  is-type level-2\n"
        "interface Ethernet1/1\n  no switchport\n  ipv6 address 2001:db8::/127\n  ipv6 router ospfv3 6 area 0.0.0.0\n"
        "  ip router isis CORE\n  isis network point-to-point\n  no shutdown\n"
        "interface Ethernet1/2\n  no switchport\n  ip router isis CORE\n  isis metric 15 level-2\n  no shutdown\n"
    )
    (ospf,), (isis,) = device.ospf, device.isis
    assert (ospf.version, [(each.interface, each.area) for each in ospf.interfaces]) == (3, [("Ethernet1/1", 0)])
    assert [each.protocol for each in ospf.redistributions] == ["connected"]
    assert [(each.interface, each.metric, each.point_to_point) for each in isis.interfaces] == [
        ("Ethernet1/1", (40, 40), True), ("Ethernet1/2", (10, 15), False),
    ]  # fmt: skip
    assert (isis.level, isis.wide_metrics) == ("level-2", True)


def test_a_redistribution_without_a_route_map_is_no_command() -> None:
    device = parse("router ospf 1\n  redistribute static\n")
    assert unread(device) == ["redistribute static"]
    assert device.ospf[0].redistributions == ()


def test_static_routes_of_the_device_and_of_a_vrf() -> None:
    device = parse(
        "ip route 10.1.0.0/16 Ethernet1/1 10.0.0.1 name up tag 7 200\nip route 10.2.0.0/16 Null0\n"
        "ip route 10.3.0.0/16 10.9.0.1 vrf RED\nipv6 route 2001:db8::/32 2001:db8:1::1\n"
        "vrf context RED\n  ip route 0.0.0.0/0 10.0.1.254\n  ip domain-name example.com\n"
    )
    found = [
        (each.vrf, str(each.prefix), each.interface, str(each.next_hop), each.distance, each.tag, each.next_vrf)
        for each in device.static_routes
    ]
    assert found == [
        ("default", "10.1.0.0/16", "Ethernet1/1", "10.0.0.1", 200, 7, ""),
        ("default", "10.2.0.0/16", "", "None", 1, 0, ""),
        ("default", "10.3.0.0/16", "", "10.9.0.1", 1, 0, "RED"),
        ("default", "2001:db8::/32", "", "2001:db8:1::1", 1, 0, ""),
        ("RED", "0.0.0.0/0", "", "10.0.1.254", 1, 0, ""),
    ]


def test_vxlan_vpc_and_fabric_are_recognised_and_said_not_to_be_modelled() -> None:
    device = parse(
        "feature vpc\nnv overlay evpn\nvpc domain 1\n  peer-keepalive destination 10.0.0.1\n"
        "interface nve1\n  no shutdown\n  source-interface loopback0\n  member vni 10\n"
        "    ingress-replication protocol bgp\n"
        "interface port-channel1\n  vpc peer-link\n"
    )
    states = {note.text: note.state for note in device.coverage.notes}
    for line in ("nv overlay evpn", "vpc domain 1", "member vni 10", "vpc peer-link"):
        assert states[line] == LineState.NOT_IMPLEMENTED, line
    assert unread(device) == []
