"""Lines typed into EOS, where it differs from IOS."""

from __future__ import annotations

import pytest
from merge_case import changes, refused, typed

LEAF = """\
! device: leaf1 (vEOS, EOS-4.30.1F)
!
hostname leaf1
!
vrf instance RED
!
interface Ethernet1
   description to spine
   no switchport
   ip address 10.0.0.1/31
!
interface Ethernet2
   switchport access vlan 10
!
interface Ethernet3
   shutdown
!
ip routing
ip routing vrf RED
!
ip prefix-list CUST
   seq 10 permit 203.0.113.0/24
   seq 20 permit 198.51.100.0/24 le 28
!
ip prefix-list OLD seq 10 permit 10.0.0.0/8
!
ip access-list EDGE
   10 permit tcp any any eq bgp
   20 deny ip any any
!
route-map IN permit 10
   match ip address prefix-list CUST
!
router bgp 65001
   router-id 10.255.0.1
   neighbor SPINES peer group
   neighbor SPINES remote-as 65100
   neighbor 10.0.0.0 peer group SPINES
   redistribute connected route-map CONN
   !
   address-family ipv4
      neighbor SPINES activate
      neighbor SPINES route-map IN in
   !
   vrf RED
      rd 1:1
      neighbor 10.9.0.1 remote-as 65009
      !
      address-family ipv4
         neighbor 10.9.0.1 activate
!
banner motd
interface Ethernet9
EOF
!
end
"""


def eos(lines: str) -> list[str]:
    return changes(LEAF, lines, "eos")


def test_the_configuration_typed_again_changes_nothing() -> None:
    assert typed(LEAF, LEAF, "eos").text == LEAF


def test_interface_names_and_ranges() -> None:
    lines = "interface Et1\n   shutdown\ninterface Ethernet2-3\n   no switchport\n   no shutdown\n   mtu 9000\n"
    assert eos(lines) == [
        "+   shutdown",
        "+   no switchport",
        "+   mtu 9000",
        "-   shutdown",
        "+   no switchport",
        "+   mtu 9000",
    ]


def test_switchport_is_on_unless_it_is_off() -> None:
    assert eos("interface Ethernet1\n   switchport\n") == ["-   no switchport"]


def test_a_prefix_list_is_a_block_however_it_is_typed() -> None:
    lines = "ip prefix-list CUST seq 15 permit 192.0.2.0/24\nip prefix-list CUST\n   no seq 10\n   permit 10.0.0.0/8\n"
    assert eos(lines) == [
        "-   seq 10 permit 203.0.113.0/24",
        "+   seq 15 permit 192.0.2.0/24",
        "+   seq 30 permit 10.0.0.0/8",
    ]
    assert eos("no ip prefix-list CUST seq 20\n") == ["-   seq 20 permit 198.51.100.0/24 le 28"]


def test_a_list_in_single_lines_becomes_the_block_that_is_entered() -> None:
    assert eos("ip prefix-list OLD\n   seq 5 deny 0.0.0.0/0\n") == [
        "-ip prefix-list OLD seq 10 permit 10.0.0.0/8",
        "+ip prefix-list OLD",
        "+   seq 5 deny 0.0.0.0/0",
        "+   seq 10 permit 10.0.0.0/8",
    ]


def test_a_match_replaces() -> None:
    assert eos("route-map IN permit 10\n   match ip address prefix-list OLD\n") == [
        "-   match ip address prefix-list CUST",
        "+   match ip address prefix-list OLD",
    ]


def test_the_process_its_family_and_a_vrf_are_three_places() -> None:
    lines = (
        "router bgp 65001\n   neighbor SPINES route-map ALL out\n   redistribute connected\n"
        "   address-family ipv4\n      no neighbor SPINES route-map IN in\n"
        "   vrf RED\n      neighbor 10.9.0.1 shutdown\n"
        "      address-family ipv4\n         neighbor 10.9.0.1 route-map IN in\n"
    )
    assert eos(lines) == [
        "+   neighbor SPINES route-map ALL out",
        "-   redistribute connected route-map CONN",
        "+   redistribute connected",
        "-      neighbor SPINES route-map IN in",
        "+      neighbor 10.9.0.1 shutdown",
        "+         neighbor 10.9.0.1 route-map IN in",
    ]


