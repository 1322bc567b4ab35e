"""Lines typed into IOS XR: where they land, what they replace, and what a commit refuses."""

from __future__ import annotations

import pytest
from merge_case import changes, refused, typed

from guard.parse.device import parse_device
from guard.snapshot.merge.malformed import malformed

EDGE = """\
!! IOS XR Configuration version = 7.3.2
hostname edge1
vrf BLUE
 address-family ipv4 unicast
  import route-target
   65000:1
  !
 !
!
interface Loopback0
 ipv4 address 10.255.0.1 255.255.255.255
!
interface GigabitEthernet0/0/0/0
 description to the provider
 ipv4 address 10.0.0.1 255.255.255.252
!
ipv4 access-list IN
 10 permit tcp any any eq bgp
 20 deny ipv4 any any
!
prefix-set OURS
  192.0.2.0/24,
  198.51.100.0/24
end-set
!
route-policy OUT
  if destination in OURS then
    pass
  else
    drop
  endif
end-policy
!
route-policy SPARE($med)
  set med $med
end-policy
!
router static
 address-family ipv4 unicast
  192.0.2.0/24 Null0
  0.0.0.0/0 10.0.0.2 200
 !
!
router ospf 1
 area 0
  interface Loopback0
   passive enable
  !
 !
!
router bgp 65000
 bgp router-id 10.255.0.1
 address-family ipv4 unicast
  network 192.0.2.0/24
 !
 neighbor 10.0.0.2
  remote-as 65001
  address-family ipv4 unicast
   route-policy OUT in
   route-policy OUT out
  !
 !
!
end
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("hostname edge2", ["-hostname edge1", "+hostname edge2"]),
        ("interface GigabitEthernet0/0/0/0\n shutdown", ["+ shutdown"]),
        ("interface gi0/0/0/0\n shutdown", ["+ shutdown"]),
        ("interface GigabitEthernet 0/0/0/0 shutdown", ["+ shutdown"]),
        ("interface GigabitEthernet0/0/0/0\nno description", ["- description to the provider"]),
        (
            "interface GigabitEthernet0/0/0/0\n ipv4 address 10.0.0.5/30",
            ["- ipv4 address 10.0.0.1 255.255.255.252", "+ ipv4 address 10.0.0.5/30"],
        ),
        ("no interface Loopback0", ["-interface Loopback0", "- ipv4 address 10.255.0.1 255.255.255.255"]),
        ("interface Loopback1\n vrf BLUE", ["+interface Loopback1", "+ vrf BLUE"]),
        # A block is left by nothing but a command that it does not know; `!` and columns mean nothing.
        ("router bgp 65000\n!\nneighbor 10.0.0.2\n!\nshutdown", ["+  shutdown"]),
        ("router bgp 65000\n neighbor 10.0.0.2\n  remote-as 65009", ["-  remote-as 65001", "+  remote-as 65009"]),
        (
            "router bgp 65000\nneighbor 10.0.0.6\nremote-as 65002\naddress-family ipv4 unicast\nroute-policy OUT in",
            ["+ neighbor 10.0.0.6", "+  remote-as 65002", "+  address-family ipv4 unicast", "+   route-policy OUT in"],
        ),
        (
            "router bgp 65000 neighbor 10.0.0.2 address-family ipv4 unicast next-hop-self\nhostname edge2",
            ["-hostname edge1", "+hostname edge2", "+   next-hop-self"],
        ),
        (
            "no router bgp 65000 neighbor 10.0.0.2 address-family ipv4 unicast route-policy OUT in",
            ["-   route-policy OUT in"],
        ),
        (
            "router bgp 65000\n neighbor 10.0.0.2\n  address-family ipv4 unicast\n   route-policy SPARE (5) out",
            ["-   route-policy OUT out", "+   route-policy SPARE (5) out"],
        ),
        ("no router ospf 1 area 0 interface Loopback0 passive", ["-   passive enable"]),
        ("router ospf 1\n area 0\n  no interface Loopback0", ["-  interface Loopback0", "-   passive enable"]),
        ("router ospf 1\n area 0\n  root\ninterface Loopback0\n shutdown", ["+ shutdown"]),
        ("router ospf 1\n area 0\n  exit\n exit\nhostname edge2", ["-hostname edge1", "+hostname edge2"]),
        (
            "router static\n address-family ipv4 unicast\n  no 0.0.0.0/0 10.0.0.2\n  0.0.0.0/0 10.0.0.6",
            ["-  0.0.0.0/0 10.0.0.2 200", "+  0.0.0.0/0 10.0.0.6"],
        ),
        ("router static address-family ipv4 unicast 0.0.0.0/0 10.0.0.2 5", None),
        ("no router static address-family ipv4 unicast 192.0.2.0/24", ["-  192.0.2.0/24 Null0"]),
        ("vrf BLUE\n address-family ipv4 unicast\n  import route-target\n   65000:2", ["+   65000:2"]),
        ("vrf BLUE address-family ipv4 unicast\n no import route-target 65000:1", ["-   65000:1"]),
        ("no vrf BLUE address-family ipv4 unicast import route-target", ["-  import route-target", "-   65000:1"]),
        ("show running-config\ncommit", []),
        ("hostname edge2\ncommit\nend\nshow bgp", ["-hostname edge1", "+hostname edge2"]),
        ("hostname edge2\nabort", []),
        ("hostname edge2\nclear\ninterface Loopback0\n shutdown", ["+ shutdown"]),
    ],
)
def test_where_lines_land(lines: str, expected: list[str] | None) -> None:
    found = changes(EDGE, lines, "iosxr")
    assert found == (["-  0.0.0.0/0 10.0.0.2 200", "+  0.0.0.0/0 10.0.0.2 5"] if expected is None else expected)
    assert typed(EDGE, lines, "iosxr").unknown == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("ipv4 access-list IN\n permit icmp any any", ["+ 30 permit icmp any any"]),
        ("ipv4 access-list IN 15 permit icmp any any", ["+ 15 permit icmp any any"]),
        (
            "ipv4 access-list IN\n 10 permit tcp any any eq 22",
            ["- 10 permit tcp any any eq bgp", "+ 10 permit tcp any any eq 22"],
        ),
        ("ipv4 access-list IN\n no 10", ["- 10 permit tcp any any eq bgp"]),
        ("ipv4 access-list IN\n no deny ipv4 any any", ["- 20 deny ipv4 any any"]),
        ("ipv4 access-list IN\n deny ipv4 any any", []),
        ("ipv6 access-list SIX\n permit ipv6 any any", ["+ipv6 access-list SIX", "+ 10 permit ipv6 any any"]),
    ],
)
def test_entries_of_access_lists(lines: str, expected: list[str]) -> None:
    assert changes(EDGE, lines, "iosxr") == expected


def test_a_policy_that_is_entered_again_replaces_the_old_one_whole() -> None:
    lines = "route-policy OUT\n  if destination in OURS then\n    set med 5\n  endif\nend-policy\nhostname edge2"
    assert changes(EDGE, lines, "iosxr") == [
        *("-hostname edge1", "+hostname edge2"),
        *("-    pass", "-  else", "-    drop", "+    set med 5"),
    ]


def test_so_does_a_set() -> None:
    lines = "prefix-set OURS\n  # one is left\n  203.0.113.0/24\nend-set"
    expected = ["-  192.0.2.0/24,", "-  198.51.100.0/24", "+  # one is left", "+  203.0.113.0/24"]
    assert changes(EDGE, lines, "iosxr") == expected


def test_a_policy_keeps_its_name_when_its_parameters_change() -> None:
    lines = "route-policy SPARE($med, $weight)\n  set weight $weight\nend-policy"
    assert changes(EDGE, lines, "iosxr") == [
        *("-route-policy SPARE($med)", "-  set med $med"),
        *("+route-policy SPARE($med, $weight)", "+  set weight $weight"),
    ]


def test_abort_in_a_policy_forgets_that_policy_alone() -> None:
    assert changes(EDGE, "hostname edge2\nroute-policy OUT\n  drop\n  abort\n", "iosxr") == [
        *("-hostname edge1", "+hostname edge2"),
    ]


def test_a_new_policy_and_its_place_in_one_commit() -> None:
    place = "router bgp 65000 neighbor 10.0.0.2 address-family ipv4 unicast route-policy NEW in"
    after = typed(EDGE, f"{place}\nroute-policy NEW\n  pass\nend-policy", "iosxr").text
    device = parse_device(after, "r1.cfg")
    assert device.bgp[0].neighbors[0].families[0].import_policies == ("NEW",)
    assert device.undefined == ()


@pytest.mark.parametrize(
    ("lines", "line", "why"),
    [
        ("router bgp 65000\n neighbor 10.0.0.2\n  remote-as x", 12, "not an AS number"),
        ("interface Loopback0\n ipv4 mtu 10", 11, "a number in 68-65535"),
        ("hostname edge2\nno route-policy OUT", 11, "route-policy OUT is in use and not defined"),
        ("no prefix-set OURS", 10, "prefix-set OURS is in use and not defined"),
        (
            "router bgp 65000\n neighbor 10.0.0.2\n  address-family ipv4 unicast\n   route-policy NONE in",
            13,
            "NONE is in use",
        ),
        (
            "route-policy OUT\n  if destination in NONE then\n    pass\n  endif\nend-policy",
            11,
            "prefix-set NONE is in use",
        ),
        ("route-policy OUT\n  apply NONE\nend-policy", 11, "route-policy NONE is in use"),
        ("route-policy OUT\n  pass", 11, "end-policy is missing"),
        ("end\nhostname edge2", 11, "configuration mode has been left"),
    ],
)
def test_what_the_device_refuses(lines: str, line: int, why: str) -> None:
    at, message = refused(EDGE, lines, "iosxr")
    assert (at, why in message) == (line, True), message


@pytest.mark.parametrize(
    "lines",
    [
        "no route-policy SPARE",
        "route-policy LATER\n  apply NONE\nend-policy",
        "route-policy LATER\n  if destination in NONE then\n    pass\n  endif\nend-policy",
        "no prefix-set NEVER",
        "no interface GigabitEthernet0/0/0/9",
    ],
)
def test_what_is_not_in_use_may_be_as_it_is(lines: str) -> None:
    typed(EDGE, lines, "iosxr")


def test_what_no_table_knows_is_kept_where_it_seems_to_belong_and_said() -> None:
    result = typed(EDGE, "interface Loopback0\n frobnicate 5\n  deeper\n shutdown\nno blorp x", "iosxr")
    assert [(each.number, each.text) for each in result.unknown] == [
        (11, "frobnicate 5"),
        (12, "deeper"),
        (14, "no blorp x"),
    ]
    assert changes(EDGE, "interface Loopback0\n frobnicate 5\n  deeper\n shutdown", "iosxr") == [
        *("+ shutdown", "+ frobnicate 5", "+  deeper"),
    ]


def test_a_merge_that_says_what_is_there_changes_no_row() -> None:
    assert typed(EDGE, EDGE, "iosxr").text == EDGE


def test_a_new_row_that_the_device_would_refuse_is_found_in_a_whole_configuration() -> None:
    found = malformed(EDGE, EDGE.replace("remote-as 65001", "remote-as many"), "iosxr")
    assert found is not None
    assert found.text == "remote-as many"
    assert malformed("", EDGE, "iosxr") is None
