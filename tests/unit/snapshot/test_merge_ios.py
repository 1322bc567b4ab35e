"""Lines typed into IOS: what they replace, add and take, where they land, what is refused."""

from __future__ import annotations

import pytest
from merge_case import changes, refused, typed

R1 = """\
!
version 15.2
hostname r1
!
vrf definition RED
 rd 1:1
 !
 address-family ipv4
 exit-address-family
!
interface Loopback0
 ip address 10.255.0.1 255.255.255.255
!
interface GigabitEthernet0/0
 description uplink
 ip address 10.0.0.1 255.255.255.0
 ip ospf cost 10
 shutdown
!
interface GigabitEthernet0/1
 vrf forwarding RED
 ip address 10.0.1.1 255.255.255.0
 ip address 10.0.2.1 255.255.255.0 secondary
!
router ospf 1
 router-id 10.255.0.1
 redistribute bgp 65001 metric 20 subnets route-map B2O
 passive-interface Loopback0
 network 10.0.0.0 0.0.255.255 area 0
!
router bgp 65001
 bgp router-id 10.255.0.1
 neighbor PG peer-group
 neighbor PG remote-as 65001
 neighbor 10.0.0.2 remote-as 65002
 neighbor 10.0.0.2 description ISP
 neighbor 10.255.0.2 peer-group PG
 !
 address-family ipv4
  network 192.0.2.0
  redistribute static metric 5 route-map S
  neighbor PG next-hop-self
  neighbor 10.0.0.2 activate
  neighbor 10.0.0.2 send-community
  neighbor 10.0.0.2 route-map IN in
  neighbor 10.255.0.2 activate
 exit-address-family
 !
 address-family ipv4 vrf RED
  neighbor 10.0.1.9 remote-as 65009
  neighbor 10.0.1.9 activate
 exit-address-family
!
ip route 0.0.0.0 0.0.0.0 10.0.0.2
ip route 192.0.2.0 255.255.255.0 Null0 250
!
ip access-list extended EDGE
 permit tcp any any eq 22
 permit icmp any any
 deny ip any any
!
ip prefix-list CUST seq 5 permit 203.0.113.0/24
ip prefix-list CUST seq 10 permit 198.51.100.0/24
access-list 10 permit 10.0.0.0 0.255.255.255
access-list 10 permit 172.16.0.0 0.15.255.255
access-list 101 permit ip any host 10.0.0.1
access-list 101 deny ip any any
!
route-map IN permit 10
 match ip address prefix-list CUST
 set local-preference 200
!
route-map IN deny 20
!
banner motd ^C
hello
interface GigabitEthernet0/9
^C
!
line vty 0 4
 transport input ssh
!
end
"""


def ios(lines: str) -> list[str]:
    return changes(R1, lines, "ios")


def test_nothing_typed_changes_nothing() -> None:
    assert typed(R1, "", "ios").text == R1
    assert typed(R1, "! a comment\n\n", "ios").text == R1


def test_the_configuration_typed_again_changes_nothing() -> None:
    assert typed(R1, R1, "ios").text == R1


def test_single_values_are_replaced_in_their_place() -> None:
    assert ios(
        "interface GigabitEthernet0/0\n description new\n ip address 10.0.0.9 255.255.255.0\n ip ospf cost 5\n"
    ) == [
        "- description uplink",
        "- ip address 10.0.0.1 255.255.255.0",
        "- ip ospf cost 10",
        "+ description new",
        "+ ip address 10.0.0.9 255.255.255.0",
        "+ ip ospf cost 5",
    ]


def test_usual_abbreviations_are_spelled_out() -> None:
    lines = "conf t\nint gi0/0\ndesc new thing\nno shut\nip addr 10.0.0.9 255.255.255.0\nend\nwr mem\n"
    assert ios(lines) == [
        "- description uplink",
        "- ip address 10.0.0.1 255.255.255.0",
        "+ description new thing",
        "+ ip address 10.0.0.9 255.255.255.0",
        "- shutdown",
    ]


def test_a_missing_exit_lands_the_line_globally_and_leaves_the_mode() -> None:
    lines = "interface GigabitEthernet0/0\n no shutdown\nip route 10.9.0.0 255.255.0.0 10.0.0.3\n"
    assert ios(lines) == ["- shutdown", "+ip route 10.9.0.0 255.255.0.0 10.0.0.3"]
    line, reason = refused(R1, lines + " shutdown\n", "ios")
    assert line == 13
    assert "not a command of global configuration mode" in reason