def test_a_second_vrf_is_no_part_of_the_first() -> None:
    after = typed(LEAF, "router bgp 65001\n vrf RED\n vrf BLUE\n rd 2:2\n", "eos").text
    assert "\n   vrf BLUE\n      rd 2:2\n" in after


def test_a_line_of_the_process_typed_in_a_family_lands_there() -> None:
    assert eos("router bgp 65001\n address-family ipv4\n router-id 1.1.1.1\n") == [
        "-   router-id 10.255.0.1",
        "+   router-id 1.1.1.1",
    ]


def test_access_list_entries_stand_by_number() -> None:
    assert eos("ip access-list EDGE\n   15 permit icmp any any\n   no 10\n") == [
        "-   10 permit tcp any any eq bgp",
        "+   15 permit icmp any any",
    ]


def test_blocks_go_whole() -> None:
    rows = eos("no router bgp\nno ip routing\nno ip routing vrf RED\n")
    assert [row for row in rows if row[1] != " "] == [
        "-ip routing",
        "-ip routing vrf RED",
        "+no ip routing vrf RED",
        "-router bgp 65001",
    ]


def test_a_block_that_no_table_knows_is_reported_line_by_line() -> None:
    result = typed(LEAF, "maintenance\n   unit System\n      quiesce\n", "eos")
    assert [u.text for u in result.unknown] == ["maintenance", "unit System", "quiesce"]
    assert "\nmaintenance\n   unit System\n      quiesce\n" in result.text


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ("interface Ethernet1\n   ip address 10.0.0.1/33\n", 11, "'10.0.0.1/33' is not an IPv4 prefix"),
        ("interface Ethernet1\n   ip address 10.0.0.1\n", 11, "incomplete command"),
        ("router bgp 70000000000\n", 10, "is not an AS number"),
        ("router bgp 65002\n", 10, "BGP is already running; its AS is 65001"),
        ("ip address 10.0.0.1/24\n", 10, "not a command of global configuration mode"),
        ("ip access-list EDGE\n   10 permit icmp any any\n", 11, "duplicate sequence number 10"),
        ("interface Ethernet2\n   ip address 10.3.0.1/24 secondary\n", 11, "there is no primary address"),
    ],
)
def test_what_the_device_refuses_refuses_the_change(lines: str, line: int, reason: str) -> None:
    where, why = refused(LEAF, lines, "eos")
    assert where == line
    assert reason in why


@pytest.mark.parametrize("line", ["no neighbor SPINES route-map in", "default neighbor SPINES route-map in"])
def test_a_policy_of_a_neighbor_goes_without_its_name(line: str) -> None:
    """EOS manual, neighbor route-map: `no neighbor NEIGHBOR_ID route-map DIRECTION`."""
    where = "router bgp 65001\n   address-family ipv4\n"
    assert eos(f"{where}      {line}\n") == ["-      neighbor SPINES route-map IN in"]
    assert eos(f"{where}      {line.replace(' in', ' out')}\n") == []


def test_what_a_port_does_not_know_does_not_lead_out_of_it() -> None:
    lines = "interface Ethernet1\n   ip mfib fastdrop\n   no flow-spec ipv4 ipv6\n   ip attached-routes\n   shutdown\n"
    assert eos(lines)[-1] == "+   shutdown"


def test_times_of_a_graceful_restart_stand_beside_it() -> None:
    lines = "router bgp 65001\n   graceful-restart restart-time 300\n   graceful-restart\n"
    assert eos(lines) == ["+   graceful-restart restart-time 300", "+   graceful-restart"]
