"""Cumulus files as Batfish concatenates them, FRR's interfaces and VRFs, and host files."""

from __future__ import annotations

from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.device import parse_device

FILE = """leaf1
# This file describes the network interfaces
source /etc/network/interfaces.d/*.intf

auto lo
iface lo inet loopback
    address 10.255.0.1/32

auto swp1
iface swp1
    address 10.0.0.1
    netmask 255.255.255.0
    mtu 9216
    vrf RED
    link-speed 10000

iface RED
    vrf-table auto

iface bond1
    bond-slaves swp3 swp4

iface vlan10
    address 10.1.0.2/24
    address-virtual 00:00:5e:00:01:01 10.1.0.1/24
    vlan-id 10
    up ip route add 10.9.0.0/16 via 10.1.0.9

iface eth0 inet dhcp
# ports.conf --
1=100G
frr version 7.0
frr defaults datacenter
hostname leaf-one
interface swp1
 description uplink
 ip ospf area 0
router ospf vrf RED
line vty
"""


def parse(text: str) -> Device:
    return parse_device(text, "configs/leaf1.cfg")


def state(device: Device, text: str) -> str:
    number = FILE.split("\n").index(text) + 1
    return LineState(device.coverage.states[number - 1]).name


def test_interfaces_file_and_frr_file_make_one_device() -> None:
    device = parse(FILE)
    assert (device.name, device.vendor) == ("leaf-one", Vendor.FRR)
    found = {
        each.name: ([f"{a.address}/{a.length}" for a in each.addresses], each.kind, each.vrf)
        for each in device.interfaces
    }
    assert found == {
        "lo": (["10.255.0.1/32"], "loopback", "default"),
        "swp1": (["10.0.0.1/24"], "physical", "RED"),
        "RED": ([], "loopback", "RED"),
        "bond1": ([], "port-channel", "default"),
        "vlan10": (["10.1.0.2/24"], "vlan", "default"),
        "eth0": ([], "physical", "default"),
    }
    assert device.interfaces[3].members == ("swp3", "swp4")
    assert [str(each) for each in device.interfaces[4].virtual_addresses] == ["10.1.0.1"]
    assert (device.interfaces[1].mtu, device.interfaces[1].speed) == (9216, 10_000)
    assert device.interfaces[1].description == "uplink"
    assert [vrf.name for vrf in device.vrfs] == ["RED"]
    assert [(process.vrf, [each.interface for each in process.interfaces]) for process in device.ospf] == [
        ("RED", ["swp1"])
    ]


def test_its_lines_keep_their_numbers_and_states() -> None:
    device = parse(FILE)
    assert device.interfaces[1].source.first == 10
    assert device.ospf[0].source.first == FILE.split("\n").index("router ospf vrf RED") + 1
    assert state(device, "source /etc/network/interfaces.d/*.intf") == "PARTIAL"
    assert state(device, "    up ip route add 10.9.0.0/16 via 10.1.0.9") == "NOT_IMPLEMENTED"
    assert state(device, "iface eth0 inet dhcp") == "PARTIAL"
    assert state(device, "1=100G") == "IGNORED"
    assert "UNRECOGNISED" not in {LineState(each).name for each in device.coverage.states}


def test_frr_alone() -> None:
    device = parse(
        "frr version 8.4.4\nno ip forwarding\n"
        "interface eth0 vrf BLUE\n ip address 10.0.0.1/24\n ip address 10.0.1.1/24\n"
        "interface eth0 vrf BLUE\n shutdown\nvrf BLUE\n vni 100\n ip router-id 10.0.0.1\n exit-vrf\n"
    )
    (eth0,) = device.interfaces
    assert ([str(each.prefix) for each in eth0.addresses], eth0.vrf, eth0.shutdown) == (
        ["10.0.0.0/24", "10.0.1.0/24"], "BLUE", True,
    )  # fmt: skip
    assert (device.ip_forwarding, [vrf.name for vrf in device.vrfs], device.undefined) == (False, ["BLUE"], ())


HOST = """{
  "hostname": "web",
  "iptablesFile": "iptables/web.iptables",
  "hostInterfaces": {
    "eth0": {"name": "eth0", "prefix": "10.0.0.5/24", "gateway": "10.0.0.1"}
  }
}
"""


def test_a_host_file() -> None:
    device = parse_device(HOST, "hosts/web.json")
    assert (device.name, device.vendor) == ("web", Vendor.HOST)
    assert [(each.name, str(each.addresses[0].address), each.source.first) for each in device.interfaces] == [
        ("eth0", "10.0.0.5", 5)
    ]
    (default,) = device.static_routes
    assert (str(default.prefix), str(default.next_hop), default.interface) == ("0.0.0.0/0", "10.0.0.1", "eth0")
    assert LineState(device.coverage.states[2]).name == "PARTIAL"


def test_a_broken_host_file_has_no_content() -> None:
    device = parse_device(HOST.replace("10.0.0.5/24", "10.0.0.5"), "hosts/web.json")
    assert (device.interfaces, device.static_routes) == ((), ())
    assert device.warnings[0][1].startswith("no host file")
    assert "IMPLEMENTED" not in {LineState(each).name for each in device.coverage.states}


def test_ports_of_a_virtual_switch_have_its_speed() -> None:
    """So `show interface` of Cumulus VX has it, and OSPF costs 100 (lab-validation, cumulusfrr_ospf_unnumbered)."""
    virtual = FILE.replace("1=100G", "#   The ports in Cumulus VX are not configurable from here.")
    virtual = virtual.replace("swp3 swp4", "swp3\nauto swp3\niface swp3")
    speeds = {each.name: each.speed for each in parse(virtual).interfaces}
    assert (speeds["swp1"], speeds["swp3"], speeds["lo"]) == (10000, 1000, None)
    assert {each.speed for each in parse(FILE).interfaces} == {None, 10000}