def test_commands_of_the_ipv4_family_typed_in_the_process_go_into_its_block() -> None:
    lines = "router bgp 65001\n network 198.18.0.0 mask 255.255.0.0\n neighbor 10.0.0.2 prefix-list CUST out\n"
    assert ios(lines) == [
        "+  network 198.18.0.0 mask 255.255.0.0",
        "+  neighbor 10.0.0.2 prefix-list CUST out",
    ]


def test_a_session_command_typed_in_a_family_lands_in_the_process() -> None:
    lines = "router bgp 65001\n address-family ipv4\n  neighbor 10.0.0.2 password x\n"
    assert ios(lines) == ["+ neighbor 10.0.0.2 password x"]


def test_a_new_neighbor_stands_in_the_process_and_in_the_family() -> None:
    lines = (
        "router bgp 65001\n neighbor 10.0.0.7 remote-as 65007\n address-family ipv4\n"
        "  neighbor 10.0.0.7 activate\n  neighbor 10.0.0.7 route-map IN in\n exit-address-family\n"
    )
    assert ios(lines) == [
        "+ neighbor 10.0.0.7 remote-as 65007",
        "+  neighbor 10.0.0.7 activate",
        "+  neighbor 10.0.0.7 route-map IN in",
    ]


@pytest.mark.parametrize("line", ["no neighbor 10.0.0.2", "no neighbor 10.0.0.2 remote-as 65002"])
def test_a_neighbor_that_goes_takes_its_lines_in_all_families(line: str) -> None:
    assert ios(f"router bgp 65001\n {line}\n") == [
        "- neighbor 10.0.0.2 remote-as 65002",
        "- neighbor 10.0.0.2 description ISP",
        "-  neighbor 10.0.0.2 activate",
        "-  neighbor 10.0.0.2 send-community",
        "-  neighbor 10.0.0.2 route-map IN in",
    ]


def test_a_peer_group_that_goes_takes_its_members() -> None:
    assert ios("router bgp 65001\n no neighbor PG peer-group\n") == [
        "- neighbor PG peer-group",
        "- neighbor PG remote-as 65001",
        "- neighbor 10.255.0.2 peer-group PG",
        "-  neighbor PG next-hop-self",
        "-  neighbor 10.255.0.2 activate",
    ]


def test_a_family_of_a_vrf_is_a_place_of_its_own() -> None:
    lines = "router bgp 65001\n address-family ipv4 vrf RED\n no neighbor 10.0.0.2\n no neighbor 10.0.1.9\n"
    assert ios(lines) == ["-  neighbor 10.0.1.9 remote-as 65009", "-  neighbor 10.0.1.9 activate"]


def test_redistribute_keeps_the_keywords_that_are_not_named() -> None:
    assert ios("router ospf 1\n redistribute bgp 65001 metric 7\n") == [
        "- redistribute bgp 65001 metric 20 subnets route-map B2O",
        "+ redistribute bgp 65001 metric 7 subnets route-map B2O",
    ]


def test_no_redistribute_with_a_keyword_takes_the_keyword_alone() -> None:
    assert ios("router ospf 1\n no redistribute bgp 65001 route-map B2O\n") == [
        "- redistribute bgp 65001 metric 20 subnets route-map B2O",
        "+ redistribute bgp 65001 metric 20 subnets",
    ]
    assert ios("router ospf 1\n no redistribute bgp 65001\n") == [
        "- redistribute bgp 65001 metric 20 subnets route-map B2O"
    ]


def test_an_interface_that_changes_its_vrf_loses_its_addresses() -> None:
    assert ios("interface GigabitEthernet0/0\n vrf forwarding RED\n") == [
        "- ip address 10.0.0.1 255.255.255.0",
        "+ vrf forwarding RED",
    ]
    assert ios("interface GigabitEthernet0/1\n vrf forwarding RED\n") == []


def test_a_vrf_that_goes_takes_addresses_and_families() -> None:
    assert ios("no vrf definition RED\n") == [
        "-vrf definition RED",
        "- rd 1:1",
        "- address-family ipv4",
        "- exit-address-family",
        "- vrf forwarding RED",
        "- ip address 10.0.1.1 255.255.255.0",
        "- ip address 10.0.2.1 255.255.255.0 secondary",
        "- exit-address-family",
        "- address-family ipv4 vrf RED",
        "-  neighbor 10.0.1.9 remote-as 65009",
        "-  neighbor 10.0.1.9 activate",
    ]


