"""Lines typed into NX-OS, where it differs from IOS and EOS."""

from __future__ import annotations

import pytest
from merge_case import changes, refused, typed

from guard.parse.device import parse_device

LEAF = """\
!Command: show running-config
version 9.2(3) Bios:version
hostname leaf1
feature bgp
feature ospf
feature interface-vlan

ip prefix-list CUST seq 5 permit 203.0.113.0/24
ip route 10.9.0.0/16 10.0.0.1 name old 5
ip community-list standard C seq 10 permit 65001:1
vlan 1,10,20-22
vlan 10
  name USERS
vrf context RED
  ip route 0.0.0.0/0 10.2.0.1

ip access-list EDGE
  10 permit tcp any any eq bgp
  20 deny ip any any
route-map IN permit 10
  match ip address prefix-list CUST

interface Vlan10
  no shutdown
  ip address 10.10.0.1/24

interface Ethernet1/1
  no switchport
  ip address 10.0.0.0/31
  ip router ospf 1 area 0.0.0.0
  no shutdown

interface Ethernet1/2
  switchport mode trunk
  switchport trunk allowed vlan 10,20

interface Ethernet1/3

interface Ethernet1/4
  no switchport
  vrf member RED
  ip address 10.2.0.0/31
  no shutdown
router ospf 1
  router-id 10.255.0.1
router bgp 65001
  router-id 10.255.0.1
  address-family ipv4 unicast
    network 10.10.0.0/24
  template peer SPINE
    remote-as 65100
    address-family ipv4 unicast
      send-community both
      route-map IN in
  neighbor 10.0.0.1
    inherit peer SPINE
  neighbor 10.0.0.3 remote-as 65003
    address-family ipv4 unicast
  vrf RED
    neighbor 10.2.0.1
      remote-as 65009
      address-family ipv4 unicast
"""


def rows(lines: str) -> list[str]:
    return changes(LEAF, lines, "nxos")


def test_a_port_that_is_made_to_route_loses_its_layer_2_and_is_shut_until_told() -> None:
    assert rows("interface eth1/2\n no switchport\n ip address 10.5.0.1/24") == [
        "-  switchport mode trunk",
        "-  switchport trunk allowed vlan 10,20",
        "+  no switchport",
        "+  ip address 10.5.0.1/24",
    ]


def test_a_port_that_is_made_to_switch_loses_its_layer_3() -> None:
    found = rows("interface Ethernet1/1\n switchport\n switchport access vlan 10")
    assert found == [
        "-  no switchport",
        "-  ip address 10.0.0.0/31",
        "-  ip router ospf 1 area 0.0.0.0",
        "+  switchport access vlan 10",
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("interface Ethernet1/1\n shutdown", ["-  no shutdown"]),
        ("interface Vlan10\n shutdown", ["-  no shutdown"]),
        ("interface Ethernet1/3\n shutdown", ["+  shutdown"]),
        ("interface Ethernet1/3\n no shutdown", []),
        ("interface loopback5\n shutdown", ["+interface loopback5", "+  shutdown"]),
    ],
)
def test_shutdown_is_shown_where_it_is_not_the_default(lines: str, expected: list[str]) -> None:
    assert rows(lines) == expected


@pytest.mark.parametrize(
    ("lines", "shut"),
    [
        ("interface Ethernet1/1\n shutdown", True),
        ("interface Ethernet1/3\n shutdown", True),
        ("interface Ethernet1/3\n no switchport", True),
        ("interface Ethernet1/3\n no switchport\n no shutdown", False),
        ("interface Ethernet1/1, Ethernet1/3\n shutdown\n no shutdown", False),
    ],
)
def test_what_is_shown_is_read_as_it_was_typed(lines: str, shut: bool) -> None:
    device = parse_device(typed(LEAF, lines, "nxos").text, "configs/leaf1.cfg")
    name = lines.split("\n")[0].split(",")[0].split()[1]
    assert next(each for each in device.interfaces if each.name == name).shutdown is shut


def test_an_interface_that_changes_its_vrf_loses_all_of_layer_3() -> None:
    assert rows("interface Ethernet1/1\n vrf member RED") == [
        "-  ip address 10.0.0.0/31",
        "-  ip router ospf 1 area 0.0.0.0",
        "+  vrf member RED",
    ]
    assert rows("interface Ethernet1/4\n vrf member RED") == []


