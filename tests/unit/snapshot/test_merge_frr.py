"""Lines typed into FRR: what needs no live FRR to be known (beside one: tests/conformance/test_merge_frr_live.py)."""

from __future__ import annotations

from merge_case import changes, refused, typed

R1 = """\
frr version 8.4.4
frr defaults traditional
hostname r1
!
ip route 10.9.0.0/16 10.0.0.9
!
interface eth0
 ip address 10.0.0.1/24
exit
!
router bgp 65001
 no bgp ebgp-requires-policy
 neighbor 10.0.0.2 remote-as 65002
 neighbor 10.0.0.3 remote-as 65003
 !
 address-family ipv4 unicast
  redistribute connected route-map CONN
  neighbor 10.0.0.2 route-map IN in
 exit-address-family
exit
!
router ospf
 redistribute bgp route-map B2O
exit
!
route-map IN permit 10
 match ip address prefix-list CUST
exit
!
"""


def frr(lines: str) -> list[str]:
    return changes(R1, lines, "frr")


def test_the_configuration_typed_again_changes_nothing() -> None:
    assert typed(R1, R1, "frr").text == R1


def test_ospf_drops_a_filter_that_is_not_named_again_and_bgp_keeps_it() -> None:
    assert frr("router ospf\n redistribute bgp\n") == ["- redistribute bgp route-map B2O", "+ redistribute bgp"]
    assert frr("router bgp 65001\n address-family ipv4 unicast\n  redistribute connected\n") == []


def test_a_new_block_is_closed_as_the_device_prints_it() -> None:
    after = typed(R1, "route-map OUT deny 10\n match tag 7\n", "frr").text
    assert after.endswith("!\nroute-map OUT deny 10\n match tag 7\nexit\n!\n") or (
        "\n!\nroute-map OUT deny 10\n match tag 7\nexit\n" in after
    )


def test_a_family_is_made_where_its_first_command_is_typed() -> None:
    config = "router bgp 1\n neighbor 10.0.0.2 remote-as 2\n"
    after = typed(config, "router bgp 1\n network 10.0.0.0/8\n", "frr").text
    assert after == (
        "router bgp 1\n neighbor 10.0.0.2 remote-as 2\n address-family ipv4 unicast\n"
        "  network 10.0.0.0/8\n exit-address-family\n"
    )


def test_addresses_add_up() -> None:
    assert frr("interface eth0\n ip address 10.0.7.1/24\n") == ["+ ip address 10.0.7.1/24"]


def test_the_default_family_turned_off_shows_what_stays_active() -> None:
    assert frr("router bgp 65001\n no bgp default ipv4-unicast\n") == [
        "+ no bgp default ipv4-unicast",
        "+  neighbor 10.0.0.2 activate",
        "+  neighbor 10.0.0.3 activate",
    ]


def test_removing_what_is_not_there_is_refused_where_frr_refuses_it() -> None:
    assert refused(R1, "no ip route 10.99.0.0/16 10.0.0.9\n", "frr") == (
        10,
        "'no ip route 10.99.0.0/16 10.0.0.9' is rejected: there is no such line (configuration r1.cfg)",
    )
    assert frr("no route-map NOPE\n") == []