def test_access_list_entries_have_numbers_that_are_not_shown() -> None:
    assert ios("ip access-list extended EDGE\n 15 permit tcp any any eq bgp\n no 10\n permit udp any any\n") == [
        "- permit tcp any any eq 22",
        "- permit icmp any any",
        "- deny ip any any",
        "+ 15 permit tcp any any eq bgp",
        "+ 20 permit icmp any any",
        "+ 30 deny ip any any",
        "+ 40 permit udp any any",
    ]


def test_a_numbered_list_goes_whole_even_where_one_entry_is_named() -> None:
    assert ios("no access-list 101 permit ip any host 10.0.0.1\n") == [
        "-access-list 101 permit ip any host 10.0.0.1",
        "-access-list 101 deny ip any any",
    ]


def test_a_numbered_list_can_be_edited_as_a_named_one() -> None:
    after = typed(R1, "ip access-list extended 101\n 5 permit tcp any any eq bgp\n", "ios").text
    assert "\nip access-list extended 101\n 5 permit tcp any any eq bgp\n 10 permit ip any host 10.0.0.1\n" in after
    assert "access-list 101 permit" not in after


def test_matches_accumulate_and_settings_replace() -> None:
    assert ios("route-map IN permit 10\n match ip address prefix-list OTHER\n set local-preference 50\n") == [
        "- match ip address prefix-list CUST",
        "- set local-preference 200",
        "+ match ip address prefix-list CUST OTHER",
        "+ set local-preference 50",
    ]


def test_a_match_that_goes_leaves_an_entry_that_matches_everything() -> None:
    assert ios("route-map IN permit 10\n no match ip address prefix-list CUST\n") == [
        "- match ip address prefix-list CUST"
    ]


def test_route_map_entries_stand_in_their_order() -> None:
    after = typed(R1, "route-map IN permit 15\n match tag 7\nroute-map IN permit 5\n", "ios").text
    headers = [row for row in after.split("\n") if row.startswith("route-map")]
    assert headers == [
        "route-map IN permit 5",
        "route-map IN permit 10",
        "route-map IN permit 15",
        "route-map IN deny 20",
    ]


def test_prefix_list_entries_stand_in_their_order_and_number_themselves() -> None:
    lines = "ip prefix-list CUST permit 10.0.0.0/8 le 24\nip prefix-list CUST seq 7 permit 10.1.0.0/16\n"
    assert ios(lines + "no ip prefix-list CUST seq 5\n") == [
        "-ip prefix-list CUST seq 5 permit 203.0.113.0/24",
        "+ip prefix-list CUST seq 7 permit 10.1.0.0/16",
        "+ip prefix-list CUST seq 15 permit 10.0.0.0/8 le 24",
    ]


def test_default_takes_an_interface_back_to_nothing() -> None:
    assert ios("default interface GigabitEthernet0/1\n") == [
        "- vrf forwarding RED",
        "- ip address 10.0.1.1 255.255.255.0",
        "- ip address 10.0.2.1 255.255.255.0 secondary",
    ]


def test_no_ip_address_takes_all_of_them() -> None:
    assert ios("interface GigabitEthernet0/1\n no ip address\n") == [
        "- ip address 10.0.1.1 255.255.255.0",
        "- ip address 10.0.2.1 255.255.255.0 secondary",
    ]


def test_the_case_of_names_does_not_matter() -> None:
    assert ios("no ip route 192.0.2.0 255.255.255.0 null0\ninterface GIGABITETHERNET0/0\n NO SHUTDOWN\n") == [
        "- shutdown",
        "-ip route 192.0.2.0 255.255.255.0 Null0 250",
    ]


def test_an_interface_range_is_each_of_its_interfaces() -> None:
    assert ios("interface range Gi0/0 - 1\n ip mtu 1400\n") == ["+ ip mtu 1400", "+ ip mtu 1400"]


def test_banners_are_opaque() -> None:
    after = typed(R1, "banner motd #\nip route 1\n#\nhostname r2\n", "ios").text
    assert "\nbanner motd #\nip route 1\n#\n" in after
    assert "GigabitEthernet0/9" not in after
    assert "\nhostname r2\n" in after


