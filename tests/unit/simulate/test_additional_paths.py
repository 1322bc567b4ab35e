"""Additional paths (RFC 7911) that differ in nothing but their identifier are paths of their own in the table."""

from __future__ import annotations

from small_network import state_of

from guard.engines.rows import bgp_rows

OUTSIDE = """
    hostname {name}
    interface Loopback0
     ip address 198.51.100.1 255.255.255.255
    interface GigabitEthernet1
     ip address {own} 255.255.255.252
    router bgp 1
     network 198.51.100.1 mask 255.255.255.255
     neighbor {peer} remote-as 2
"""
BORDER = """
    hostname border
    interface GigabitEthernet1
     ip address 10.0.0.2 255.255.255.252
    interface GigabitEthernet2
     ip address 10.0.0.6 255.255.255.252
    interface GigabitEthernet3
     ip address 10.0.0.9 255.255.255.252
    router bgp 2
     neighbor 10.0.0.1 remote-as 1
     neighbor 10.0.0.5 remote-as 1
     neighbor 10.0.0.10 remote-as 2
     address-family ipv4
      bgp additional-paths select all
      bgp additional-paths send receive
      neighbor 10.0.0.10 next-hop-self
      neighbor 10.0.0.10 advertise additional-paths all
"""
INSIDE = """
    hostname inside
    interface GigabitEthernet1
     ip address 10.0.0.10 255.255.255.252
    router bgp 2
     neighbor 10.0.0.9 remote-as 2
     address-family ipv4
      bgp additional-paths receive
"""


def test_next_hop_self_makes_twins_and_both_are_shown() -> None:
    """lab-validation, ios_add_path: two rows with the border's address, one of them best."""
    state = state_of(
        {
            "a": OUTSIDE.format(name="a", own="10.0.0.1", peer="10.0.0.2"),
            "b": OUTSIDE.format(name="b", own="10.0.0.5", peer="10.0.0.6"),
            "border": BORDER,
            "inside": INSIDE,
        }
    )
    shown = [(row["status"], row["next_hop_ip"]) for row in bgp_rows(state) if row["node"] == "inside"]
    assert shown == [("BEST", "10.0.0.9"), ("BACKUP", "10.0.0.9")]


EDGE = """
    hostname {name}
    interface GigabitEthernet1
     ip address 10.0.0.{inner} 255.255.255.252
    interface GigabitEthernet2
     ip address 10.0.1.{outer} 255.255.255.252
    router bgp 2
     neighbor 10.0.0.{middle} remote-as 2
     neighbor 10.0.1.{far} remote-as 1
     address-family ipv4
      bgp additional-paths select all
      bgp additional-paths send receive
      neighbor 10.0.0.{middle} next-hop-self
      neighbor 10.0.0.{middle} advertise additional-paths all
      neighbor 10.0.1.{far} route-map LONGER in
    route-map LONGER permit 10
     set as-path prepend {extra}
"""
MIDDLE = """
    hostname middle
    interface GigabitEthernet1
     ip address 10.0.0.2 255.255.255.252
    interface GigabitEthernet2
     ip address 10.0.0.6 255.255.255.252
    router bgp 2
     neighbor 10.0.0.1 remote-as 2
     neighbor 10.0.0.5 remote-as 2
     address-family ipv4
      bgp additional-paths select all
      bgp additional-paths send receive
      neighbor 10.0.0.1 route-reflector-client
      neighbor 10.0.0.5 route-reflector-client
      neighbor 10.0.0.1 advertise additional-paths all
      neighbor 10.0.0.5 advertise additional-paths all
"""


def test_who_prefers_a_path_from_inside_still_offers_his_own() -> None:
    """lab-validation, ios_example_network: `* ia` beside `*>i` at the reflector of two borders."""
    state = state_of(
        {
            "a": OUTSIDE.format(name="a", own="10.0.1.1", peer="10.0.1.2"),
            "b": OUTSIDE.format(name="b", own="10.0.1.5", peer="10.0.1.6"),
            "left": EDGE.format(name="left", inner=1, middle=2, outer=2, far=1, extra="1"),
            "right": EDGE.format(name="right", inner=5, middle=6, outer=6, far=5, extra="1 1 1"),
            "middle": MIDDLE,
        }
    )
    shown = [(row["node"], row["status"], row["next_hop_ip"]) for row in bgp_rows(state) if row["node"] == "middle"]
    assert shown == [("middle", "BEST", "10.0.0.1"), ("middle", "BACKUP", "10.0.0.5")]