def test_a_vrf_that_goes_takes_its_members_and_its_neighbors_with_it() -> None:
    found = rows("no vrf context RED")
    assert "-vrf context RED" in found
    assert "-  vrf member RED" in found
    assert "-  ip address 10.2.0.0/31" in found
    assert "-    neighbor 10.2.0.1" in found
    assert "-  ip address 10.0.0.0/31" not in found


def test_a_feature_that_is_disabled_takes_its_configuration_with_it() -> None:
    found = rows("no feature bgp")
    assert found[:2] == ["-feature bgp", "-router bgp 65001"]
    assert len(found) == 2 + len(LEAF.partition("router bgp 65001\n")[2].splitlines())
    assert rows("no feature ospf") == [
        "-feature ospf", "-  ip router ospf 1 area 0.0.0.0", "-router ospf 1", "-  router-id 10.255.0.1",
    ]  # fmt: skip
    assert "-interface Vlan10" in rows("no feature interface-vlan")


def test_the_as_of_a_neighbor_changes_where_it_stands() -> None:
    assert rows("router bgp 65001\n neighbor 10.0.0.3 remote-as 65004") == [
        "-  neighbor 10.0.0.3 remote-as 65003",
        "+  neighbor 10.0.0.3 remote-as 65004",
    ]
    assert rows("router bgp 65001\n neighbor 10.0.0.1 remote-as 65101") == ["+    remote-as 65101"]


def test_a_new_neighbor_is_a_block() -> None:
    lines = "router bgp 65001\nneighbor 10.0.0.9 remote-as 65111\naddress-family ipv4 unicast\nprefix-list CUST in"
    assert rows(lines) == [
        "+  neighbor 10.0.0.9",
        "+    remote-as 65111",
        "+    address-family ipv4 unicast",
        "+      prefix-list CUST in",
    ]


@pytest.mark.parametrize("line", ["no neighbor 10.0.0.3", "no neighbor 10.0.0.3 remote-as 65100"])
def test_a_neighbor_goes_whatever_as_is_named(line: str) -> None:
    gone = ["-  neighbor 10.0.0.3 remote-as 65003", "-    address-family ipv4 unicast"]
    assert rows(f"router bgp 65001\n {line}") == gone


def test_send_community_both_is_two_settings() -> None:
    lines = "router bgp 65001\n template peer SPINE\n  address-family ipv4 unicast\n   no send-community extended"
    assert rows(lines) == ["-      send-community both", "+      send-community"]
    lines = "router bgp 65001\n neighbor 10.0.0.3\n  address-family ipv4 unicast\n   send-community both"
    assert rows(lines) == ["+      send-community", "+      send-community extended"]


def test_a_static_route_is_its_prefix_and_next_hop() -> None:
    assert rows("ip route 10.9.0.0/16 10.0.0.1 200") == [
        "-ip route 10.9.0.0/16 10.0.0.1 name old 5",
        "+ip route 10.9.0.0/16 10.0.0.1 200",
    ]
    added = "ip route 10.9.0.0/16 Ethernet1/1 10.0.0.1"
    assert rows(added) == [f"+{added}"]
    assert rows("no ip route 10.9.0.0/16 10.0.0.1 name other 7") == ["-ip route 10.9.0.0/16 10.0.0.1 name old 5"]
    assert "incomplete" in refused(LEAF, "no ip route 10.9.0.0/16", "nxos")[1]


def test_a_route_of_a_vrf_lands_in_the_vrf() -> None:
    assert rows("vrf context RED\n no ip route 0.0.0.0/0 10.2.0.1\n ip route 0.0.0.0/0 10.2.0.9") == [
        "-  ip route 0.0.0.0/0 10.2.0.1",
        "+  ip route 0.0.0.0/0 10.2.0.9",
    ]


def test_entries_number_themselves() -> None:
    assert rows("ip access-list EDGE\n permit udp any any\n no 10") == [
        "-  10 permit tcp any any eq bgp",
        "+  30 permit udp any any",
    ]
    assert rows("ip access-list NEW\n permit ip any any") == ["+ip access-list NEW", "+  10 permit ip any any"]
    assert rows("ip prefix-list CUST permit 10.0.0.0/8") == ["+ip prefix-list CUST seq 10 permit 10.0.0.0/8"]
    assert rows("ip community-list standard C permit 65001:2") == [
        "+ip community-list standard C seq 11 permit 65001:2"
    ]