def test_send_community_kinds_add_up() -> None:
    lines = "router bgp 65001\n address-family ipv4\n  neighbor 10.0.0.2 send-community extended\n"
    assert ios(lines) == ["-  neighbor 10.0.0.2 send-community", "+  neighbor 10.0.0.2 send-community both"]


def test_blocks_go_whole() -> None:
    rows = ios("no router ospf 1\nno route-map IN\nno ip access-list extended EDGE\n")
    assert [row for row in rows if not row.startswith("- ")] == [
        "-router ospf 1",
        "-ip access-list extended EDGE",
        "-route-map IN permit 10",
        "-route-map IN deny 20",
    ]


def test_no_of_what_is_not_there_is_taken_silently() -> None:
    assert ios("no route-map NOPE\nrouter bgp 65001\n no neighbor 10.9.9.9\n no neighbor 10.9.9.8 activate\n") == []


def test_a_deactivated_neighbor_is_shown_so() -> None:
    assert ios("router bgp 65001\n address-family ipv4\n  no neighbor 10.0.0.2 activate\n") == [
        "-  neighbor 10.0.0.2 activate",
        "+  no neighbor 10.0.0.2 activate",
    ]


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (
            "interface GigabitEthernet0/0\n ip address 10.0.0.300 255.255.255.0\n",
            11,
            "'10.0.0.300' is not an IPv4 address",
        ),
        ("interface GigabitEthernet0/0\n ip address 10.0.0.0 255.255.255.0\n", 11, "bad mask /24 for address 10.0.0.0"),
        ("interface GigabitEthernet0/0\n ip address 10.0.0.9/24\n", 11, "is not what this platform takes"),
        ("interface GigabitEthernet0/0\n ip address 10.0.0.9\n", 11, "incomplete command"),
        ("interface GigabitEthernet0/0\n ip ospf cost 70000\n", 11, "'70000' is not a number in 1-65535"),
        ("interface GigabitEthernet0/1\n no ip address 10.0.1.1 255.255.255.0\n", 11, "secondary addresses must go"),
        ("router bgp abc\n", 10, "'abc' is not an AS number"),
        ("router bgp 65002\n", 10, "BGP is already running; its AS is 65001"),
        ("router bgp 65001\n neighbor 10.0.0.9 activate\n", 11, "no remote-as or peer-group yet"),
        ("router bgp 65001\n neighbor 10.0.0.2 route-map IN\n", 11, "incomplete command"),
        ("shutdown\n", 10, "not a command of global configuration mode"),
        ("ip address 10.0.0.9 255.255.255.0\n", 10, "not a command of global configuration mode"),
        ("ip route 10.0.0.1 255.255.255.0 10.0.0.2\n", 10, "inconsistent address and mask"),
        ("ip prefix-list CUST seq 15 permit 10.0.0.0/16 ge 8\n", 10, "invalid prefix range"),
        ("ip access-list extended EDGE\n 10 permit udp any any\n", 11, "duplicate sequence number 10"),
        ("route-map IN\n", 10, "name one by its sequence number"),
        ("end\nhostname r9\n", 11, "configuration mode has been left"),
    ],
)
def test_what_the_device_refuses_refuses_the_change(lines: str, line: int, reason: str) -> None:
    where, why = refused(R1, lines, "ios")
    assert where == line
    assert reason in why


def test_unknown_lines_are_kept_where_they_seem_to_land_and_reported() -> None:
    result = typed(R1, "interface GigabitEthernet0/0\n frobnicate 1\n description x\nsnork\n below it\n", "ios")
    assert [(u.number, u.text) for u in result.unknown] == [(11, "frobnicate 1"), (13, "snork"), (14, "below it")]
    assert " shutdown\n frobnicate 1\n" in result.text
    assert "\nsnork\n below it\n" in result.text
    assert " description x\n" in result.text


def test_flat_statements_stay_flat() -> None:
    flat = "router bgp 1\n network 10.0.0.0\n neighbor 10.0.0.2 remote-as 2\n neighbor 10.0.0.2 route-map A in\n"
    lines = "router bgp 1\n neighbor 10.0.0.2 route-map B in\n network 10.1.0.0 mask 255.255.0.0\n"
    assert changes(flat, lines, "ios") == [
        "+ network 10.1.0.0 mask 255.255.0.0",
        "- neighbor 10.0.0.2 route-map A in",
        "+ neighbor 10.0.0.2 route-map B in",
    ]


def test_what_differs_from_passive_by_default_is_shown() -> None:
    ospf = "router ospf 1\n passive-interface default\n no passive-interface Ethernet0/0\n"
    active = "router ospf 1\n no passive-interface Ethernet0/1\n"
    for vendor in ("ios", "eos"):
        assert changes(ospf, active, vendor) == ["+ no passive-interface Ethernet0/1"]
        assert changes(ospf, "router ospf 1\n passive-interface Ethernet0/0\n", vendor) == [
            "- no passive-interface Ethernet0/0"
        ]
        assert changes(ospf, "router ospf 1\n no passive-interface default\n", vendor) == [
            "- passive-interface default",
            "- no passive-interface Ethernet0/0",
        ]
        assert changes("router ospf 1\n passive-interface Ethernet0/0\n", active, vendor) == []


@pytest.mark.parametrize("vendor", ["ios", "eos", "frr", "nxos"])
def test_the_net_of_is_is_is_no_abbreviation(vendor: str) -> None:
    base = "hostname a\nfeature isis\nrouter isis U\n  net 49.0001.0000.0000.0011.00\n"
    lines = "router isis U\n  net 49.0001.0000.0000.0011.00\n"
    assert changes(base, lines, vendor) == []


def test_templates_end_with_words_of_their_own() -> None:
    base = "hostname a\nrouter bgp 1\n template peer-session S\n  remote-as 2\n exit-peer-session\n"
    lines = "router bgp 1\n template peer-session T\n  remote-as 3\n exit-peer-session\n neighbor 10.0.0.1 remote-as 4"
    assert changes(base, lines, "ios") == [
        "+ template peer-session T", "+  remote-as 3", "+ exit-peer-session", "+ neighbor 10.0.0.1 remote-as 4",
    ]  # fmt: skip


REMARKS = """\
hostname r1
ip access-list extended X
 remark the web
 permit tcp any any eq 80
 remark the rest
 deny ip any any
"""


def test_a_remark_of_ios_takes_no_number() -> None:
    """What is typed by number means the entries, whatever stands between them."""
    inside = "ip access-list extended X\n {}\n"
    assert changes(REMARKS, inside.format("no 20"), "ios") == ["- deny ip any any"]
    assert changes(REMARKS, inside.format("no 10"), "ios") == [
        "- permit tcp any any eq 80", "- deny ip any any", "+ 20 deny ip any any",
    ]  # fmt: skip
    assert changes(REMARKS, inside.format("15 permit tcp any any eq 443"), "ios") == [
        "- permit tcp any any eq 80", "+ 10 permit tcp any any eq 80", "- deny ip any any",
        "+ 15 permit tcp any any eq 443", "+ 20 deny ip any any",
    ]  # fmt: skip
    assert refused(REMARKS, inside.format("10 permit udp any any"), "ios")[1].count("duplicate sequence number 10")
    fresh = "ip access-list extended Y\n remark later\n 10 permit tcp any any eq 443\n 20 deny ip any any\n"
    assert changes("hostname r1\n", fresh, "ios") == [f"+{row}" for row in fresh.rstrip().split("\n")]


def test_a_remark_may_bear_the_number_of_the_entry_that_it_speaks_of() -> None:
    config = "ip access-list extended X\n 10 remark the web\n 10 permit tcp any any eq 80\n"
    inside = "ip access-list extended X\n {}\n"
    assert changes(config, inside.format("no 10"), "ios") == ["- 10 permit tcp any any eq 80"]
    assert changes(config, inside.format("no 10 remark the web"), "ios") == ["- 10 remark the web"]
    assert changes(config, inside.format("20 remark the rest\n 20 deny ip any any"), "ios") == [
        "+ 20 remark the rest", "+ 20 deny ip any any",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        "tacacs server T1\n address ipv4 192.0.2.7\n key abc\n",
        "radius server R1\n address ipv4 192.0.2.7 auth-port 1812 acct-port 1813\n",
        "ip dhcp pool LAN\n network 10.1.0.0 255.255.255.0\n default-router 10.1.0.1\n",
        "aaa server radius dynamic-author\n client 192.0.2.7 server-key abc\n",
        "telemetry ietf subscription 1\n encoding encode-kvgpb\n",
        "privilege exec level 7 show running-config\n",
    ],
)
def test_blocks_about_the_device_itself_are_known(lines: str) -> None:
    assert typed("hostname r1\n", lines, "ios").unknown == ()