def test_a_match_adds_and_a_set_replaces() -> None:
    assert rows("route-map IN permit 10\n match ip address prefix-list NEW\n set metric 5\n set metric 6") == [
        "-  match ip address prefix-list CUST",
        "+  match ip address prefix-list CUST NEW",
        "+  set metric 6",
    ]


def test_vlans_leave_the_lists_that_name_them() -> None:
    assert rows("no vlan 10,21") == [
        "-vlan 1,10,20-22", "-vlan 10", "-  name USERS", "+vlan 1,20,22",
    ]  # fmt: skip


def test_the_vlans_of_a_trunk_are_amended() -> None:
    lines = "interface Ethernet1/2\n switchport trunk allowed vlan add 21-22\n switchport trunk allowed vlan remove 10"
    assert rows(lines) == ["-  switchport trunk allowed vlan 10,20", "+  switchport trunk allowed vlan 20-22"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("router bgp 65002", "already running"),
        ("router bgp abc", "AS number"),
        ("ip route 10.0.0.0/33 10.0.0.1", "IPv4 prefix"),
        ("router bgp 65001\n address-family ipv4 unicast\n  redistribute direct", "incomplete"),
        ("router ospf 1\n redistribute static", "incomplete"),
        ("interface Ethernet1/2\n switchport trunk allowed vlan add 5000", "VLAN"),
        ("router bgp 65001\n neighbor 10.0.0.1 activate", "not known here"),
        ("ip prefix-list CUST seq 20 permit 10.0.0.0/16 ge 8", "prefix range"),
    ],
)
def test_what_the_device_would_refuse(lines: str, reason: str) -> None:
    line, message = refused(LEAF, lines, "nxos")
    assert reason in message
    assert line == 9 + len(lines.split("\n"))


def test_a_missing_exit_lands_the_next_line_in_the_neighbor() -> None:
    found = rows(
        "router bgp 65001\n neighbor 10.0.0.1\n  shutdown\n neighbor 10.0.0.3\n  description x\n log-neighbor-changes"
    )
    assert found == ["+    shutdown", "+    description x", "+    log-neighbor-changes"]


def test_a_new_block_stands_apart_by_a_blank_row() -> None:
    text = typed(LEAF, "interface Ethernet1/5\n description new", "nxos").text
    assert "\n\ninterface Ethernet1/5\n  description new\n" in text


def test_default_interface_empties_it() -> None:
    assert rows("default interface Ethernet1/2") == [
        "-  switchport mode trunk", "-  switchport trunk allowed vlan 10,20",
    ]  # fmt: skip


NVE = "hostname leaf1\nversion 9.2(3) Bios:version\nnv overlay evpn\ninterface nve1\n  host-reachability protocol bgp\n"


def test_an_overlay_interface_is_shut_until_told() -> None:
    """Nexus 9000 VXLAN guide, "Configuring the NVE Interface": `no shutdown` is part of it."""
    assert changes(NVE, "interface nve1\n  no shutdown\n", "nxos") == ["+  no shutdown"]
    opened = NVE + "  no shutdown\n"
    assert changes(opened, opened, "nxos") == []
    shut = {text: parse_device(text, "r1.cfg").interfaces[0].shutdown for text in (NVE, opened)}
    assert list(shut.values()) == [True, False]


def test_route_targets_of_evpn_stand_beside_the_others() -> None:
    base = "hostname a\nfeature bgp\nvrf context R\n  address-family ipv4 unicast\n    route-target both auto\n"
    lines = "vrf context R\n  address-family ipv4 unicast\n    route-target both auto evpn\n"
    assert changes(base, lines, "nxos") == ["+    route-target both auto evpn"]


def test_a_servers_block_is_a_mode_and_force_is_no_word_more() -> None:
    lines = "aaa group server tacacs+ T\n  server 192.0.2.1\n  source-interface Vlan10\n"
    lines += "interface Ethernet1/1\n  shutdown force\n"
    assert changes(LEAF, lines, "nxos") == [
        "+aaa group server tacacs+ T", "+  server 192.0.2.1", "+  source-interface Vlan10", "-  no shutdown",
    ]  # fmt: skip
